"""The cost of the rest of a study, from the answers of a pilot (`pilot_asking`) that it has."""

import math
import statistics
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tactometer.elicitation import ask
from tactometer.elicitation.ask import job_of, settings_of
from tactometer.journal import journal
from tactometer.journal.answer_keys import identity_digest
from tactometer.planning import formatting
from tactometer.planning.forecast import Forecast, Forecaster, spent
from tactometer.planning.pilot_asking import RESULTS, declared_of, journal_of, requests_of
from tactometer.providers.provider import Ask, open_provider
from tactometer.replies.stop_reasons import counting
from tactometer.replies.usability import why_unusable
from tactometer.study.fields import plain, written
from tactometer.study.study import Study

Z = 1.96
HEADS = ("model", "checkpoint", "answers", "invalid", "each", "to ask", "rest", "95%", "at most")


@dataclass(frozen=True)
class Seen:
    """What the answers of a checkpoint cost, by prompt set, in US dollars; null: not told."""

    costs: Mapping[str, list[float | None]] = field(default_factory=dict)
    invalid: Mapping[str, int] = field(default_factory=dict)

    @property
    def answers(self) -> int:
        """How many there are."""
        return sum(map(len, self.costs.values()))

    @property
    def each(self) -> float | None:
        """The mean cost of one."""
        known = [cost for costs in self.costs.values() for cost in costs if cost is not None]
        return statistics.fmean(known) if known else None

    def rest(self, to_ask: Mapping[str, int]) -> tuple[float, float] | None:
        """Expected cost of so many further answers by prompt set, and its standard error; None
        where one of those sets has no answer with a cost.

        Sets are strata: each has its own mean. One with a single answer borrows its variance from
        the others.
        """
        total = variance = 0.0
        known = {
            name: [cost for cost in costs if cost is not None] for name, costs in self.costs.items()
        }
        spreads = [statistics.variance(costs) for costs in known.values() if len(costs) > 1]
        for name, count in to_ask.items():
            if not (costs := known.get(name, [])):
                return None
            own = statistics.variance(costs) if len(costs) > 1 else max(spreads, default=0.0)
            total += count * statistics.fmean(costs)
            variance += count**2 * own / len(costs) + count * own
        return total, math.sqrt(variance)


@dataclass(frozen=True)
class Pilot:
    """What the answers of a study's paid models so far say of the cost of those to come."""

    study: Study
    rows: Sequence[tuple[Forecast, Seen]]
    spent_usd: float
    local: Sequence[Forecast] = ()  # of weights that are loaded here

    @property
    def rest(self) -> tuple[float, float] | None:
        """Expected cost of all that is to ask, and its standard error; None where unknown."""
        parts = [seen.rest(forecast.by_prompt_set) for forecast, seen in self.rows]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        return math.fsum(p[0] for p in known), math.sqrt(math.fsum(p[1] ** 2 for p in known))

    @property
    def over(self) -> bool:
        """Whether what is spent and what is expected exceed the budget."""
        cap = written(self.study.settings.budget_usd, None)
        return cap is not None and self.rest is not None and self.spent_usd + self.rest[0] > cap

    def lines(self) -> list[str]:
        """The pilot as it is printed."""
        lines = [f"Pilot of {self.study.name} ({self.study.source})", ""]
        if self.rows:
            lines += [formatting.table(HEADS, [_row(f, s) for f, s in self.rows], 2), ""]
        for each in self.local:
            hours = formatting.hours(each.gpu_hours)
            lines.append(
                f"{each.model}/{each.checkpoint}: {each.held:,} answers held, {each.to_ask:,} to "
                f"ask, GPU hours: {hours}"
            )
        return [*lines, self.sentence()] if self.rows else lines

    def sentence(self) -> str:
        """What a person has to know."""
        to_ask = sum(forecast.to_ask for forecast, _ in self.rows)
        cap = written(self.study.settings.budget_usd, None)
        of = f" of {formatting.usd(cap)}" if cap is not None else ""
        said = f"{formatting.usd(self.spent_usd)}{of} spent, {to_ask:,} answers to ask"
        if self.rest is None:
            return f"{said}; what they cost is not known, as some answers have no price."
        said += f", which cost about {formatting.usd(self.rest[0])} ({_interval(self.rest)})"
        if self.study.judge is not None:
            said += ", without the judge"
        more = ". Over budget: raise budget_usd, ask fewer models or draw fewer name pairs"
        return f"{said}{more if self.over else ''}."


def seen(study: Study) -> Pilot:
    """What the journals of a study's models say of the cost of what they lack."""
    folder = RESULTS / study.name
    names = [(model, c) for model in study.asked if model.paid for c in model.checkpoints]
    here = [(model, c) for model in study.asked if model.renders for c in model.checkpoints]
    made = {str(journal_of(study, m, c).with_suffix(".done")) for m, c in (*names, *here)}
    forecasts = {(f.model, f.checkpoint): f for f in Forecaster(study, folder, made).all()}
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for model, checkpoint in names:
            paths = list(requests_of(study, model, Path(temporary)))
            declared = declared_of(study, model, checkpoint)
            job = job_of(study, model.name, journal_of(study, model, checkpoint))
            provider = open_provider(declared, {**settings_of(study, model), "job": job})
            samples = ask.samples_of(plain(model.estimator))
            asks = ask.wanted(paths, identity_digest(provider.identity()), samples)
            found = _seen(asks, journal_of(study, model, checkpoint))
            rows.append((forecasts[model.name, checkpoint], found))
    local = [forecasts[model.name, checkpoint] for model, checkpoint in here]
    return Pilot(study, rows, spent(folder), local)


def _seen(asks: Sequence[Ask], path: Path) -> Seen:
    by_key = {each.key: each for each in asks}
    costs: dict[str, list[float | None]] = {}
    invalid: Counter[str] = Counter()
    for key, line in counting(x for x in journal.read(path) if x["key"] in by_key).items():
        row = by_key[key].row
        costs.setdefault(row["prompt_set"], []).append(line.get("cost_usd"))
        if reason := why_unusable(line, row["options"]):
            invalid[reason] += 1
    return Seen(costs, dict(invalid.most_common()))


def _row(forecast: Forecast, found: Seen) -> list[str]:
    rest = found.rest(forecast.by_prompt_set)
    invalid = ", ".join(f"{n} {reason}" for reason, n in found.invalid.items())
    return [
        forecast.model,
        forecast.checkpoint,
        f"{found.answers:,}",
        invalid or "0",
        formatting.NOTHING if found.each is None else f"${found.each:.3g}",
        f"{forecast.to_ask:,}",
        formatting.usd(rest and rest[0]),
        _interval(rest) if rest else formatting.NOTHING,
        formatting.usd(forecast.usd_most),
    ]


def _interval(rest: tuple[float, float]) -> str:
    low, high = (max(0.0, rest[0] + way * Z * rest[1]) for way in (-1, 1))
    return f"{formatting.usd(low)} to {formatting.usd(high)}"
