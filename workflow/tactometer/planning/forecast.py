"""What each checkpoint will be asked and what that costs, from the study and its journals alone."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from tactometer.elicitation import requests
from tactometer.elicitation.ask import settings_of
from tactometer.elicitation.unanswered import Manner, Unanswered
from tactometer.journal import journal
from tactometer.journal.answer_keys import answer_key
from tactometer.planning import journal_state, judging, prices, prompts_shown, speed, tokens
from tactometer.providers.local.settings import EngineModel
from tactometer.providers.provider import Ask
from tactometer.recipes import recipes
from tactometer.replies.stop_reasons import counting
from tactometer.study.fields import plain
from tactometer.study.model import Model
from tactometer.study.stages import Recipe
from tactometer.study.study import Study
from tactometer.utils.digests import canonical
from tactometer.utils.open_data import Json


@dataclass(frozen=True)
class Forecast:
    """One checkpoint. `requests` counts wanted answers (requests x samples), `held` those that its
    journal has, `to_ask` those that a run asks; `lost` are missing, but nothing asks them again.

    Tokens and dollars are those of `to_ask`; `usd_batch` is the cost by the provider's batch
    endpoint, `usd_most` the worst case where answers have a cap. `sent` says what goes to the model
    beside the study's messages, or in another form. None: not known, or no question
    (simulated speakers cost nothing, APIs take no GPU).
    """

    model: str
    checkpoint: str
    requests: int
    held: int
    to_ask: int
    lost: int = 0
    tokens_in: float = 0.0
    tokens_out: float = 0.0
    usd: float | None = None
    usd_batch: float | None = None
    usd_most: float | None = None
    gpu_hours: float | None = None
    spent_usd: float = 0.0
    by_prompt_set: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()

    def as_dict(self) -> Json:
        """All fields, for JSON."""
        return asdict(self)


class Forecaster:
    """Forecasts for the checkpoints of one study; `results` is results/{study}.

    `making` holds the files that Snakemake is going to make. A checkpoint whose `.done` is not
    among them is not asked, and a prompt set whose judgements are not is not judged.
    """

    def __init__(self, study: Study, results: Path, making: Collection[str]) -> None:
        self._study, self._results, self._making = study, results, making
        self._built: dict[str, pl.DataFrame] = {}

    def all(self) -> Iterator[Forecast]:
        """One forecast for each checkpoint that is asked, in the study's order."""
        for model in self._study.asked:
            yield from self._of_model(model)

    def by_file(self) -> dict[str, Forecast]:
        """All of them, by what the job makes that asks: answers/*/*.done, judgements/*/*/*."""
        folder = self._results / "answers"
        asked = {str(folder / f.model / f"{f.checkpoint}.done"): f for f in self.all()}
        return asked | self.judged()

    def judged(self) -> dict[str, Forecast]:
        """What the judge is asked: a forecast for each file of judgements that a run makes."""
        if self._study.judge is None:
            return {}
        folder = self._results / "judgements"
        found: dict[Path, judging.Replies] = {}
        for model in self._study.asked:
            for checkpoint in model.checkpoints:
                files = {
                    folder / model.name / checkpoint / f"{s}.parquet": s for s in model.prompt_sets
                }
                files = {file: s for file, s in files.items() if str(file) in self._making}
                found |= self._replies(model, checkpoint, files) if files else {}
        return self._judgements(found, folder) if found else {}

    def _judgements(
        self, found: Mapping[Path, judging.Replies], folder: Path
    ) -> dict[str, Forecast]:
        assert self._study.judge is not None
        name, checkpoint = self._study.judge
        journals = [journal_state.answers(path) for path in folder.glob("*/*/*.jsonl")]
        told = pl.concat([pl.DataFrame(schema=journal_state.COLUMNS), *journals])
        model = self._study.models[name]
        case = Case(self._study, self._results, model, checkpoint, told)
        who = None if told.is_empty() else self._who(case).digest
        shares = judging.shares(found.values())
        return {
            str(file): case.judging(
                judging.load(each, shares, model, who, file.with_suffix(".jsonl"))
            )
            for file, each in found.items()
        }

    def _replies(
        self, model: Model, checkpoint: str, files: Mapping[Path, str]
    ) -> dict[Path, judging.Replies]:
        """The replies of some prompt sets of a checkpoint, by the file of their judgements."""
        path = self._results / "answers" / model.name / f"{checkpoint}.jsonl"
        lines = counting(journal.read(path))
        case = Case(self._study, self._results, model, checkpoint, journal_state.answers(path))
        who = self._who(case).digest if lines else None
        words = self._study.domain_of(model.domain).utterances
        found = {}
        for file, name in files.items():
            wanted = self._prompt_set(model, name)
            each = judging.replies(model, wanted, lines, who or "", words)
            if each.missing and who is not None and not case.goes_on(wanted, who):
                each = replace(each, missing=0)
            found[file] = each
        return found

    @cached_property
    def _recipes(self) -> Mapping[str, Recipe]:
        return recipes.current(self._study, self._results.parent)

    def _of_model(self, model: Model) -> Iterator[Forecast]:
        wanted = self._requests(model)
        folder = self._results / "answers" / model.name
        found = {c: journal_state.answers(folder / f"{c}.jsonl") for c in model.checkpoints}
        ratio, loads = tokens.calibrated(wanted, found.values()), 1
        for checkpoint, answers in found.items():
            case = Case(self._study, self._results, model, checkpoint, answers, loads)
            loads = 0 if model.asked.shares_engine else 1
            count = wanted.height * model.estimator.samples
            spent = float(answers["cost_usd"].sum())
            told = prompts_shown.sent(self._study, model, checkpoint)
            forecast = Forecast(model.name, checkpoint, count, count, 0, spent_usd=spent, sent=told)
            if str(case.file("done")) in self._making:
                yield case.priced(self._missing(case, forecast, wanted), ratio)
            else:
                yield case.unasked(forecast)

    def _requests(self, model: Model) -> pl.DataFrame:
        """The model's requests, each once: request, prompt_set, guess (prompt tokens)."""
        parts = [self._prompt_set(model, name) for name in model.prompt_sets]
        return pl.concat(parts).unique("request", keep="first", maintain_order=True)

    def _prompt_set(self, model: Model, name: str) -> pl.DataFrame:
        told = (model.wire, plain(model.estimator), model.message_settings, model.goals)
        key = canonical([model.domain, name, *told, model.reads_on])
        if key not in self._built:
            self._built[key] = tokens.sized(requests.of(self._study, model, name))
        return self._built[key]

    def _who(self, case: "Case") -> journal_state.Identity:
        declared = self._recipes[f"checkpoints/{case.model.name}/{case.checkpoint}"]
        return journal_state.identity(
            case.study, case.model, case.checkpoint, declared, case.results
        )

    def _missing(self, case: "Case", forecast: Forecast, wanted: pl.DataFrame) -> Forecast:
        """The forecast with what the journal lacks, counted, and its prompt tokens as guessed."""
        samples = case.model.estimator.samples
        every = wanted.join(pl.DataFrame({"sample": range(samples)}), how="cross")
        notes: tuple[str, ...] = ()
        held = 0
        if not case.answers.is_empty():
            who = self._who(case)
            notes = (who.assumed,) if who.assumed else ()
            if who.digest is not None:
                pairs = zip(every["request"], every["sample"], strict=True)
                keys = [answer_key(who.digest, request, n) for request, n in pairs]
                known = set(case.answers["key"])
                held = sum(key in known for key in keys)
                asked, told = case.asked(every, keys, known)
                every = every.filter(pl.Series(asked, dtype=pl.Boolean))
                notes += told
        return replace(
            forecast,
            held=held,
            to_ask=every.height,
            tokens_in=float(every["guess"].sum()),
            by_prompt_set=dict(every.group_by("prompt_set").len().iter_rows()),
            notes=notes,
        )


@dataclass(frozen=True)
class Case:
    """A checkpoint of a study with what its journal holds; asking it loads so many engines."""

    study: Study
    results: Path
    model: Model
    checkpoint: str
    answers: pl.DataFrame
    loads: int = 1

    def file(self, ending: str) -> Path:
        """One of the files of its answers."""
        return self.results / "answers" / self.model.name / f"{self.checkpoint}.{ending}"

    def asked(
        self, every: pl.DataFrame, keys: Sequence[str], known: Collection[str]
    ) -> tuple[list[bool], tuple[str, ...]]:
        """Which wanted answers a run asks for, and what is to be known of those it does not.

        That is what the journal lacks, but for prompt sets that are stopped, and what is asked once
        more: only for these two its lines are read one by one.
        """
        manner = Manner.of(settings_of(self.study, self.model))
        lacking = [key not in known for key in keys]
        if not manner.again and (manner.most >= 1.0 or not any(lacking)):
            return lacking, ()
        rows = every.iter_rows(named=True)
        asks = [Ask(key, row, row["sample"]) for key, row in zip(keys, rows, strict=True)]
        found = Unanswered(asks, manner)
        found.take(journal.read(self.file("jsonl")))
        chosen = {ask.key for ask in found.asks() if ask.wanted}
        told = tuple(
            stop.told() + (f": {stop.remedy}" if stop.remedy else "") for stop in found.stops
        )
        return [key in chosen for key in keys], told

    def goes_on(self, wanted: pl.DataFrame, who: str) -> bool:
        """Whether a run asks anything of a prompt set that its journal lacks: one that was stopped
        stays so.
        """
        samples = range(self.model.estimator.samples)
        every = wanted.join(pl.DataFrame({"sample": samples}), how="cross")
        pairs = zip(every["request"], every["sample"], strict=True)
        keys = [answer_key(who, request, sample) for request, sample in pairs]
        return any(self.asked(every, keys, set(self.answers["key"]))[0])

    def unasked(self, forecast: Forecast) -> Forecast:
        """The forecast of a checkpoint that has its answers, or had them."""
        stopped = self._stopped()
        left = sum(each["wanted"] - each["answered"] for each in stopped.values())
        lost = max(0, forecast.requests - left - self.answers["key"].n_unique())
        if stopped:
            sets = " and ".join(stopped)
            note = f"stopped, as most of its first answers could not be used: {sets}"
            forecast = replace(forecast, requests=forecast.requests - left, notes=(note,))
        if not lost or not self.file("done").exists():
            return replace(forecast, held=forecast.requests - lost)
        note = (
            f"{lost:,} answers are no longer in its journal; delete {self.file('done')} to have "
            "them asked again"
        )
        notes = (*forecast.notes, note)
        return replace(forecast, held=forecast.requests - lost, lost=lost, notes=notes)

    def _stopped(self) -> dict[str, dict[str, int]]:
        """What the last run says of the prompt sets that it stopped."""
        try:
            return dict(json.loads(self.file("done").read_text()).get("stopped", {}))
        except (OSError, ValueError):
            return {}

    def priced(self, forecast: Forecast, ratio: float) -> Forecast:
        """The forecast with tokens, dollars and GPU hours, and a note on each guess."""
        if not (self.model.paid or self.model.renders):  # in this process, for nothing
            return replace(forecast, tokens_in=0.0)
        if not forecast.to_ask:
            return forecast
        each, how = tokens.answer(self.model, self.checkpoint, self.answers)
        forecast = replace(
            forecast,
            tokens_in=forecast.tokens_in * ratio,
            tokens_out=each * forecast.to_ask,
            notes=(*forecast.notes, *how),
        )
        if self.model.paid:
            return self._in_dollars(forecast)
        settings = self.model.settings
        if isinstance(settings, EngineModel) and speed.gpus(settings):
            return self._in_hours(forecast, settings)
        return forecast

    def judging(self, load: judging.Load) -> Forecast:
        """The forecast of one prompt set that this checkpoint judges; each is a job of its own."""
        told = self.answers["prompt_tokens"].mean()
        each = told if isinstance(told, float) else load.each
        found = Forecast(
            self.model.name,
            f"{self.checkpoint} as judge",
            requests=load.held + load.to_ask,
            held=load.held,
            to_ask=load.to_ask,
            tokens_in=each * load.to_ask,
            notes=load.notes,
        )
        most = replace(found, to_ask=load.at_most, tokens_in=each * load.at_most)
        return replace(self.priced(found, 1.0), usd_most=self.priced(most, 1.0).usd_most)

    def _in_dollars(self, forecast: Forecast) -> Forecast:
        price = prices.price_of(self.study, self.model, self.file("prices.json"))
        source = self.model.asked.source
        if price is None:
            why = "in LiteLLM's list" if prices.have_list() else "here, as LiteLLM is not installed"
            note = f"{source} has no price {why}; write one under prices"
            return replace(forecast, notes=(*forecast.notes, note))
        inward, outward = forecast.tokens_in, forecast.tokens_out
        usd = inward * price.input + outward * price.output
        batch = price.batch and inward * price.batch[0] + outward * price.batch[1]
        longest = tokens.longest(self.model, self.checkpoint)
        note = (
            f"{source}: {price.input * 1e6:g} USD in and {price.output * 1e6:g} out for a million "
            f"tokens, from {price.origin}"
        )
        return replace(
            forecast,
            usd=batch if batch and self.model.asked.batches else usd,
            usd_batch=batch,
            usd_most=longest and inward * price.input + forecast.to_ask * longest * price.output,
            notes=(*forecast.notes, note),
        )

    def _in_hours(self, forecast: Forecast, settings: EngineModel) -> Forecast:
        rate = speed.speed_of(settings, checkpoint=self.checkpoint)
        seconds, origin = rate.seconds(forecast.tokens_in, forecast.tokens_out), rate.origin
        measured = self.answers["seconds"].mean()
        if isinstance(measured, float):
            seconds, origin = measured * forecast.to_ask, "measured in its journal"
        seconds += self.loads * rate.load
        hours = seconds / 3600 * speed.gpus(settings)
        note = f"GPU hours: {origin}, and {rate.load:g} s to load"
        return replace(forecast, gpu_hours=hours, notes=(*forecast.notes, note))


def spent(results: Path) -> float:
    """What the study has cost so far by its journals, those of the judge too, in US dollars."""
    paths = [*results.glob("answers/*/*.jsonl"), *results.glob("judgements/*/*/*.jsonl")]
    return float(sum(journal_state.answers(path)["cost_usd"].sum() for path in paths))
