"""A pilot: a small share of a study's answers asked for real, and the cost of the rest from them.

Its answers stand in the study's journals, so nothing is asked twice, and are paid from its budget.
They are the first of each prompt set by digest, which is as good as drawn.
"""

import math
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tactometer.elicitation import ask, engine_environment, requests
from tactometer.elicitation.ask import job_of, settings_of
from tactometer.journal import journal
from tactometer.journal.answer_keys import identity_digest
from tactometer.planning import formatting
from tactometer.planning.forecast import Forecast, Forecaster, spent
from tactometer.providers.local import checkpoint_files
from tactometer.providers.provider import Ask, open_provider
from tactometer.recipes import recipes
from tactometer.replies.stop_reasons import counting
from tactometer.replies.usability import why_unusable
from tactometer.study import file_names
from tactometer.study.fields import plain, written
from tactometer.study.model import Model
from tactometer.study.study import Study
from tactometer.utils import atomic_files
from tactometer.utils.errors import UserError, nearest

RESULTS = Path("results")
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


def run(study: Study, source: Path, share: float, only: Sequence[str]) -> None:
    """Ask a share of what each paid or local model of a study is asked, or of those named.

    Raises UserError as `ask` does; what came is in the journals.
    """
    models = [m for m in study.asked if m.paid or m.renders]
    for name in only:
        if name not in [m.name for m in models]:
            raise UserError(
                f"{study.source} has no model {name!r} that costs anything to ask"
                f"{nearest(name, [m.name for m in models])}."
            )
    folder = RESULTS / study.name
    (recipes.PINS / study.name).mkdir(parents=True, exist_ok=True)
    atomic_files.hold(recipes.PINS / study.name / "run.lock")
    atomic_files.probe(folder)
    file_names.check(study, folder)
    for model in models:
        if only and model.name not in only:
            continue
        if model.paid:
            ask_model(study, model, share)
        else:  # in a process of its own, which goes on in the engines' environment
            command = [sys.executable, "-m", "tactometer", "pilot", str(source)]
            command += ["--share", str(share), "--within", model.name]
            if subprocess.run(command).returncode:
                raise UserError(f"the pilot of {model.name} did not end well; see above.")


def ask_model(study: Study, model: Model, share: float) -> None:
    """Ask a share of each prompt set of all checkpoints of a model."""
    place = f"{study.source}, models.{model.name}"
    known = recipes.current(study, RESULTS)
    declared = {c: known[f"checkpoints/{model.name}/{c}"] for c in model.checkpoints}
    for each in declared.values():
        checkpoint_files.check_folder(each, place)
    engine_environment.enter(model.provider, place)
    with tempfile.TemporaryDirectory() as folder:
        paths = list(_requests(study, model, Path(folder)))
        for checkpoint, who in declared.items():
            path = _journal(study, model, checkpoint)
            settings = {**settings_of(study, model), "job": job_of(study, model.name, path)}
            print(f"{model.name}/{checkpoint}:", flush=True)
            ask.ask(who, settings, paths, path, path.with_suffix(".done"), share)


def _journal(study: Study, model: Model, checkpoint: str) -> Path:
    return RESULTS / study.name / "answers" / model.name / f"{checkpoint}.jsonl"


def _requests(study: Study, model: Model, folder: Path) -> Iterator[Path]:
    """The model's requests as a run writes them, a file for each prompt set."""
    sample = study.settings.sample
    for name in model.prompt_sets:
        frame = requests.build(
            study.domain_of(model.domain),
            name,
            framings=study.settings.framings,
            name_pairs=sample.name_pairs,
            semantics_name_pairs=sample.semantics_name_pairs,
            seed=sample.seed,
            wire=model.wire,
            estimator=plain(model.estimator),
            prompt=model.message_settings,
        )
        path = folder / f"{name}.parquet"
        frame.write_parquet(path)
        yield path


# ---- what the answers say of the rest ------------------------------------------------------


@dataclass(frozen=True)
class Pilot:
    """What the answers of a study's paid models so far say of the cost of those to come."""

    study: Study
    rows: Sequence[tuple[Forecast, Seen]]
    spent_usd: float

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
        table = formatting.table(HEADS, [_row(f, s) for f, s in self.rows], 2)
        return [f"Pilot of {self.study.name} ({self.study.source})", "", table, "", self.sentence()]

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
    """What the journals of a study's paid models say of the cost of what they lack."""
    folder = RESULTS / study.name
    names = [(model, c) for model in study.asked if model.paid for c in model.checkpoints]
    made = {str(_journal(study, model, c).with_suffix(".done")) for model, c in names}
    forecasts = {(f.model, f.checkpoint): f for f in Forecaster(study, folder, made).all()}
    known = recipes.current(study, RESULTS)
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for model, checkpoint in names:
            paths = list(_requests(study, model, Path(temporary)))
            declared = known[f"checkpoints/{model.name}/{checkpoint}"]
            job = job_of(study, model.name, _journal(study, model, checkpoint))
            provider = open_provider(declared, {**settings_of(study, model), "job": job})
            samples = ask.samples_of(plain(model.estimator))
            asks = ask.wanted(paths, identity_digest(provider.identity()), samples)
            found = _seen(asks, _journal(study, model, checkpoint))
            rows.append((forecasts[model.name, checkpoint], found))
    return Pilot(study, rows, spent(folder))


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
