"""Design analysis: expected widths of 95% HDIs for a sample size, by simulation before anything is
asked.

Speakers are drawn from the prior, or from around given parameters; each answers as often as the
design says, and is fitted as the workflow fits. The same speakers answer in every design, so that
designs differ by their sizes alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tactometer.inference import cmdstan
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.calibration import Domain
from tactometer.inference.intervals import hdi
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.summaries import contraction, scalars
from tactometer.planning import formatting
from tactometer.planning.effective_answers import combinations
from tactometer.speaker_model import speaker_coordinates
from tactometer.speaker_model.semantics import Semantics
from tactometer.speaker_model.speaker_coordinates import Natural
from tactometer.speaker_model.variants import SpeakerModel
from tactometer.speaker_model.variants import speaker as known_as
from tactometer.utils.arrays import Array
from tactometer.utils.errors import UserError
from tactometer.utils.open_data import NewRow

if TYPE_CHECKING:
    from tactometer.study.domain import Domain as Words
    from tactometer.study.model import Model
    from tactometer.study.study import Study

MASS = 0.95
PAUSE = 5.0  # seconds between two lines of progress
ANSWERS, YES_NO = [13, 52, 130, 390], 52  # 390: 13 vignettes, 10 name pairs, 3 framings
SHOWN = ("phi", "omega_inf", "omega_soc", "omega_pre")
TOLD = ("speaker", "semantics")
WIDTHS = {
    **dict.fromkeys(TOLD, pl.String),
    **dict.fromkeys(["answers", "yes_no"], pl.Int64),
    "parameter": pl.String,
    "speakers": pl.Int64,
    **dict.fromkeys(["width", "width_low", "width_high", "prior_width"], pl.Float64),
    **dict.fromkeys(["contraction", "covered"], pl.Float64),
    "suspect": pl.Int64,
}


@dataclass(frozen=True)
class Size:
    """How much is asked: `answers` of each state, `yes_no` of each utterance in each state."""

    answers: int
    yes_no: int


@dataclass(frozen=True)
class Around:
    """The parameters that are given; the rest of each speaker comes from the prior."""

    alpha: float | None = None
    phi: float | None = None
    omega: tuple[float, float, float] | None = None

    def place(self, drawn: Natural) -> Natural:
        """A speaker with these parameters, and the rest as drawn."""
        return replace(
            drawn,
            alpha=drawn.alpha if self.alpha is None else np.asarray(self.alpha),
            phi=drawn.phi if self.phi is None else np.array([self.phi]),
            omega=drawn.omega if self.omega is None else np.array([self.omega]),
        )

    @property
    def told(self) -> str:
        """Which speakers these are."""
        parts = {"alpha": self.alpha, "phi": self.phi}
        given = [f"{name} {value:g}" for name, value in parts.items() if value is not None]
        if self.omega is not None:
            given.append("omega " + " ".join(f"{w:g}" for w in self.omega))
        if not given:
            return "speakers drawn from the prior"
        rest = "" if len(given) == 3 else ", the rest from the prior"
        return f"speakers with {', '.join(given)}{rest}"


@dataclass(frozen=True)
class Design:
    """What is to be compared: sizes, and the speakers that answer in each of them."""

    known: SpeakerModel
    semantics: Semantics
    domain: Domain
    sizes: Sequence[Size]
    around: Around
    speakers: int
    seed: int
    cores: int
    design_effect: float = 1.0


def of_study(study: Study) -> list[Size]:
    """The sizes of what a study asks, in one framing and pooled.

    UserError if it asks nobody.
    """
    if not study.asked:
        raise UserError(
            f"{study.source}, key models: all behaviour is recorded, so nothing is asked; leave "
            "the study out and give --answers."
        )
    found = {size for model in study.asked for size in of_model(study, model)}
    return sorted(found, key=lambda size: (size.answers, size.yes_no))


def of_model(study: Study, model: Model) -> tuple[Size, Size]:
    """The sizes of what a study asks a model: in one framing, and pooled."""
    asked = study.settings.sample
    each = len(study.domain.vignettes) * model.estimator.samples
    one = each * asked.name_pairs * combinations(study)
    yes_no, framings = each * asked.semantics_name_pairs, len(study.settings.framings)
    alone, pooled = (Size(round(model.fit.count_total or n), yes_no) for n in (one, one * framings))
    return alone, pooled


def of_domain(
    words: Words,
    *,
    speaker: str,
    semantics: Semantics,
    sizes: Sequence[Size],
    around: Around,
    speakers: int,
    seed: int,
    cores: int | None = None,
    design_effect: float = 1.0,
) -> Design:
    """A design in the words of a domain; UserError if it does not say what they mean."""
    if words.literal is None:
        raise UserError(f"{words.path} has no key literal: name a domain that has one.")
    values, literal = np.array(words.states, float), np.array(words.literal)
    domain = Domain(values, tuple(words.utterances), literal, np.array(words.negated))
    cores = cores or os.cpu_count() or 1
    who = known_as(speaker)
    how = (sizes, around, speakers, seed, cores, design_effect)
    return Design(who, semantics, domain, *how)


def widths(design: Design, *, progress: Callable[[str], None] = print) -> pl.DataFrame:
    """The widths of 95% HDIs: columns `WIDTHS`, a row for each size and parameter.

    `width` is the median over the speakers, `width_low` and `width_high` their quartiles. The same
    design gives the same table.
    """
    jobs = [(size, number) for size in design.sizes for number in range(design.speakers)]
    # Compiled before the speakers want it all at once.
    cmdstan.executable(design.known.stan_file(joint=design.semantics == "joint"))
    rows: list[NewRow] = []
    told = time.monotonic()
    with ThreadPoolExecutor(design.cores) as pool:  # CmdStan works in processes of its own
        for done, found in enumerate(pool.map(partial(_fit, design), *zip(*jobs, strict=True)), 1):
            rows += found
            if done == len(jobs) or time.monotonic() - told > PAUSE:
                progress(f"{done:,} of {len(jobs):,} fitted")
                told = time.monotonic()
    width = pl.col("width")
    summed = pl.DataFrame(rows).group_by("answers", "yes_no", "parameter", maintain_order=True)
    return summed.agg(
        width_low=width.quantile(0.25, "linear"),
        width_high=width.quantile(0.75, "linear"),
        width=width.median(),
        prior_width=pl.col("prior_width").first(),
        contraction=pl.col("contraction").median(),
        covered=pl.col("covered").mean(),
        suspect=pl.col("suspect").sum(),
        speakers=pl.len(),
    ).select(
        pl.lit(design.known.name).alias("speaker"),
        pl.lit(design.semantics).alias("semantics"),
        *(pl.col(name).cast(kind) for name, kind in WIDTHS.items() if name not in TOLD),
    )


def lines(table: pl.DataFrame, design: Design) -> list[str]:
    """The table as a person reads it: a row for each size, a column for each parameter."""
    shown = [name for name in SHOWN if name in set(table["parameter"])]
    rows = []
    for size in design.sizes:
        here = table.filter(answers=size.answers, yes_no=size.yes_no)
        found = {row["parameter"]: row for row in here.to_dicts()}
        cells = [
            "{width:.2f} ({width_low:.2f}-{width_high:.2f})".format_map(found[name])
            for name in shown
        ]
        rows.append([f"{size.answers:,}", f"{size.yes_no:,}", *cells])
    prior = [f"{design.known.prior(name).hdi_width(MASS):.2f}" for name in shown]
    rows.append(["none", "", *prior])
    head = ["answers a state", "yes/no a cell", *shown]
    effect = f", a design effect of {design.design_effect:g}"
    if design.design_effect <= 1:
        effect = ", whose answers to a vignette do not hang together (if they do: --design-effect)"
    of = f"{design.speakers} {design.around.told}{effect}"
    return [
        f"Width of the 95% HDI: median (middle half) over {of}.",
        formatting.table(head, rows, 0),
    ]


def _fit(design: Design, size: Size, number: int) -> list[NewRow]:
    """Let one speaker answer, and fit it: a row for each parameter."""
    known, seed = design.known, design.seed
    drawn = speaker_coordinates.draw_prior(np.random.default_rng([seed, number]), known, 1)
    truth = design.around.place(drawn)
    behaviour = _behave(design, size, truth, number)
    settings = SamplingSettings(semantics=design.semantics, seed=1 + number, parallel_chains=1)
    found = sample(behaviour, known, settings)
    true = scalars(truth.arrays(known), behaviour.goals)
    rows = []
    for (name, goal), x in scalars(found.draws, behaviour.goals).items():
        low, high = hdi(x.ravel(), MASS)
        rows.append(
            {
                "answers": size.answers,
                "yes_no": size.yes_no,
                "parameter": name,
                "width": high - low,
                "prior_width": known.prior(name).hdi_width(MASS),
                "contraction": contraction(name, x, known),
                "covered": low <= float(true[name, goal]) <= high,
                "suspect": found.diagnostics.verdict == "suspect",
            }
        )
    return rows


def _behave(design: Design, size: Size, truth: Natural, number: int) -> Behaviour:
    """What that speaker answers, by the effective number of its answers; sizes with as many yes/no
    answers share them.
    """
    domain, start = design.domain, [design.seed, number]
    log_p = design.known.log_speaker(truth, domain.literal, domain.values, domain.negated)[0]
    p: Array = np.exp(log_p)
    yes = np.random.default_rng([*start, 1, size.yes_no]).binomial(size.yes_no, domain.literal)
    rng = np.random.default_rng([*start, 2, size.answers])
    answers = max(1, round(size.answers / design.design_effect))
    counts = np.array([[rng.multinomial(answers, row / row.sum()) for row in p]], float)
    n = np.full(domain.literal.shape, float(size.yes_no))
    states = tuple(str(value) for value in domain.values)
    said, goals = (counts, yes.astype(float), n), ("design",)
    return Behaviour(*said, domain.values, domain.negated, goals, states, domain.utterances)
