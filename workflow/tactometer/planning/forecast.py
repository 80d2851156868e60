"""What each checkpoint will be asked and what that costs, from the study and its journals alone."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from tactometer import judge, recipes, requests
from tactometer.ask import samples_of
from tactometer.digests import canonical
from tactometer.keys import answer_key
from tactometer.planning import held, prices, speed, tokens
from tactometer.study import ENGINES, Model, Study


@dataclass(frozen=True)
class Forecast:
    """One checkpoint. `requests` counts wanted answers (requests x samples), `held` those that its
    journal has, `to_ask` those that a run asks; `lost` are missing, but nothing asks them again.

    Tokens and dollars are those of `to_ask`; `usd_batch` is the cost by the provider's batch
    endpoint, `usd_most` the worst case where answers have a cap. None: not known, or no question
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

    def as_dict(self) -> dict[str, Any]:
        """All fields, for JSON."""
        return asdict(self)


class Forecaster:
    """Forecasts for the checkpoints of one study; `results` is results/{study}.

    `asking` holds the `.done` files that Snakemake is going to make: what the others lack is not
    asked by a run.
    """

    def __init__(self, study: Study, results: Path, asking: Collection[str]) -> None:
        self._study, self._results, self._asking = study, results, asking
        self._built: dict[str, pl.DataFrame] = {}

    def all(self) -> Iterator[Forecast]:
        """One forecast for each checkpoint that is asked, in the study's order."""
        for model in self._study.asked:
            yield from self._of_model(model)

    def judge_notes(self) -> list[str]:
        """What the judge will be asked beside this, as far as it can be told before answers."""
        if self._study.judge is None:
            return []
        texts = [m for m in self._study.asked if m.settings["estimator"]["kind"] == "samples"]
        sets = sum(len(m.checkpoints) * len(m.prompt_sets) for m in texts)
        return [
            f"the judge {'/'.join(self._study.judge)} reads up to {judge.AUDIT} replies of each "
            f"prompt set that the parser can read, {sets * judge.AUDIT:,} at most, and all that it "
            "cannot: that is not in the figures above"
        ]

    @cached_property
    def _recipes(self) -> Mapping[str, Any]:
        return recipes.current(self._study, self._results.parent)

    def _of_model(self, model: Model) -> Iterator[Forecast]:
        wanted = self._requests(model)
        folder = self._results / "answers" / model.name
        found = {c: held.answers(folder / f"{c}.jsonl") for c in model.checkpoints}
        ratio = tokens.calibrated(wanted, found.values())
        for checkpoint, answers in found.items():
            case = Case(self._study, self._results, model, checkpoint, answers)
            count = wanted.height * samples_of(model.settings["estimator"])
            spent = float(answers["cost_usd"].sum())
            forecast = Forecast(model.name, checkpoint, count, count, 0, spent_usd=spent)
            if str(case.file("done")) in self._asking:
                yield case.priced(self._missing(case, forecast, wanted), ratio)
            else:
                yield case.unasked(forecast)

    def _requests(self, model: Model) -> pl.DataFrame:
        """The model's requests, each once: request, prompt_set, guess (prompt tokens)."""
        parts = [self._prompt_set(model, name) for name in model.prompt_sets]
        return pl.concat(parts).unique("request", keep="first", maintain_order=True)

    def _prompt_set(self, model: Model, name: str) -> pl.DataFrame:
        sample = self._study.data["sample"]
        asked = (model.settings.get("wire", {}), model.settings["estimator"])
        key = canonical([model.domain, name, *asked])
        if key not in self._built:
            frame = requests.build(
                self._study.domain_of(model.domain),
                name,
                framings=self._study.data["framings"],
                name_pairs=sample["name_pairs"],
                semantics_name_pairs=sample["semantics_name_pairs"],
                seed=sample["seed"],
                wire=asked[0],
                estimator=asked[1],
            )
            self._built[key] = tokens.sized(frame)
        return self._built[key]

    def _missing(self, case: "Case", forecast: Forecast, wanted: pl.DataFrame) -> Forecast:
        """The forecast with what the journal lacks, counted, and its prompt tokens as guessed."""
        samples = samples_of(case.model.settings["estimator"])
        every = wanted.join(pl.DataFrame({"sample": range(samples)}), how="cross")
        notes: tuple[str, ...] = ()
        if not case.answers.is_empty():
            declared = self._recipes[f"checkpoints/{case.model.name}/{case.checkpoint}"]
            who = held.identity(case.study, case.model, case.checkpoint, declared, case.results)
            notes = (who.assumed,) if who.assumed else ()
            if who.digest is not None:
                keys = set(case.answers["key"])
                pairs = zip(every["request"], every["sample"], strict=True)
                lacking = [answer_key(who.digest, request, n) not in keys for request, n in pairs]
                every = every.filter(pl.Series(lacking, dtype=pl.Boolean))
        return replace(
            forecast,
            held=forecast.requests - every.height,
            to_ask=every.height,
            tokens_in=float(every["guess"].sum()),
            by_prompt_set=dict(every.group_by("prompt_set").len().iter_rows()),
            notes=notes,
        )


@dataclass(frozen=True)
class Case:
    """A checkpoint of a study with what its journal holds."""

    study: Study
    results: Path
    model: Model
    checkpoint: str
    answers: pl.DataFrame

    def file(self, ending: str) -> Path:
        """One of the files of its answers."""
        return self.results / "answers" / self.model.name / f"{self.checkpoint}.{ending}"

    def unasked(self, forecast: Forecast) -> Forecast:
        """The forecast of a checkpoint that has its answers, or had them."""
        lost = max(0, forecast.requests - self.answers.height)
        if not lost or not self.file("done").exists():
            return replace(forecast, held=forecast.requests - lost)
        note = (
            f"{lost:,} answers are no longer in its journal; delete {self.file('done')} to have "
            "them asked again"
        )
        return replace(forecast, held=forecast.requests - lost, lost=lost, notes=(note,))

    def priced(self, forecast: Forecast, ratio: float) -> Forecast:
        """The forecast with tokens, dollars and GPU hours, and a note on each guess."""
        if self.model.provider == "simulated":  # in this process, for nothing
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
        if self.model.provider == "api":
            return self._in_dollars(forecast)
        if self.model.provider in ENGINES and speed.gpus(self.model.settings):
            return self._in_hours(forecast)
        return forecast

    def _in_dollars(self, forecast: Forecast) -> Forecast:
        price = prices.price_of(self.study, self.model, self.file("prices.json"))
        source = self.model.settings["source"]
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
            usd=batch if batch and self.model.settings.get("batch") else usd,
            usd_batch=batch,
            usd_most=longest and inward * price.input + forecast.to_ask * longest * price.output,
            notes=(*forecast.notes, note),
        )

    def _in_hours(self, forecast: Forecast) -> Forecast:
        settings = self.model.settings
        rate = speed.speed_of(settings)
        seconds, origin = rate.seconds(forecast.tokens_in, forecast.tokens_out), rate.origin
        measured = self.answers["seconds"].mean()
        if isinstance(measured, float):
            seconds, origin = measured * forecast.to_ask, "measured in its journal"
        first = next(iter(self.model.checkpoints)) == self.checkpoint
        if first or not settings.get("engine", {}).get("share"):
            seconds += rate.load
        hours = seconds / 3600 * speed.gpus(settings)
        note = f"GPU hours: {origin}, and {rate.load:g} s to load"
        return replace(forecast, gpu_hours=hours, notes=(*forecast.notes, note))


def spent(results: Path) -> float:
    """What the study has cost so far by its journals, those of the judge too, in US dollars."""
    paths = [*results.glob("answers/*/*.jsonl"), *results.glob("judgements/*/*/*.jsonl")]
    return float(sum(held.answers(path)["cost_usd"].sum() for path in paths))
