"""Summary at the top of the report: what was measured, when, with what, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tactometer.analyses.phrases import listed, several
from tactometer.report.stages import Methods
from tactometer.tables.cells import Cell, Table, cell
from tactometer.tables.fit_selection import sampled
from tactometer.tables.ordering import in_order
from tactometer.tables.reader import (
    answers_used,
    checkpoint_order,
    model_order,
    passed,
    pooled_counts,
)

RARE = {"assumed_usd": "of these assumed", "told_usd": "USD as told"}
MANY_MODELS, MANY_CHECKPOINTS = 12, 4  # of which each is named


def facts(
    frames: Mapping[str, pl.DataFrame], baseline: Sequence[str], methods: Methods
) -> dict[str, str]:
    """The study in a few lines, by heading; `methods` is what `recipes.methods_of` says of it."""
    asked, empty = frames["asked"], frames["counts"].is_empty()
    checked = sampled(frames["diagnostics"])
    human = pl.lit(False) if empty else pl.col("model").is_in(list(baseline))
    models, people = frames["counts"].filter(~human), frames["counts"].filter(human)
    found = {
        "Measured": _measured(models, people),
        **({"Prompts": _prompts(methods)} if methods["asked"] else {}),
        "Answers": _answered(models, people),
        "Fits": f"{checked.height:,}, of which {_failed(checked):,} did not pass their checks",
    }
    if asked.height:
        found["Asked"] = _asked(asked)
    return found


def stands_on(counts: pl.DataFrame, baseline: Sequence[str], diagnostics: pl.DataFrame) -> str:
    """What the numbers of the answer are, on how many answers of whom each fit stands, and whose
    intervals take answers as independent.
    """
    if counts.is_empty():
        return ""
    cells = pooled_counts(counts).group_by("model", "checkpoint", "goal", "state")
    per_state = cells.agg(pl.col("n_valid").max())
    fits = per_state.group_by("model", "checkpoint", "goal").agg(pl.col("n_valid").sum())
    people = pl.col("model").is_in(list(baseline))
    parts = [
        f"{_span(fits.filter(who)['n_valid'])} valid answers {whose}"
        for who, whose in ((~people, "of a model"), (people, "of people"))
        if not fits.filter(who).is_empty()
    ]
    return (
        "Estimates are posterior means [95% HDI] under one goal, over all framings; each stands on "
        f"{' or '.join(parts)}, and on yes/no answers about its words.{_independent(diagnostics)}"
    )


def _independent(diagnostics: pl.DataFrame) -> str:
    """Whose fits have no design effect, so that what hangs together narrows their intervals."""
    if diagnostics.is_empty():
        return ""
    plain = sampled(diagnostics).filter(pl.col("design_effect").is_null())
    names = plain["model"].unique(maintain_order=True).to_list()
    return (
        f" Intervals of {listed(names)} take every answer as independent of the others: where some"
        " hang together (of one participant, say), they are too narrow."
        if names
        else ""
    )


def _span(numbers: pl.Series) -> str:
    low, high = (f"{int(n):,}" for n in (numbers.min(), numbers.max()))  # type: ignore[arg-type]
    return low if low == high else f"{low} to {high}"


def _measured(models: pl.DataFrame, people: pl.DataFrame) -> str:
    """Who was measured, by name where that is no long list."""
    known = {} if models.is_empty() else _checkpoints(models)
    if not known and not people.is_empty():
        return f"people alone ({', '.join(sorted(set(people['model'])))})"
    found = several(len(known), "model")
    found += (
        f" at {several(sum(map(len, known.values())), 'checkpoint')} (in brackets, here and below)"
    )
    if known and len(known) <= MANY_MODELS:
        found += ": " + ", ".join(f"{model} ({_range(names)})" for model, names in known.items())
    if people.is_empty():
        return found
    return f"{found}; beside the human figures ({', '.join(sorted(set(people['model'])))})"


def _checkpoints(counts: pl.DataFrame) -> dict[str, list[str]]:
    """The checkpoints of each model, both in the order of readers."""
    order = checkpoint_order(counts)
    mine = dict(counts.group_by("model").agg(pl.col("checkpoint").unique()).iter_rows())
    return {model: in_order(order, mine[model]) for model in model_order(counts, [])}


def _range(checkpoints: Sequence[str]) -> str:
    if len(checkpoints) <= MANY_CHECKPOINTS:
        return ", ".join(checkpoints)
    return f"{checkpoints[0]} to {checkpoints[-1]}"


def _prompts(methods: Methods) -> str:
    framings, goals = methods["framings"], methods["goals"]
    return (
        f"{several(methods['vignettes'], 'creation')} of {methods['states']}, with"
        f" {several(methods['name_pairs'], 'pair')} of names, in"
        f" {several(len(framings), 'framing')} ({', '.join(framings)}), under"
        f" {several(len(goals), 'goal')} ({', '.join(goals)}); and yes/no prompts on the"
        f" {methods['utterances']} utterances"
    )


def _answered(models: pl.DataFrame, people: pl.DataFrame) -> str:
    valid, invalid = answers_used(models)
    if models.is_empty() and not people.is_empty():
        return f"{sum(answers_used(people)):,} of people to production prompts"
    found = f"{valid + invalid:,} of models to production prompts, {invalid:,} of them not readable"
    return found if people.is_empty() else f"{found}; {sum(answers_used(people)):,} of people"


def _failed(checked: pl.DataFrame) -> int:
    return checked.filter(~passed()).height if checked.height else 0


def _asked(asked: pl.DataFrame) -> str:
    first, last = asked["first_at"].drop_nulls().min(), asked["last_at"].drop_nulls().max()
    ends = [str(at)[:16].replace("T", " ") for at in (first, last)]
    when = f", {ends[0]} to {ends[1]} UTC" if first else ""
    cost = asked["cost_usd"].drop_nulls()
    spent = f" for ${cost.sum():,.2f}" if cost.len() else ""
    return f"{asked['lines'].sum():,} answers in all{spent}{when}"


def _moment(at: str | None) -> str:
    """A date and a time of day, with hyphens at which no line breaks."""
    return (at or "")[:16].replace("T", " ").replace("-", "\N{NON-BREAKING HYPHEN}")


def taken(asked: pl.DataFrame) -> Table:
    """What each checkpoint's answers took; what is assumed, and what providers say themselves,
    where there is any.
    """
    rare = {k: words for k, words in RARE.items() if asked[k].drop_nulls().len()}
    columns = ["model", "checkpoint", "provider", "source", "reported as", "answers"]
    columns += ["tokens in", "tokens out", "of these thought", "USD", *rare.values()]
    columns += ["first", "last"]
    rows: list[list[str | Cell]] = [
        [
            *(str(r[k] or "") for k in ("model", "checkpoint", "provider", "source", "reported")),
            cell(r["lines"], ","),
            cell(r["prompt_tokens"], ","),
            cell(r["completion_tokens"], ","),
            cell(r["reasoning_tokens"], ","),
            *(cell(r[k], ",.2f") for k in ("cost_usd", *rare)),
            *(_moment(r[k]) for k in ("first_at", "last_at")),
        ]
        for r in asked.to_dicts()
    ]
    return Table("What the answers took", columns, rows)
