"""Gather the tables of one model: estimates, diagnostics, counts and more, labelled."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tactometer.inference import folds, loo
from tactometer.journal import usage
from tactometer.providers.simulated.settings import (
    SimulatedCheckpoint,
    SimulatedModel,
    SpeakerParameters,
)
from tactometer.reading import answer_samples, judge_agreement
from tactometer.study import study
from tactometer.study.fields import UNSET, written
from tactometer.study.labels import LABEL_COLUMNS
from tactometer.tables import (
    answer_quality,
    prompts_told,
    published,
    read_back_counts,
    served,
    thought_tokens,
)
from tactometer.tables.word_intervals import with_intervals
from tactometer.utils import atomic_files

if TYPE_CHECKING:
    from tactometer.study.model import Model
    from tactometer.study.study import Study

NUMBERS = ("mean", "sd", "median", "mode", "hdi_low", "hdi_high", "ess_bulk", "ess_tail", "rhat")
ESTIMATES = {
    "study": pl.String,
    "model": pl.String,
    "checkpoint": pl.String,
    "goal": pl.String,
    "framing": pl.String,
    "fit": pl.String,
    "speaker": pl.String,
    "semantics": pl.String,
    "values": pl.String,
    "estimator": pl.String,
    "parameter": pl.String,
    **dict.fromkeys(NUMBERS, pl.Float64),
    "contraction": pl.Float64,
    "verdict": pl.String,
    "described": pl.String,
    "told": pl.Boolean,
    **dict.fromkeys(LABEL_COLUMNS[:-1], pl.String),
    "progress": pl.Float64,
}
RECOVERY = {
    **{name: ESTIMATES[name] for name in list(ESTIMATES)[:7]},
    "parameter": pl.String,
    **dict.fromkeys(["truth", "mean", "hdi_low", "hdi_high"], pl.Float64),
    "covered": pl.Boolean,
}
TRUTH = {name: RECOVERY[name] for name in ("checkpoint", "goal", "parameter", "truth")}
ANSWERS = {
    "study": pl.String,
    "model": pl.String,
    "checkpoint": pl.String,
    "prompt_set": pl.String,
    "framing": pl.String,
    "method": pl.String,
    "reason": pl.String,
    "n": pl.Int64,
    "share": pl.Float64,
}
ASKED = {
    **{name: ANSWERS[name] for name in ["study", "model", "checkpoint"]},
    **dict.fromkeys(["provider", "source"], pl.String),
    "reported": pl.String,
    **dict.fromkeys(["answers", "lines", *usage.TOKENS], pl.Int64),
    **dict.fromkeys(["cost_usd", *usage.RARE], pl.Float64),
    **dict.fromkeys(["first_at", "last_at"], pl.String),
    "bits_per_character": pl.Float64,
    **prompts_told.COLUMNS,
    **served.APART,
}
REPLIES = {
    **{name: ANSWERS[name] for name in ["study", "model", "checkpoint"]},
    **answer_samples.SAMPLE,
}
COMPARISON = {
    **{name: ANSWERS[name] for name in ["study", "model", "checkpoint"]},
    **loo.COMPARISON,
    "published_log_bf": pl.Float64,
    "published_place": pl.Int64,
}
AGREEMENT = {
    **{name: ANSWERS[name] for name in ["study", "model", "checkpoint", "prompt_set"]},
    **dict.fromkeys(judge_agreement.AGREEMENT, pl.Int64),
}


HELDOUT = {**{name: ANSWERS[name] for name in ["study", "model", "checkpoint"]}, **folds.HELDOUT}


def gather(study: Study, model: Model, results: Path) -> None:
    """Write the tables of one model below results/tables/models/{model}/."""
    estimates = _estimates(study, model, results)
    answers = served.of_model(model, results)
    frames = {
        "estimates": estimates,
        "diagnostics": _of_fits(study, model, results, "diagnostics"),
        "predictive": _of_fits(study, model, results, "predictive"),
        "modes": _of_fits(study, model, results, "modes"),
        "counts": _counts(study, model, results),
        "semantics": _semantics(study, model, results),
        "recovery": _recovery(model, estimates),
        "answers": _answers(study, model, results),
        "invalid": _invalid(study, model, results),
        "prompt_sets": _prompt_sets(study, model, results),
        "asked": _asked(study, model, results, answers),
        "served": served.table(study.name, model.name, answers),
        "thoughts": _thoughts(study, model, results),
        "replies": _replies(study, model, results),
        "published": _published(study, model),
        "comparison": _comparison(study, model, results),
    }
    if study.holds_out:
        frames["heldout"] = _heldout(study, model, results)
    if study.checks_comprehension:
        frames["comprehension"] = read_back_counts.of_model(study.name, model, results)
    if study.judge:
        frames["agreement"] = _agreement(study, model, results)
    for name, frame in frames.items():
        with atomic_files.atomic(
            results / "tables" / "models" / model.name / f"{name}.parquet"
        ) as path:
            frame.write_parquet(path)


def _places(model: Model) -> Iterator[tuple[str, str]]:
    for checkpoint in model.checkpoints:
        for goal in model.goals:
            yield checkpoint, goal


def _named(study: Study, model: Model) -> list[pl.Expr]:
    return [pl.lit(study.name).alias("study"), pl.lit(model.name).alias("model")]


Places = Mapping[Path, Mapping[str, str]]


def _whose(places: Places) -> pl.DataFrame:
    """Whose each file is: its place among them, its path, and columns that name it."""
    rows = [{"file": str(path), **names} for path, names in places.items()]
    return pl.DataFrame(rows).with_row_index("place")


def _collect(study: Study, model: Model, places: Places) -> pl.DataFrame:
    """The rows of many files in one go, with the columns that say whose they are in front.

    A file at a time costs five times that: most of them hold a few rows.
    """
    rows = pl.read_parquet(list(places), include_file_paths="file")
    whose = _whose(places).drop("place")
    named = rows.join(whose, on="file", how="left", maintain_order="left").drop("file")
    return named.select(*_named(study, model), *whose.columns[1:], *rows.columns[:-1])


def _by_goal(model: Model, folder: Path, end: str = "parquet") -> Places:
    """The files of every (checkpoint, goal) of a model below a folder of the results."""
    return {
        folder / model.name / checkpoint / f"{goal}.{end}": {"checkpoint": checkpoint, "goal": goal}
        for checkpoint, goal in _places(model)
    }


def _by_prompt_set(model: Model, folder: Path) -> Places:
    """The files of every (checkpoint, prompt set)."""
    return {
        folder / model.name / c / f"{name}.parquet": {"checkpoint": c, "prompt_set": name}
        for c in model.checkpoints
        for name in model.prompt_sets
    }


def _of_fits(study: Study, model: Model, results: Path, part: str) -> pl.DataFrame:
    folder, end = results / "fits", f"{part}.parquet"
    places = dict(_by_goal(model, folder, end))
    for name in model.further:
        own = _by_goal(model, folder, end)
        places |= {path.parent / name / path.name: names for path, names in own.items()}
    return _collect(study, model, places)


def _estimates(study: Study, model: Model, results: Path) -> pl.DataFrame:
    rows = [
        {"checkpoint": checkpoint, **{k: model.labels(checkpoint).get(k) for k in LABEL_COLUMNS}}
        for checkpoint in model.checkpoints
    ]
    schema = {name: ESTIMATES[name] for name in ("checkpoint", *LABEL_COLUMNS)}
    labels = pl.DataFrame(rows, schema=schema, strict=False)
    fitted = _of_fits(study, model, results, "estimates")
    joined = fitted.join(labels, on="checkpoint", how="left", maintain_order="left")
    joined = joined.with_columns(
        estimator=pl.lit(None if model.recorded else model.estimator.label)
    )
    return joined.select(pl.col(name).cast(kind) for name, kind in ESTIMATES.items())


def _counts(study: Study, model: Model, results: Path) -> pl.DataFrame:
    return _collect(study, model, _by_goal(model, results / "counts")).drop("by_vignette")


def _semantics(study: Study, model: Model, results: Path) -> pl.DataFrame:
    folder = results / "semantics" / model.name
    places = {folder / f"{name}.parquet": {"checkpoint": name} for name in model.checkpoints}
    frame = _collect(study, model, places)
    return with_intervals(frame, weighed=model.fit.design_effect == "estimate")


def truth_of(speaker: SimulatedCheckpoint, goal: str) -> dict[str, float]:
    """The parameters of a simulated speaker under a goal, by the names of the tables."""
    told = written(speaker.goals, {}).get(goal, SpeakerParameters())
    omega = written(told.omega, speaker.omega)
    return {
        "alpha": float(written(told.alpha, speaker.alpha)),
        "phi": float(written(told.phi, speaker.phi)),
        **{f"omega_{name}": float(getattr(omega, name)) for name in ("inf", "soc", "pre")},
    }


def _recovery(model: Model, estimates: pl.DataFrame) -> pl.DataFrame:
    """The truth of a simulated speaker beside its posterior, for the speaker that it is: s2."""
    if not isinstance(model.settings, SimulatedModel):
        return pl.DataFrame(schema=RECOVERY)
    speakers = model.settings.checkpoints
    rows = [
        {"checkpoint": checkpoint, "goal": goal, "parameter": parameter, "truth": truth}
        for checkpoint, goal in _places(model)
        # else no one speaker's parameters are true of it
        if speakers[checkpoint].behaviour is UNSET and speakers[checkpoint].factors is UNSET
        for parameter, truth in truth_of(speakers[checkpoint], goal).items()
    ]
    beside = estimates.filter(pl.col("speaker") == "s2").join(
        pl.DataFrame(rows, schema=TRUTH),
        on=["checkpoint", "goal", "parameter"],
        maintain_order="left",
    )
    covered = pl.col("truth").is_between(pl.col("hdi_low"), pl.col("hdi_high"))
    return beside.with_columns(covered=covered).select(*RECOVERY)


def _answers(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """How each answer was read, by prompt set and framing."""
    places = _by_prompt_set(model, results / "choices")
    if not places:
        return pl.DataFrame(schema=ANSWERS)
    rows = pl.scan_parquet(list(places), include_file_paths="file")
    read = rows.group_by("file", "framing", "method", "reason").agg(n=pl.len()).collect()
    share = pl.col("n") / pl.col("n").sum().over("place", "framing")
    frame = read.join(_whose(places), on="file").with_columns(*_named(study, model), share=share)
    ordered = frame.sort("place", "framing", "method", "reason")
    return ordered.select(pl.col(name).cast(kind) for name, kind in ANSWERS.items())


def _invalid(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """Invalid answers by prompt set, state and reason."""
    places = _by_prompt_set(model, results / "choices")
    parts = [
        answer_quality.invalid(pl.read_parquet(path, columns=["state", "method", "reason"]))
        .with_columns(*_named(study, model), *(pl.lit(v).alias(k) for k, v in names.items()))
        .select(pl.col(name).cast(kind) for name, kind in answer_quality.INVALID.items())
        for path, names in places.items()
    ]
    return pl.concat([pl.DataFrame(schema=answer_quality.INVALID), *parts])


def _prompt_sets(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """What became of each prompt set: answers, invalid ones, samples alike, stopped or not."""
    rows = []
    for path, names in _by_prompt_set(model, results / "choices").items():
        done = json.loads(
            (results / "answers" / model.name / f"{names['checkpoint']}.done").read_text()
        )
        stop = done.get("stopped", {}).get(names["prompt_set"])
        found = answer_quality.of_prompt_set(pl.read_parquet(path), stop)
        rows.append({"study": study.name, "model": model.name, **names, **found})
    schema = answer_quality.PROMPT_SETS
    return pl.DataFrame([{k: row.get(k) for k in schema} for row in rows], schema=schema)


def _thoughts(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """Thought tokens by checkpoint, goal and vignette, where answers tell of any."""
    rows = []
    for checkpoint in [] if model.recorded else model.checkpoints:
        answers = results / "answers" / model.name / f"{checkpoint}.jsonl"
        who = json.loads(answers.with_suffix(".done").read_text())["digest"]
        folder = results / "choices" / model.name / checkpoint
        choices = [folder / f"{goal}.parquet" for goal in model.goals]
        whose = {"study": study.name, "model": model.name, "checkpoint": checkpoint}
        rows += [{**whose, **row} for row in thought_tokens.by_vignette(choices, answers, who)]
    return pl.DataFrame(rows, schema=thought_tokens.THOUGHTS)


def _asked(
    study: Study, model: Model, results: Path, found: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """What each checkpoint was asked and what that took; nothing of a recorded model."""
    if model.recorded:
        return pl.DataFrame(schema=ASKED)
    rows, apart = [], served.apart(found)
    for checkpoint in model.checkpoints:
        done = json.loads((results / "answers" / model.name / f"{checkpoint}.done").read_text())
        told = done.get("journal", {})
        rows.append(
            {
                **{"study": study.name, "model": model.name, "checkpoint": checkpoint},
                **{"provider": model.provider, "source": model.asked.source},
                **told,
                "answers": done["answers"],
                "reported": ", ".join(told.get("models", [])),
                "bits_per_character": done.get("ability", {}).get("bits_per_character"),
                **prompts_told.columns(done.get("prompt", {}), model.message_settings),
                **apart.get(checkpoint, {}),
            }
        )
    return pl.DataFrame([{k: row.get(k) for k in ASKED} for row in rows], schema=ASKED)


def _replies(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """Answers to look at, of every prompt set."""
    places = _by_prompt_set(model, results / "choices")
    if not places:
        return pl.DataFrame(schema=REPLIES)
    drawn = answer_samples.draw(list(places)).drop("prompt_set")
    whose = _whose(places).drop("place")
    named = drawn.join(whose, on="file", how="left", maintain_order="left")
    return named.with_columns(_named(study, model)).select(*REPLIES)


def _comparison(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """How the speaker variants compare, beside what was published of them; no row for a model that
    is fitted with one alone.
    """
    if not model.compares:
        return pl.DataFrame(schema=COMPARISON)
    folder = results / "comparisons" / model.name
    places = {folder / f"{name}.parquet": {"checkpoint": name} for name in model.checkpoints}
    known = _published(study, model).filter(parameter="log_bf").select("goal", "speaker", "value")
    best = pl.col("value").max().over("goal")
    place = pl.col("value").rank("min", descending=True).over("goal")
    known = known.with_columns(published_log_bf=pl.col("value") - best, published_place=place)
    found = _collect(study, model, places)
    beside = found.join(known, on=["goal", "speaker"], how="left", maintain_order="left")
    return beside.select(pl.col(name).cast(kind) for name, kind in COMPARISON.items())


def _heldout(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """Held-out errors; no row for a model of which no vignette is held out."""
    if not model.folds:
        return pl.DataFrame(schema=HELDOUT)
    folder = results / "heldout" / model.name
    places = {folder / f"{name}.parquet": {"checkpoint": name} for name in model.checkpoints}
    return _collect(study, model, places).select(*HELDOUT)


def _agreement(study: Study, model: Model, results: Path) -> pl.DataFrame:
    """How judge and strict parser compare, by checkpoint and prompt set."""
    rows = [
        {
            **{"study": study.name, "model": model.name, "checkpoint": checkpoint},
            "prompt_set": prompt_set,
            **judge_agreement.count(pl.read_parquet(folder / f"{prompt_set}.parquet")),
        }
        for checkpoint in model.checkpoints
        for prompt_set in model.prompt_sets
        for folder in [results / "judgements" / model.name / checkpoint]
    ]
    return pl.DataFrame(rows, schema=AGREEMENT)


def _published(study: Study, model: Model) -> pl.DataFrame:
    paths = model.counted.published if model.recorded else ()
    frame = published.read([Path(path) for path in paths], model.goals)
    return frame.select(*_named(study, model), *frame.columns)


def run(given: Namespace) -> None:
    """Gather the tables of one model."""
    sweep = study.read(given.study)
    gather(sweep, sweep.models[given.model], given.results)
