"""The interface for notebooks: tables and posteriors of a study, a speaker's choices, fits.

    from tactometer import api
    study = api.open_study("results/demo")
    study.table("estimates")
    api.predict(theta, values=[1, 2, 3, 4, 5], alpha=4, phi=0.4, omega=(0.3, 0.2, 0.5))
    api.fit_counts(counts, yes, n, values=[1, 2, 3, 4, 5]).estimates

What stands here keeps its names and meanings from one version to the next (see `CHANGELOG.md`);
everything else in the package may move. Symbols as in `docs/statistics.md`: omega are the weights
of being informative, social and self-presenting, phi is the trade-off that the speaker wants to
project, alpha its optimality, theta the literal meaning of the utterances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from tactometer.speaker_model.semantics import Semantics
from tactometer.utils.arrays import Array
from tactometer.utils.errors import UserError, nearest

if TYPE_CHECKING:
    import polars as pl
    import xarray as xr

    from tactometer.inference.sampled import Sampled

__all__ = ["Fit", "StudyResults", "fit_counts", "open_study", "predict", "read_tables"]


@dataclass(frozen=True)
class StudyResults:
    """The results of a study, in the folder `results/{study}` that a run has made."""

    folder: Path

    @property
    def tables(self) -> list[str]:
        """The names of its tables; the table `dictionary` says what each column means."""
        return sorted(path.stem for path in (self.folder / "tables").glob("*.parquet"))

    def table(self, name: str) -> pl.DataFrame:
        """One table. UserError where it is none, with the nearest name."""
        import polars as pl

        path = self.folder / "tables" / f"{name}.parquet"
        if not path.is_file():
            raise UserError(f"{path}: there is no such table{nearest(name, self.tables)}.")
        return pl.read_parquet(path)

    def posterior(
        self,
        model: str,
        checkpoint: str,
        goal: str,
        *,
        framing: str = "pooled",
        speaker: str = "s2",
        fit: str = "main",
        group: Literal["posterior", "sample_stats", "observed_data", "constant_data"] = "posterior",
    ) -> xr.Dataset:
        """The posterior draws of one fit, by chain and draw; the verdict on its chains is among the
        attributes, whether a speaker describes the behaviour in the table `diagnostics`.

        `fit` is `main` for the headline, whatever the study calls it, `yardstick` for people on the
        terms of models, or the name of a fit that stands beside the headline.
        Other groups, as ArviZ names them: how the sampler went, the counts, what was given.
        UserError where there is no such fit.
        """
        import xarray as xr

        place = self.folder / "fits" / model / checkpoint
        path, beside = place / f"{goal}.nc", place / fit / f"{goal}.nc"
        if beside.is_file():
            path, fit = beside, "main"
        if not path.is_file():
            known = [str(p.relative_to(path.parents[2])) for p in path.parents[2].glob("*/*/*.nc")]
            raise UserError(f"{path}: there is no such fit{nearest(path.name, known)}.")
        name = f"{'' if fit == 'main' else f'{fit}/'}{framing}/{speaker}/{group}"
        try:
            with xr.open_dataset(path, group=name, engine="h5netcdf") as found:
                return found.load()
        except (OSError, KeyError) as error:
            raise UserError(f"{path}: it holds no fit {name.rpartition('/')[0]}.") from error


def open_study(folder: str | Path) -> StudyResults:
    """The results of the study in that folder, such as `results/demo`; UserError if it has none."""
    found = Path(folder)
    if not (found / "tables").is_dir():
        raise UserError(f"{found}: there are no tables; run snakemake first.")
    return StudyResults(found)


def read_tables(folder: str | Path) -> dict[str, pl.DataFrame]:
    """All tables of a study by name, from its folder `tables` or a copy of the CSV files in it.

    Every column has the type that `schema.json` gives it, whatever its values look like: a
    checkpoint is text, in each table, and so tables join by it. In CSV a text that begins with
    = + - @ or a tab has ' before it (see the dictionary). UserError where there is no schema.json.
    """
    import json

    import polars as pl

    path = Path(folder) / "schema.json"
    if not path.is_file():
        raise UserError(f"{path}: there is no such file; name the folder `tables` of a study.")
    types = {"string": pl.String, "boolean": pl.Boolean, "number": pl.Float64}
    found = {}
    for table in json.loads(path.read_text())["resources"]:
        file = Path(folder) / table["path"]
        fields = {f["name"]: types.get(f["type"], pl.Int64) for f in table["schema"]["fields"]}
        verbatim = file.with_suffix(".parquet")
        found[table["name"]] = (
            pl.read_parquet(verbatim) if verbatim.is_file() else pl.read_csv(file, schema=fields)
        )
    return found


def predict(
    theta: ArrayLike,
    values: ArrayLike,
    *,
    alpha: ArrayLike,
    phi: ArrayLike | None = None,
    omega: ArrayLike | None = None,
    cost: ArrayLike | None = None,
    negated: Sequence[bool] | None = None,
    lapse: ArrayLike = 0.0,
) -> Array:
    """What a polite speaker says: p(u|s) [..., state, utterance] by the numpy reference.

    theta [utterance, state] are the probabilities that an utterance is true of a state, values
    [state] what the states are worth. With omega [..., 3] it is S2, without it S1, which mixes
    being informative (phi) and social (1 - phi). `cost` in nats of the `negated` [utterance];
    `lapse` is the share of blind answers. Parameters may have leading axes, such as draws.
    ValueError for values outside their range.
    """
    from tactometer.speaker_model import reference

    if cost is not None and negated is None:
        raise ValueError("a cost needs negated: which of the utterances it is a cost of")
    costs = 0.0 if cost is None else reference.negation_cost(cost, negated or ())
    if omega is not None:
        log_p = reference.s2(alpha, phi, omega, theta, values, costs)
    elif phi is None:
        raise ValueError("a speaker needs omega (S2) or phi (S1)")
    else:
        log_p = reference.s1(alpha, phi, theta, values, costs)
    return np.asarray(np.exp(reference.lapsed(log_p, lapse) if np.any(lapse) else log_p))


@dataclass(frozen=True)
class Fit:
    """A speaker fitted to counts: what its parameters are, and whether it may be believed.

    `estimates` is a frame with a row a parameter (mean, sd, 95% HDI, R-hat, ESS, ...); `verdict` is
    of the chains (ok, refit, suspect); `described` (yes, roughly, no) of the speaker, with `reason`
    in words where it is not yes; `predicted` [state, utterance] the posterior mean of p(u|s).
    """

    estimates: pl.DataFrame
    verdict: str
    described: str
    reason: str
    predicted: Array
    sampled: Sampled

    @property
    def draws(self) -> dict[str, Array]:
        """The draws [chain, draw, ...] of each parameter; omega's last axis is inf, soc, pre."""
        goal = {"phi": 2, "omega": 2}  # the one goal's axis is dropped
        return {
            name: np.take(x, 0, axis=goal[name]) if name in goal else np.asarray(x)
            for name, x in self.sampled.draws.items()
        }


def fit_counts(
    counts: ArrayLike,
    yes: ArrayLike,
    n: ArrayLike,
    values: ArrayLike,
    *,
    speaker: str = "s2",
    semantics: Semantics = "joint",
    negated: Sequence[bool] | None = None,
    utterances: Sequence[str] | None = None,
    **sampling: Any,
) -> Fit:
    """Fit a speaker model to counts, as the workflow fits them, and criticise it.

    counts [state, utterance] are how often each utterance was chosen in each state; yes, n
    [utterance, state] how often it was called true of the state, of how many answers; values
    [state] what the states are worth. `speaker` is any variant, such as s1, s2-cost or
    s2-inf-soc-lapse; `negated` [utterance] is needed where negation costs. `sampling` may set
    chains, warmup, draws and seed. Answers are taken for independent: divide counts by a design
    effect where they hang together. ValueError for what makes no sense.
    """
    import polars as pl

    from tactometer.inference.behaviour import Behaviour
    from tactometer.inference.criticism import criticise
    from tactometer.inference.described import described
    from tactometer.inference.predictive import predictive
    from tactometer.inference.sampling import sample
    from tactometer.inference.settings import SamplingSettings
    from tactometer.speaker_model.variants import speaker as variant

    seen = np.asarray(counts, dtype=float)
    known = variant(speaker)
    if known.cost and negated is None:
        raise ValueError(f"{speaker} needs negated: which of the utterances a cost is of")
    worth = np.asarray(values, dtype=float)
    behaviour = Behaviour(
        counts=seen[None],
        yes=np.asarray(yes, dtype=float),
        n=np.asarray(n, dtype=float),
        values=worth,
        negated=np.asarray(negated, dtype=float) if known.cost else None,
        goals=("choices",),
        states=tuple(str(number) for number in range(1, len(worth) + 1)),
        utterances=tuple(utterances or (str(u) for u in range(seen.shape[1]))),
    )
    sampled = sample(behaviour, known, SamplingSettings(semantics=semantics, **sampling))
    rng = np.random.default_rng(sampled.settings.seed)
    rows, replicated = predictive(sampled, 0, rng)
    found = criticise(sampled, 0, rows, replicated)
    if found is None:
        raise ValueError("counts are all 0: there is nothing to fit")
    word, reason = described(found, behaviour)
    return Fit(
        estimates=pl.DataFrame(sampled.summary()).drop("goal"),
        verdict=sampled.diagnostics.verdict,
        described=word,
        reason=reason,
        predicted=sampled.predict()[:, 0].mean(axis=0),
        sampled=sampled,
    )
