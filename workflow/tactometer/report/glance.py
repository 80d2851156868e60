"""The opening of the report: what was measured, when, with what, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tactometer.figures.tables import answers_used, passed
from tactometer.report.cells import Cell, Table, cell


def facts(frames: Mapping[str, pl.DataFrame], baseline: Sequence[str]) -> dict[str, str]:
    """The study in a few lines, by heading."""
    counts, asked, checked = frames["counts"], frames["asked"], frames["diagnostics"]
    valid, invalid = answers_used(counts)
    pairs = counts.select("model", "checkpoint").unique() if counts.height else counts
    people = sorted(set(baseline) & set(counts["model"])) if counts.height else []
    models = pairs["model"].n_unique() - len(people) if pairs.height else 0
    found = {
        "Measured": _several(models, "model")
        + f" at {_several(pairs.height - len(people), 'checkpoint')}"
        + (f", beside the human figures ({', '.join(people)})" if people else ""),
        "Answers": f"{valid + invalid:,} to production prompts, {invalid:,} of them not readable",
        "Fits": f"{checked.height:,}, of which {_failed(checked):,} did not pass their checks",
    }
    if asked.height:
        found["Asked"] = _asked(asked)
    return found


def _several(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _failed(checked: pl.DataFrame) -> int:
    return checked.filter(~passed()).height if checked.height else 0


def _asked(asked: pl.DataFrame) -> str:
    first, last = asked["first_at"].drop_nulls().min(), asked["last_at"].drop_nulls().max()
    ends = [str(at)[:16].replace("T", " ") for at in (first, last)]
    when = f", {ends[0]} to {ends[1]} UTC" if first else ""
    cost = asked["cost_usd"].drop_nulls()
    spent = f" for ${cost.sum():,.2f}" if cost.len() else ""
    return f"{asked['lines'].sum():,} answers{spent}{when}"


def taken(asked: pl.DataFrame) -> Table:
    """What each checkpoint's answers took."""
    columns = ["model", "checkpoint", "provider", "source", "reported as", "answers"]
    columns += ["tokens in", "tokens out", "of these thought", "USD", "first", "last"]
    rows: list[list[str | Cell]] = [
        [
            *(str(r[k] or "") for k in ("model", "checkpoint", "provider", "source", "reported")),
            cell(r["lines"], ","),
            cell(r["prompt_tokens"], ","),
            cell(r["completion_tokens"], ","),
            cell(r["reasoning_tokens"], ","),
            cell(r["cost_usd"], ",.2f"),
            *((r[k] or "")[:16].replace("T", " ") for k in ("first_at", "last_at")),
        ]
        for r in asked.to_dicts()
    ]
    return Table("What the answers took", columns, rows)
