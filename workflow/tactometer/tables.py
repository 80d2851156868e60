"""Tables: what fits, counts, semantics and choices hold, labelled, for one model and for all."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from tactometer import accounts, files, judge, loo, published, samples
from tactometer.study import LABEL_COLUMNS, Model, Study

HDI = 0.95
NUMBERS = ("mean", "sd", "median", "mode", "hdi_low", "hdi_high", "ess_bulk", "ess_tail", "rhat")
ESTIMATES = {
    "study": pl.String,
    "model": pl.String,
    "checkpoint": pl.String,
    "goal": pl.String,
    "framing": pl.String,
    "speaker": pl.String,
    "semantics": pl.String,
    "parameter": pl.String,
    **dict.fromkeys(NUMBERS, pl.Float64),
    "contraction": pl.Float64,
    "verdict": pl.String,
    **dict.fromkeys(LABEL_COLUMNS[:-1], pl.String),
    "progress": pl.Float64,
}
RECOVERY = {
    **{name: ESTIMATES[name] for name in list(ESTIMATES)[:6]},
    "parameter": pl.String,
    **dict.fromkeys(["truth", "mean", "hdi_low", "hdi_high"], pl.Float64),
    "covered": pl.Boolean,
}
ANSWERS = {
    "study": pl.String,
    "model": pl.String,
    "checkpoint": pl.String,
    "prompt_set": pl.String,
    "framing": pl.String,
    "method": pl.String,
    "n": pl.Int64,
    "share": pl.Float64,
}
ASKED = {
    **{name: ANSWERS[name] for name in ["study", "model", "checkpoint"]},
    **dict.fromkeys(["provider", "source"], pl.String),
    "reported": pl.String,
    **dict.fromkeys(["answers", "lines", *accounts.TOKENS], pl.Int64),
    "cost_usd": pl.Float64,
    **dict.fromkeys(["first_at", "last_at"], pl.String),
}
REPLIES = {
    **{name: ANSWERS[name] for name in ["study", "model", "checkpoint"]},
    **samples.SAMPLE,
}
AGREEMENT = {
    **{name: ANSWERS[name] for name in ["study", "model", "checkpoint", "prompt_set"]},
    **dict.fromkeys(judge.AGREEMENT, pl.Int64),
}


def gather(study: Study, model: Model, results: Path) -> None:
    """Write the tables of one model below results/tables/models/{model}/."""
    estimates = _estimates(study, model, results)
    frames = {
        "estimates": estimates,
        "diagnostics": _of_fits(study, model, results, "diagnostics"),
        "predictive": _of_fits(study, model, results, "predictive"),
        "modes": _of_fits(study, model, results, "modes"),
        "counts": _counts(study, model, results),
        "semantics": _semantics(study, model, results),
        "recovery": _recovery(model, estimates),
        "answers": _answers(study, model, results),
        "asked": _asked(study, model, results),
        "replies": _replies(study, model, results),
        "published": _published(study, model),
    }
    if study.compares:
        frames["comparison"] = _comparison(study, model, results)
    if study.judge:
        frames["agreement"] = _agreement(study, model, results)
    for name, frame in frames.items():
        with files.atomic(results / "tables" / "models" / model.name / f"{name}.parquet") as path:
            frame.write_parquet(path)


def tabulate(study: Study, results: Path) -> None:
    """Put the models' tables together: results/tables/{table}.parquet and .csv."""
    folder = results / "tables"
    names = sorted(p.stem for p in (folder / "models" / next(iter(study.models))).glob("*.parquet"))
    for name in names:
        parts = [folder / "models" / model / f"{name}.parquet" for model in study.models]
        frame = pl.concat([pl.read_parquet(part) for part in parts], how="vertical_relaxed")
        with files.atomic(folder / f"{name}.parquet") as path:
            frame.write_parquet(path)
        with files.atomic(folder / f"{name}.csv") as path:
            frame.write_csv(path)


def _places(model: Model) -> Iterator[tuple[str, str]]:
    for checkpoint in model.checkpoints:
        for goal in model.goals:
            yield checkpoint, goal


def _named(study: Study, model: Model, **more: str) -> list[pl.Expr]:
    names = {"study": study.name, "model": model.name, **more}
    return [pl.lit(value).alias(name) for name, value in names.items()]


def _collect(study: Study, model: Model, read: Callable[[str, str], pl.DataFrame]) -> pl.DataFrame:
    """One frame of every (checkpoint, goal), with the columns that say whose it is in front."""
    names = ["study", "model", "checkpoint", "goal"]
    parts = []
    for checkpoint, goal in _places(model):
        frame = read(checkpoint, goal)
        named = frame.with_columns(_named(study, model, checkpoint=checkpoint, goal=goal))
        parts.append(named.select(*names, *frame.columns))
    return pl.concat(parts, how="vertical_relaxed")


def _of_fits(study: Study, model: Model, results: Path, part: str) -> pl.DataFrame:
    def read(checkpoint: str, goal: str) -> pl.DataFrame:
        return pl.read_parquet(
            results / "fits" / model.name / checkpoint / f"{goal}.{part}.parquet"
        )

    return _collect(study, model, read)


def _estimates(study: Study, model: Model, results: Path) -> pl.DataFrame:
    rows = [
        {"checkpoint": checkpoint, **{k: model.labels(checkpoint).get(k) for k in LABEL_COLUMNS}}
        for checkpoint in model.checkpoints
    ]
    schema = {name: ESTIMATES[name] for name in ("checkpoint", *LABEL_COLUMNS)}
    labels = pl.DataFrame(rows, schema=schema, strict=False)
    fitted = _of_fits(study, model, results, "estimates")
    joined = fitted.join(labels, on="checkpoint", how="left", maintain_order="left")
    return joined.select(pl.col(name).cast(kind) for name, kind in ESTIMATES.items())


def _counts(study: Study, model: Model, results: Path) -> pl.DataFrame:
    def read(checkpoint: str, goal: str) -> pl.DataFrame:
        return pl.read_parquet(results / "counts" / model.name / checkpoint / f"{goal}.parquet")

    return _collect(study, model, read)


def _semantics(study: Study, model: Model, results: Path) -> pl.DataFrame:
    parts = []
    for checkpoint in model.checkpoints:
        frame = pl.read_parquet(results / "semantics" / model.name / f"{checkpoint}.parquet")
        low, high = beta_hdi(
            frame["yes"].to_numpy() + 1, (frame["n"] - frame["yes"]).to_numpy() + 1
        )
        parts.append(
            frame.with_columns(
                _named(study, model, checkpoint=checkpoint),
                hdi_low=pl.Series(low),
                hdi_high=pl.Series(high),
            ).select("study", "model", "checkpoint", *frame.columns, "hdi_low", "hdi_high")
        )
    return pl.concat(parts, how="vertical_relaxed")


def beta_hdi(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shortest 95% intervals of Beta(a, b) posteriors: [cell], [cell]."""
    tails = np.linspace(0, 1 - HDI, 201)[:, None]
    low, high = stats.beta.ppf(tails, a, b), stats.beta.ppf(tails + HDI, a, b)
    best = np.argmin(high - low, axis=0)
    cells = np.arange(len(a))
    return low[best, cells], high[best, cells]


def truth_of(speaker: Mapping[str, Any], goal: str) -> dict[str, float]:
    """The parameters of a simulated speaker under a goal, by the names of the tables."""
    told = {**speaker, **speaker.get("goals", {}).get(goal, {})}
    omega = {f"omega_{name}": float(value) for name, value in told["omega"].items()}
    return {"alpha": float(told["alpha"]), "phi": float(told["phi"]), **omega}


def _recovery(model: Model, estimates: pl.DataFrame) -> pl.DataFrame:
    """The truth of a simulated speaker beside its posterior, for the speaker that it is: s2."""
    if model.provider != "simulated":
        return pl.DataFrame(schema=RECOVERY)
    rows = [
        {"checkpoint": checkpoint, "goal": goal, "parameter": parameter, "truth": truth}
        for checkpoint, goal in _places(model)
        for parameter, truth in truth_of(model.checkpoints[checkpoint], goal).items()
    ]
    beside = estimates.filter(pl.col("speaker") == "s2").join(
        pl.DataFrame(rows), on=["checkpoint", "goal", "parameter"], maintain_order="left"
    )
    covered = pl.col("truth").is_between(pl.col("hdi_low"), pl.col("hdi_high"))
    return beside.with_columns(covered=covered).select(*RECOVERY)


def _answers(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """How each answer was read, by prompt set and framing."""
    parts = [pl.DataFrame(schema=ANSWERS)]
    for checkpoint in model.checkpoints:
        for prompt_set in model.prompt_sets:
            path = results / "choices" / model.name / checkpoint / f"{prompt_set}.parquet"
            methods = pl.read_parquet(path, columns=["framing", "method"])
            rates = methods.group_by("framing", "method", maintain_order=True).agg(
                n=pl.len().cast(pl.Int64)
            )
            named = _named(study, model, checkpoint=checkpoint, prompt_set=prompt_set)
            share = pl.col("n") / pl.col("n").sum().over("framing")
            frame = rates.with_columns(*named, share=share).sort("framing", "method")
            parts.append(frame.select(pl.col(name).cast(kind) for name, kind in ANSWERS.items()))
    return pl.concat(parts)


def _asked(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """What each checkpoint was asked and what that took; nothing of a recorded model."""
    if model.recorded:
        return pl.DataFrame(schema=ASKED)
    rows = []
    for checkpoint in model.checkpoints:
        done = json.loads((results / "answers" / model.name / f"{checkpoint}.done").read_text())
        told = done.get("journal", {})
        rows.append(
            {
                **{"study": study.name, "model": model.name, "checkpoint": checkpoint},
                **{"provider": model.provider, "source": model.settings.get("source")},
                **told,
                "answers": done["answers"],
                "reported": ", ".join(told.get("models", [])),
            }
        )
    return pl.DataFrame([{k: row.get(k) for k in ASKED} for row in rows], schema=ASKED)


def _replies(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """Answers to look at, of every prompt set."""
    parts = [pl.DataFrame(schema=REPLIES)]
    for checkpoint in model.checkpoints:
        folder = results / "choices" / model.name / checkpoint
        for prompt_set in model.prompt_sets:
            drawn = samples.draw(folder / f"{prompt_set}.parquet")
            named = drawn.with_columns(_named(study, model, checkpoint=checkpoint))
            parts.append(named.select(*REPLIES))
    return pl.concat(parts)


def _comparison(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """How the speaker variants compare; no row for a model that is fitted with one alone."""
    names = dict.fromkeys(("study", "model", "checkpoint"), pl.String)
    parts = [pl.DataFrame(schema={**names, **loo.COMPARISON})]
    for checkpoint in model.checkpoints if model.compares else ():
        frame = pl.read_parquet(results / "comparisons" / model.name / f"{checkpoint}.parquet")
        named = frame.with_columns(_named(study, model, checkpoint=checkpoint))
        parts.append(named.select(*names, *frame.columns))
    return pl.concat(parts)


def _agreement(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """How judge and strict parser compare, by checkpoint and prompt set."""
    rows = [
        {
            **{"study": study.name, "model": model.name, "checkpoint": checkpoint},
            "prompt_set": prompt_set,
            **judge.agreement(pl.read_parquet(folder / f"{prompt_set}.parquet")),
        }
        for checkpoint in model.checkpoints
        for prompt_set in model.prompt_sets
        for folder in [results / "judgements" / model.name / checkpoint]
    ]
    return pl.DataFrame(rows, schema=AGREEMENT)


def _published(study: Study, model: Model) -> pl.DataFrame:
    paths = model.settings.get("published", [])
    frame = published.read([Path(path) for path in paths], model.goals)
    return frame.select(*_named(study, model), *frame.columns)
