"""Is there a speaker? Which behaviours the speaker model describes, and why not the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from tactometer.analyses.checks.read_back import WHAT
from tactometer.analyses.phrases import Row, listed, several, who
from tactometer.study.comprehension import READ_BACK
from tactometer.tables.cells import PICKED, Cell, Table, cell, interval
from tactometer.tables.fit_selection import FIT, PASSED, passed, representative

MOST = 8  # sentences; the table has all
ORDER = {"no": 0, "roughly": 1, "yes": 2}
WORDS = (  # from the best to the worst
    "described by a speaker",
    "described only roughly",
    "described by no speaker",
    "of which nothing can be said",
    "whose chains failed",
)
HOW = ("only roughly", "not at all")
OF_PEOPLE = {WORDS[3]: "nothing can be said of them", WORDS[4]: "the chains of a fit failed"}


def sentences(diagnostics: pl.DataFrame) -> list[str]:
    """How many behaviours a speaker describes; of the others, and of those that say nothing of a
    parameter, a sentence each. Of the fits that stand for a (model, checkpoint, goal).
    """
    read = _standing(diagnostics)
    if read.is_empty():
        return []
    words = [_standing_of(row) for row in read.iter_rows(named=True)]
    counts = [words.count(word) for word in WORDS]
    parts = [f"{counts[0]:,}" if counts[0] else "none"]
    parts += [f"{n:,} {how}" for n, how in zip(counts[1:3], HOW, strict=True) if n]
    silent = f"; of {counts[3]:,} nothing can be said" if counts[3] else ""
    behaviours = several(read.height, "behaviour")
    told = [f"Of {behaviours} the speaker model describes {', '.join(parts)}{silent}."]
    grouped: dict[tuple[str, ...], list[Row]] = {}
    for row in read.iter_rows(named=True):
        if kind := doubt(row):
            grouped.setdefault((row["model"], row["checkpoint"], kind), []).append(row)
    doubted = [_doubted(kind, rows, diagnostics) for (*_, kind), rows in grouped.items()]
    more = sum(len(rows) for rows in list(grouped.values())[MOST:])
    rest = f"{several(more, 'more behaviour', 'more behaviours')} in doubt: see Tables below."
    return told + doubted[:MOST] + [rest] * (more > 0)


def headline(diagnostics: pl.DataFrame, baseline: Sequence[str]) -> list[str]:
    """Of how many models a speaker describes all that was measured, and what holds of the others:
    the sentence that opens the page.
    """
    fits = representative(diagnostics) if not diagnostics.is_empty() else diagnostics
    if fits.is_empty():
        return []
    words = {
        model: max((_standing_of(row) for row in rows.iter_rows(named=True)), key=WORDS.index)
        for (model,), rows in fits.group_by("model", maintain_order=True)
    }
    asked = {model: word for model, word in words.items() if model not in baseline}
    people = [
        f"People ({model}): {OF_PEOPLE.get(word, word)}."
        for model, word in words.items()
        if model in baseline
    ]
    parts = []
    for word in WORDS:
        names = [model for model, mine in asked.items() if mine == word]
        if names:
            more = f" and {len(names) - MOST:,} more" if len(names) > MOST else ""
            parts.append(f"{len(names):,} {word} ({', '.join(names[:MOST])}{more})")
    told = f"Of {several(len(asked), 'model')}, each by the worst of its goals: {'; '.join(parts)}."
    return [" ".join([told] * bool(asked) + people)]


def _standing_of(row: Row) -> str:
    """What holds of one fit, as one of WORDS."""
    if row["verdict"] not in PASSED:
        return WORDS[4]
    if row["words"] == "unknown" or row["choices"] == "even":
        return WORDS[3]
    return WORDS[2 - ORDER[row["described"] or "no"]]


def of_readers(checks: pl.DataFrame) -> list[str]:
    """Which models do not understand what they are told, a sentence each: they have no speaker."""
    if checks.is_empty():
        return []
    found = checks.filter(pl.col("check").is_in(list(READ_BACK)), "flagged")
    told = []
    for (model, checkpoint), rows in found.group_by(["model", "checkpoint"], maintain_order=True):
        shares = " and ".join(
            f"{WHAT[row['check']]} in {row['value']:.0%} "
            f"{interval(row['low'], row['high'])} of {row['n']} prompts"
            for row in rows.to_dicts()
        )
        told.append(
            f"{model} ({checkpoint}) reads back {shares}: it does not understand what it is told, "
            "and there is no speaker to be read."
        )
    more = len(told) - MOST
    return told[:MOST] + [f"So of {several(more, 'more checkpoint')}: see checks."] * (more > 0)


def of_mixtures(checks: pl.DataFrame) -> list[str]:
    """Whose choices differ between framings, so that a pooled fit is of a mixture."""
    if checks.is_empty():
        return []
    found = checks.filter(pl.col("check") == "framings", "flagged").sort("value", descending=True)
    if found.is_empty():
        return []
    named = [f"{who(row)} ({row['value']:.2f})" for row in found.to_dicts()]
    more = f" and {len(named) - MOST:,} more" if len(named) > MOST else ""
    return [
        f"Framings do not agree, by more than chance (Cohen's w): {'; '.join(named[:MOST])}{more}. "
        "A pooled fit is of a mixture then: what is told is the average over framings, where each "
        "was fitted (framing `averaged` in the tables)."
    ]


def of_plugged_in(diagnostics: pl.DataFrame) -> list[str]:
    """Whose words are taken as known though they were asked for: intervals are too narrow."""
    fits = diagnostics.filter(semantics="fixed") if "semantics" in diagnostics.columns else None
    if fits is None or fits.is_empty():
        return []
    names = ", ".join(fits["model"].unique(maintain_order=True).to_list())
    return [
        f"The words of {names} are plugged in as if their meaning were known (semantics: fixed): "
        "intervals are too narrow by what is not. Of simulated speakers with 52 yes/no answers a "
        "cell, 95% intervals of such fits held 70% of the true parameters, of joint fits 94% "
        "(docs/calibration/semantics)."
    ]


def of_places(checks: pl.DataFrame) -> list[str]:
    """Who chooses by the place of an option, more than by the state or strongly."""
    if checks.is_empty():
        return []
    found = checks.filter(pl.col("check") == "position", "flagged").sort("value", descending=True)
    if found.is_empty():
        return []
    named = [
        f"{who(row)} ({row['value']:.2f} against {row['limit']:.2f})" for row in found.to_dicts()
    ]
    more = f" and {len(named) - MOST:,} more" if len(named) > MOST else ""
    return [
        "Where an option stands decides more than the state does, or changes its odds more than "
        "sevenfold (nats of the choices that follow from place and from state): "
        f"{'; '.join(named[:MOST])}{more}. Where a speaker is told of there at all, it rests on "
        "the correction for places."
    ]


def _standing(diagnostics: pl.DataFrame) -> pl.DataFrame:
    """The diagnostics of the fits that stand, but for chains that failed."""
    if diagnostics.is_empty():
        return diagnostics
    rank = pl.col("described").replace_strict(ORDER, return_dtype=pl.Int64)
    read = representative(diagnostics).filter(passed()).drop_nulls("described")
    return read.sort(rank, maintain_order=True)


def doubt(row: Row) -> str:
    """In what way the parameters of a fit are not, or not simply, told of; empty where they are."""
    for kind in ("unknown", "even"):
        if kind in (row["words"], row["choices"]):
            return kind
    if row["described"] in ("no", "roughly"):
        return str(row["described"])
    return "alike" if row["choices"] == "alike" else ""


def _doubted(kind: str, rows: Sequence[Row], diagnostics: pl.DataFrame) -> str:
    """Why the parameters of a checkpoint's fits are not told of, or not simply, by goal."""
    first = rows[0]
    several_goals = len(rows) > 1
    goals = listed([row["goal"] for row in rows])
    whose = f"{first['model']} ({first['checkpoint']}), goals {goals}"
    whose = whose if several_goals else who(first)
    because = f"under {first['goal']} it {first['reason']}"
    reason = because if several_goals else f"it {first['reason']}"
    same = " Its choices are the same whatever the state." if first["choices"] == "alike" else ""
    if kind == "roughly" and not str(first["reason"]).startswith("says"):
        reason = str(first["reason"])
    told = {
        "unknown": "what its words mean is not known (its yes/no answers are the same in all "
        "states), so no parameter is told.",
        "even": "says everything alike, whatever the state, so no parameter is told.",
        "no": f"no speaker of this kind; {reason}.",
        "roughly": f"described only roughly; {reason}.{same}",
        "alike": "says the same whatever the state.",
    }
    return f"{whose}: {told[kind]}" + _saved(first, diagnostics)


def _saved(row: Row, diagnostics: pl.DataFrame) -> str:
    """The variants with a cost or a lapse that describe better what this fit does not."""
    same = [pl.col(name) == row[name] for name in (*FIT, "framing", "fit", "semantics")]
    richer = pl.col("speaker").str.starts_with(f"{row['speaker']}-") & pl.col(
        "speaker"
    ).str.contains("cost|lapse")
    better = [word for word in ORDER if ORDER[word] > ORDER[row["described"]]]
    found = diagnostics.filter(*same, richer, passed(), pl.col("described").is_in(better))
    named = [f"{r['speaker']} ({r['described']})" for r in found.to_dicts()]
    return f" Described better by {', '.join(named)}." if named else ""


def table(diagnostics: pl.DataFrame) -> Table:
    """The criticism of every fit, the worst first; the table diagnostics has more."""
    names = [*FIT, "framing", "fit", "speaker", "described"]
    heads = [*names, "p", "misfit", "explained", "choices", "reason"]
    rows: list[list[str | Cell]] = []
    found = [] if diagnostics.is_empty() else diagnostics.drop_nulls("described").to_dicts()
    for r in sorted(found, key=lambda r: ORDER[r["described"]]):
        rows.append([*(str(r[c]) for c in names), *_numbers(r), str(r["reason"] or "")])
    return Table("Does a speaker describe it? Every fit", heads, rows, PICKED)


def _numbers(r: dict[str, Any]) -> list[str | Cell]:
    return [
        cell(r["predictive_p"], ".3f"),
        *(cell(r[name], ".2f") for name in ("misfit", "explained")),
        str(r["choices"]) + ", words unknown" * (r["words"] == "unknown"),
    ]
