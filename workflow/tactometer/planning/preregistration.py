"""A preregistration: what a study will ask, count and test, written down before anything is asked.

The sheet comes from the study file alone: design and numbers of answers, what is left out and when
asking stops, the model with its priors, and of each analysis what it estimates and tests, in the
words of its caption.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl
import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from tactometer.analyses.outside_scores.settings import OutsideScores
from tactometer.analyses.replication.settings import Replication
from tactometer.planning import journal_state, precision
from tactometer.replies.stop_reasons import REASONS
from tactometer.report import not_done
from tactometer.report.stages import methods_of
from tactometer.speaker_model.variants import EXTRAS, SpeakerModel, speakers
from tactometer.study.analyses import declared, testing
from tactometer.study.fields import written
from tactometer.study.labels import LABEL_COLUMNS
from tactometer.study.study import Study
from tactometer.utils.digests import digest
from tactometer.utils.paths import PACKAGE

ESTIMATOR = re.compile(r"\*\*Estimator\.\*\*(.*?)(?=\n\n|\Z)", re.DOTALL)
QUARTERS = 5  # checkpoints from which on every quarter of a training may have one
RUNS = 3


def asked(study: Study) -> int:
    """How many answers the study's journals hold already."""
    folder = Path("results") / study.name / "answers"
    paths = [folder / m.name / f"{name}.jsonl" for m in study.asked for name in m.checkpoints]
    return sum(journal_state.answers(path).height for path in paths)


def sheet(study: Study, widths: Sequence[str] = ()) -> str:
    """The preregistration of a study, in Markdown; `widths` are lines of a design analysis.

    UserError if the study asks nobody.
    """
    sizes = precision.of_study(study)
    names = _speakers(study)
    environment = Environment(
        loader=PackageLoader("tactometer.planning"), undefined=StrictUndefined, trim_blocks=True
    )
    budget, unusable = study.settings.budget_usd, study.settings.stop_at_unusable
    return environment.get_template("preregistration.md.j2").render(
        study=study,
        today=date.today().isoformat(),
        asked=asked(study),
        content=digest(study.content())[:16],
        conditions=[
            (model, list(model.checkpoints), model.estimator.samples) for model in study.asked
        ],
        sizes=sizes,
        methods=methods_of(study),
        extras=sorted({extra for known in names.values() for extra in known.extras}),
        priors=EXTRAS,
        speakers=list(names),
        reasons=REASONS,
        again=sorted({why for model in study.asked for why in written(model.asked.ask_again, ())}),
        design_effect=sorted({model.fit.design_effect for model in study.asked}),
        position=sorted({model.fit.position for model in study.asked}),
        budget=written(budget, None),
        unusable=unusable,
        level=study.analyses.level,
        each=study.analyses.level / len(testing(bool(study.factors))),
        planned=list(_planned(study)),
        widths=widths,
    ).strip() + "\n"  # fmt: skip


def _speakers(study: Study) -> dict[str, SpeakerModel]:
    fits = [model.fit for model in study.asked]
    every = (known for fit in fits for known in speakers(fit.speakers, cost=fit.cost))
    return {known.name: known for known in every}


def _planned(study: Study) -> Iterator[Mapping[str, object]]:
    """Each analysis: what it is about, how it estimates, whether it tests; or what it lacks."""
    known = _known(study)
    for name, analysis in declared().items():
        folder = PACKAGE / "analyses" / name
        about = yaml.safe_load((folder / "columns.yaml").read_text())["about"]
        told = ESTIMATOR.search((folder / "caption.rst").read_text())
        lacks = [
            not_done.NEEDS[need].lacks
            for need in analysis.needs
            if not (not_done.NEEDS[need].met(known) and _SEEN.get(need, _always)(study))
        ]
        yield {
            "name": name,
            "about": about,
            "estimator": " ".join(told[1].split()).replace("``", "`") if told else "",
            "tests": analysis.tests,
            "lacks": lacks[0] if lacks else None,
        }


def _known(study: Study) -> not_done.Known:
    """The fits that a run will make, as far as their labels tell."""
    rows: list[dict[str, object]] = [
        {"model": model.name, "checkpoint": checkpoint, "goal": goal, "framing": framing}
        | {name: model.labels(checkpoint).get(name) for name in LABEL_COLUMNS}
        for model in study.asked
        for checkpoint in model.checkpoints
        for goal in study.goals
        for framing in (None, *(study.settings.framings if model.fit.pooling != "full" else ()))
    ]
    kinds = dict.fromkeys(
        ("model", "checkpoint", "goal", "framing", *LABEL_COLUMNS[:-1]), pl.String
    )
    fits = pl.DataFrame(rows, schema={**kinds, "progress": pl.Float64}, strict=False)
    people = fits.clear()
    if study.yardstick is not None:
        people = pl.DataFrame({"goal": list(study.models[study.yardstick.model].goals)})
    return not_done.Known(
        frozenset(model.name for model in study.asked), fits, people, study.yardstick
    )


def _always(study: Study) -> bool:
    return True


def _runs(study: Study) -> list[tuple[str, int]]:
    """Each training: its method, and how many checkpoints of it are read."""
    found = []
    for model in study.asked:
        labels = [model.labels(checkpoint) for checkpoint in model.checkpoints]
        if len({label.get("progress") for label in labels}) > 1:
            found.append((str(labels[-1].get("method")), len(labels)))
    return found


# What the analyses themselves see only in their tables, and a study file tells.
_SEEN: dict[str, Callable[[Study], bool]] = {
    "social": lambda study: "social" in study.goals,
    "families": lambda study: len({model.labels(c).get("family") for model in study.asked
                                   for c in model.checkpoints}) > 1,
    "thoughts": lambda study: any(model.labels(c).get("effort") for model in study.asked
                                  for c in model.checkpoints),
    "estimators": lambda study: bool(study.headlines),
    "alike": lambda study: len(study.asked) > 1,
    "crossed": lambda study: len(_runs(study)) > RUNS,
    "runs": lambda study: any(
        [method for method, _ in _runs(study)].count(name) >= RUNS for name, _ in _runs(study)
    ),
    "quarters": lambda study: any(count >= QUARTERS for _, count in _runs(study)),
    "published": lambda study: bool(written(study.analyses.of(Replication).of, None)),
    "scores": lambda study: bool(written(study.analyses.of(OutsideScores).file, None)),
    "second_fit": lambda study: bool(study.further),
    "factors": lambda study: bool(study.factors),
}  # fmt: skip
