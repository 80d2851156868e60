"""A plan: the forecasts of a study, its jobs, and what both say in a table and in a sentence."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Literal

from tactometer.planning import (
    dry_run,
    effective_answers,
    forecast,
    formatting,
    keys,
    trainings,
    wire_told,
)
from tactometer.planning.forecast import Forecast, Forecaster
from tactometer.study.fields import written
from tactometer.study.study import Study
from tactometer.utils.open_data import Json

ROWS = 40
"""Checkpoints that are shown one by one; of more, one line a model, unless all are wanted."""
HEADS = ("model", "checkpoint", "requests", "in journal", "to ask", "tokens in", "tokens out")
COSTS = ("cost", "batch", "GPU h")


@dataclass(frozen=True)
class Plan:
    """What a run of a study would do; `spent_usd` is what its journals have cost so far.

    `judge` forecasts what the study's judge is asked beside all others, None where nothing is;
    `worth` says what the answers are worth; `trained` forecasts what is trained before.
    """

    study: Study
    forecasts: Sequence[Forecast]
    jobs: Sequence[dry_run.Job]
    spent_usd: float
    judge: Forecast | None = None
    worth: Sequence[str] = ()
    trained: Sequence[trainings.Forecast] = ()

    @property
    def total(self) -> Forecast:
        """All checkpoints together, and the judge."""
        return _sum(self._every, "total", "")

    @property
    def _every(self) -> list[Forecast]:
        return [*self.forecasts, *([self.judge] if self.judge else [])]

    @property
    def budget(self) -> float | None:
        """The study's cap in US dollars."""
        return written(self.study.settings.budget_usd, None)

    @property
    def over(self) -> bool:
        """Whether what is spent and what is expected exceed the budget."""
        return self.budget is not None and self.spent_usd + (self.total.usd or 0.0) > self.budget

    @property
    def lacking(self) -> list[str]:
        """A sentence for each key that something is asked with and that is not set here."""
        asked = {each.model for each in self.forecasts if each.to_ask}
        return keys.lacking(model for model in self.study.asked if model.name in asked)

    def as_dict(self) -> Json:
        """Everything, for JSON."""
        return {
            "study": self.study.name,
            "file": self.study.source,
            "checkpoints": [each.as_dict() for each in self.forecasts],
            "judge": self.judge and self.judge.as_dict(),
            "total": self.total.as_dict(),
            "jobs": dry_run.by_rule(self.jobs),
            "spent_usd": self.spent_usd,
            "budget_usd": self.budget,
            "over_budget": self.over,
            "notes": _gathered(self._every),
            "sent": _gathered(self._every, "sent"),
            "worth": list(self.worth),
            "lacking": self.lacking,
            "training": [asdict(each) for each in self.trained],
            "summary": self.sentence(),
        }

    def lines(self, each: bool = False) -> list[str]:
        """The plan as it is printed; `each` checkpoint in a line of its own, however many."""
        few = each or len(self.forecasts) <= ROWS
        shown = self._every if few else self._by_model()
        lines = [f"Plan of {self.study.name} ({self.study.source})", ""]
        if shown:
            rows = [_row(forecast) for forecast in shown]
            if len(rows) > 1:
                rows.append(_row(self.total))
            lines += [formatting.table([*HEADS, *COSTS], rows, 2), ""]
        lines += [formatting.jobs(dry_run.by_stage(self.jobs)), ""]
        if self.trained:
            lines += ["What is trained:", *(f"- {each.told()}" for each in self.trained), ""]
        if told := _gathered(self._every, "sent"):
            lines += ["What is sent beside the messages:", *(f"- {note}" for note in told), ""]
        if told := _gathered(self._every):
            lines += ["How this is known:", *(f"- {note}" for note in told), ""]
        if self.worth:
            lines += ["What the answers are worth:", *(f"- {note}" for note in self.worth), ""]
        if missing := self.lacking:
            lines += ["What is missing here:", *(f"- {note}" for note in missing), ""]
        return [*lines, self.sentence()]

    def sentence(self) -> str:
        """What a person has to know."""
        total = self.total
        parts = [self._dollars(total)]
        if total.gpu_hours:
            parts.append(f"about {formatting.hours(total.gpu_hours)} GPU hours")
        if self.trained:
            hours = math.fsum(each.hours for each in self.trained)
            parts.append(f"about {formatting.hours(hours)} to train")
        parts.append(f"{total.to_ask:,} of {total.requests:,} requests to ask")
        runs = sum(job.runs for job in self.jobs)
        parts.append(f"{runs:,} of {len(self.jobs):,} jobs to run")
        said = "; ".join(part for part in parts if part)
        if self.over:
            said += ". Over budget: raise budget_usd, ask fewer models or draw fewer name pairs"
        return f"{said[0].upper()}{said[1:]}."

    def _dollars(self, total: Forecast) -> str:
        if not any(model.paid for model in self.study.asked):
            return "costs no dollars"
        said = f"about {formatting.usd(total.usd or 0.0)}"
        if self.budget is not None:
            said += f" of {formatting.usd(self.budget)}"
        if self.spent_usd:
            said += f", beside {formatting.usd(self.spent_usd)} already spent"
        if unpriced := self._unpriced():
            said += f", without {', '.join(unpriced)}, whose price nobody knows"
        elif total.usd_most:
            judge = " and the judge reads each" if self.judge else ""
            most = formatting.usd(total.usd_most)
            said += f" (at most {most}, if every answer runs to its cap{judge})"
        return said

    def _unpriced(self) -> list[str]:
        """The models that will be asked for money, nobody knows how much."""
        api = {model.name for model in self.study.asked if model.paid}
        dear = [e.model for e in self._every if e.to_ask and e.usd is None and e.model in api]
        return list(dict.fromkeys(dear))

    def _by_model(self) -> list[Forecast]:
        models = groupby(self.forecasts, key=lambda each: each.model)
        parts = [(name, list(found)) for name, found in models]
        rows = [_sum(found, name, f"all {len(found):,}") for name, found in parts]
        return [*rows, *([self.judge] if self.judge else [])]


def plan(study: Study, files: Sequence[Path]) -> Plan:
    """Plan a study: what its journals lack, what that costs, which jobs run. Asks nobody.

    Raises UserError for two checkpoints of a model that would go over the wire as one.
    """
    wire_told.compare(study)
    return of_jobs(study, dry_run.jobs(files))


def of_jobs(study: Study, jobs: Sequence[dry_run.Job]) -> Plan:
    """The plan of these jobs."""
    results = Path("results") / study.name
    forecaster = Forecaster(study, results, dry_run.made(jobs))
    judged = list(forecaster.judged().values())
    every, spent = list(forecaster.all()), forecast.spent(results)
    worth = effective_answers.told(study, results / "tables")
    trained = trainings.forecasts(study, [path for job in jobs if job.runs for path in job.outputs])
    return Plan(study, every, jobs, spent, _judge(judged), worth, trained)


def _judge(judged: Sequence[Forecast]) -> Forecast | None:
    """All that the judge is asked, as one forecast."""
    if not judged:
        return None
    notes = dict.fromkeys(note for each in judged for note in each.notes)
    return replace(_sum(judged, judged[0].model, judged[0].checkpoint), notes=tuple(notes))


def _sum(found: Sequence[Forecast], model: str, checkpoint: str) -> Forecast:
    """Several forecasts as one; in batches those that can be, a worst case where all have one."""
    paid = [each for each in found if each.usd is not None]
    return Forecast(
        model,
        checkpoint,
        requests=sum(each.requests for each in found),
        held=sum(each.held for each in found),
        to_ask=sum(each.to_ask for each in found),
        lost=sum(each.lost for each in found),
        tokens_in=sum(each.tokens_in for each in found),
        tokens_out=sum(each.tokens_out for each in found),
        spent_usd=sum(each.spent_usd for each in found),
        usd=_all(each.usd for each in paid),
        usd_batch=_all(each.usd_batch or each.usd for each in paid)
        if any(each.usd_batch for each in paid)
        else None,
        usd_most=_all(e.usd_most for e in found if (e.usd, e.usd_most) != (None, None)),
        gpu_hours=_all(each.gpu_hours for each in found if each.gpu_hours is not None),
    )


def _all(values: Iterable[float | None]) -> float | None:
    """The sum of values; None where there are none or one is not known."""
    known = list(values)
    return math.fsum(v for v in known if v is not None) if known and None not in known else None


def _row(each: Forecast) -> list[str]:
    return [
        each.model,
        each.checkpoint,
        *(f"{n:,}" for n in (each.requests, each.held, each.to_ask)),
        formatting.many(each.tokens_in),
        formatting.many(each.tokens_out),
        formatting.usd(each.usd),
        formatting.usd(each.usd_batch),
        formatting.hours(each.gpu_hours),
    ]


def _gathered(found: Sequence[Forecast], which: Literal["notes", "sent"] = "notes") -> list[str]:
    """Each note once, with the checkpoints that it is about."""
    about: dict[str, list[Forecast]] = {}
    for each in found:
        for note in getattr(each, which):
            about.setdefault(note, []).append(each)
    checkpoints = {name: [e for e in found if e.model == name] for name in {e.model for e in found}}
    said = []
    for note, mine in about.items():
        models = dict.fromkeys(each.model for each in mine)
        if all(each in mine for name in models for each in checkpoints[name]):
            names = list(models)
        else:
            names = [f"{each.model}/{each.checkpoint}" for each in mine]
        more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
        said.append(f"{note} ({', '.join(names[:3])}{more})")
    return said
