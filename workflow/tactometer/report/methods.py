"""A methods paragraph with the study's own numbers, and the references that it cites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from jinja2 import Environment

from tactometer.report.speakers_found import doubt
from tactometer.report.stages import Methods
from tactometer.study.analyses import testing
from tactometer.tables import prompts_told
from tactometer.tables.fit_selection import sampled
from tactometer.tables.reader import answers_used, passed


def paragraph(
    environment: Environment,
    settings: Methods,
    frames: Mapping[str, pl.DataFrame],
    versions: Mapping[str, str],
) -> str:
    """The text in Markdown, with citations as [@key].

    `settings` is what `recipes.methods_of` says of the study.
    """
    template = environment.get_template("methods.md.j2")
    numbers = {
        **_answers(frames),
        **_fits(sampled(frames["diagnostics"])),
        **_effects(frames, "factors" in settings),
    }
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    return template.render(**settings, **numbers, versions=told).strip() + "\n"


def _answers(frames: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    counts, asked = frames["counts"], frames["asked"]
    valid, invalid = answers_used(counts)
    yes_no = frames["semantics"]["n"].sum() if frames["semantics"].height else 0
    pairs = counts.select("model", "checkpoint").unique().height if counts.height else 0
    models = counts["model"].n_unique() if counts.height else 0
    cost = float(asked["cost_usd"].sum() or 0) if asked.height else 0.0
    return {
        "models": f"{models} speakers at {pairs} checkpoints"
        if pairs > models
        else f"{models} speakers",
        "production": f"{valid:,}",
        "semantics": f"{yes_no:,.0f}",
        "invalid": f"{invalid:,} ({invalid / max(1, valid + invalid):.1%})",
        "reasons": _reasons(frames["answers"], set(counts["goal"])),
        "cost": f"{cost:,.2f}" if cost else None,
        "vllm": bool(asked.height) and "vllm" in asked["provider"].to_list(),
        "sent": prompts_told.sentences(asked),
    }


def _reasons(answers: pl.DataFrame, goals: set[str]) -> str:
    """Why production answers could not be read, the most frequent reason first."""
    if answers.is_empty():
        return ""
    mine = answers.filter(pl.col("prompt_set").is_in(goals), method="invalid")
    told = mine.group_by(pl.col("reason").fill_null("not told")).agg(pl.col("n").sum())
    rows = told.filter(pl.col("n") > 0).sort("n", "reason", descending=[True, False]).rows()
    return ", ".join(f"{n:,} {reason.replace('_', ' ')}" for reason, n in rows)


def _effects(frames: Mapping[str, pl.DataFrame], factors: bool) -> dict[str, Any]:
    """How many effects were looked at, in how many tables, and which analyses have rows."""
    names = testing(factors)
    tested = [frames[name]["found"].drop_nulls().len() for name in names if frames[name].height]
    mixed = frames["mixed_effects"]
    return {
        "effects": f"{sum(tested):,}" if sum(tested) else None,
        "tables": sum(n > 0 for n in tested),
        "testing": len(names),
        "mixed": mixed["fits"].max() if mixed.height else None,
        "attributed": frames["attribution"].height > 0,
        "compared": frames["comparison"].height > 0,
    }


def _fits(checked: pl.DataFrame) -> dict[str, Any]:
    if checked.is_empty():
        return {"fits": 0, "passed": 0, "refit": 0, "described": None}
    effects = checked["design_effect"].drop_nulls().to_numpy()
    # Of what says nothing whatever is asked, it is no number of answers: any, without a limit.
    silent = [doubt(row) in ("unknown", "even") for row in checked.iter_rows(named=True)]
    telling = checked.filter(~pl.Series(silent))["design_effect"].drop_nulls().to_numpy()
    return {
        "weighed": f"{np.median(telling):.1f}" if telling.size else None,
        "weighed_most": f"{np.max(telling):.1f}" if telling.size else None,
        "unweighed": checked.height - effects.size,
        "fits": checked.height,
        "passed": checked.filter(passed()).height,
        "refit": checked.filter(pl.col("verdict") == "refit").height,
        "described": {
            word: checked.filter(described=word).height for word in ("yes", "roughly", "no")
        },
    }
