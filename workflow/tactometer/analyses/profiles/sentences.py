"""The last checkpoint of every model beside people with the same goal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tactometer.analyses.phrases import (
    MOST,
    SIGN,
    Row,
    Sentence,
    chance,
    listed,
    several,
    who,
)
from tactometer.tables.cells import interval, number, posterior
from tactometer.tables.fit_selection import PASSED, checkpoint_order

WEIGHTS = {
    "omega_inf": "being informative",
    "omega_soc": "being kind",
    "omega_pre": "looking good",
}
WAYS = ("higher", "lower", "not told apart")
PROFILES = 24
"""Sentences beside people; the table has all."""


def sentences(frame: pl.DataFrame) -> list[str]:
    """The last checkpoint of every model beside people with the same goal."""
    told: list[str] = []
    unread: list[str] = []
    for _, rows in frame.group_by("model", maintain_order=True):
        last = rows.filter(checkpoint=checkpoint_order(rows)[-1])
        for _, rows_of_goal in last.group_by("goal", maintain_order=True):
            fit = {row["parameter"]: row for row in rows_of_goal.iter_rows(named=True)}
            if fit["phi"]["verdict"] in PASSED:
                told.append(_profile(fit))
            else:
                unread.append(who(fit["phi"]))
    more = len(told) - PROFILES
    rest = f"{several(more, 'model and goal', 'models and goals')} more: in the table profiles."
    named = "; ".join(unread) if len(unread) <= MOST else f"{len(unread):,} models and goals"
    failed = f"Of {named} no finding is made: what was fitted is not to be read (above)."
    return told[:PROFILES] + [rest] * (more > 0) + [failed] * bool(unread)


def headline(frame: pl.DataFrame) -> list[str]:
    """Who weighs looking good most, and how each wants to look beside people, under one goal: the
    last one that people have too, else the first.
    """
    beside = frame.filter(pl.col("human").is_not_null(), pl.col("human_verdict").is_in(PASSED))
    goals = frame["goal"].unique(maintain_order=True).to_list()
    goal = next((g for g in goals[::-1] if g in set(beside["goal"])), goals[0])
    read = frame.filter(pl.col("verdict").is_in(PASSED), pl.col("goal") == goal, pl.col("told"))
    last = [
        rows.filter(checkpoint=checkpoint_order(rows)[-1])
        for _, rows in read.group_by("model", maintain_order=True)
    ]
    if not last:
        return []
    rows = pl.concat(last)
    return [*_ranked(rows.filter(parameter="omega_pre"), goal), *_by_people(rows, goal)]


def _ranked(rows: pl.DataFrame, goal: str) -> list[str]:
    """Whose weight on looking good has the highest mean, and whether it is surely the highest."""
    if rows.is_empty():
        return []
    first, *others = rows.sort("mean", descending=True, maintain_order=True).to_dicts()
    p = first["p_most"]
    sure = p is not None and p >= SIGN
    how = {True: "weighs most", False: "has the highest mean"}[sure] if others else "weighs"
    read = f"of {len(others) + 1:,} models that may be read " if others else ""
    text = f"With the goal {goal}, {read}looking good (ω pre) {how} for {_one(first)}"
    if others:
        order = f" ({chance(p)})" if sure else ", but the order is open"
        text += f"{order}; next is {_one(others[0])}"
    if first["human"] is not None and first["human_verdict"] in PASSED:
        text += f"; for {first['human']} {_human(first)}"
    return [Sentence(f"{text}.", [p] if sure else [])]


def _one(row: Row) -> str:
    return f"{row['model']} ({row['checkpoint']}), {posterior(row)}"


def _human(row: Row) -> str:
    return f"{number(row['human_mean'])} {interval(row['human_low'], row['human_high'])}"


def _by_people(rows: pl.DataFrame, goal: str) -> list[str]:
    """Whose φ* is surely higher, surely lower, and not told apart from people's."""
    phis = rows.filter(pl.col("parameter") == "phi", pl.col("human_verdict").is_in(PASSED))
    if phis.is_empty():
        return []
    ways: dict[str, list[str]] = {}
    signs: list[float] = []
    for phi in phis.iter_rows(named=True):
        way, known = _apart(phi)
        ways.setdefault(way, []).append(_one(phi) + (_nearly(phi, " ({})") if not known else ""))
        signs += known
    first = phis.row(0, named=True)
    parts = [
        f"{way} for {listed(who[:MOST])}{f', {len(who) - MOST} more' * (len(who) > MOST)}"
        for way, who in ((way, ways[way]) for way in WAYS if way in ways)
    ]
    least = "the least sure sign with " if len(signs) > 1 else ""
    sure = f" ({least}{chance(min(signs))})" if signs else ""
    beside = f"Beside {first['human']} with the goal {goal} ({_human(first)}), fitted alike{sure},"
    return [Sentence(f"{beside} φ* is {'; '.join(parts)}.", signs)]


def _nearly(phi: Row, words: str) -> str:
    """How probable a side is that is not told although the interval of the difference leaves 0 out:
    beside such an interval "not told apart" alone would be a riddle.
    """
    if phi["difference_hdi_low"] <= 0 <= phi["difference_hdi_high"]:
        return ""
    side = "higher" if phi["difference_mean"] > 0 else "lower"
    return words.format(f"{side} only with {chance(phi['difference_p_direction'])}")


def _apart(phi: Row) -> tuple[str, list[float]]:
    """On which side of people's φ* a model's is, and how probable that is where it is told."""
    low, high = phi["difference_hdi_low"], phi["difference_hdi_high"]
    p = phi["difference_p_direction"]
    if not ((low > 0 or high < 0) and p >= SIGN):
        return WAYS[2], []
    return WAYS[0 if phi["difference_mean"] > 0 else 1], [p]


def _profile(fit: Mapping[str, Row]) -> Sentence:
    phi = fit["phi"]
    parts = [_phi(phi), _weights([fit[name] for name in WEIGHTS], str(phi["choices"]))]
    rough = "described only roughly: " if phi["described"] == "roughly" else ""
    signs = [p for part in parts for p in part.signs]
    return Sentence(f"{who(phi)}: {rough}{'; '.join(parts)}.", signs)


def _phi(phi: Row) -> Sentence:
    """What it wants to look like, beside the yardstick where they compare."""
    if not phi["told"]:
        return Sentence("of φ* the answers say too little")
    if phi["human"] is None or phi["human_verdict"] not in PASSED:
        return Sentence(f"φ* is {posterior(phi)}")
    way, signs = _apart(phi)
    words = {"higher": "higher than", "lower": "lower than"}.get(way, "not told apart from")
    low, high = phi["difference_hdi_low"], phi["difference_hdi_high"]
    by = f"{number(phi['difference_mean'], '+.2f')} {interval(low, high)}"
    known = "".join(f"; {chance(p)}" for p in signs) or _nearly(phi, "; {}")
    text = f"φ* is {posterior(phi)}, {words} {phi['human']} ({_human(phi)}; difference {by}{known})"
    return Sentence(text, signs)


def _weights(weights: Sequence[Row], choices: str) -> Sentence:
    """Which weight is the largest where that is sure; else those that may be told of."""
    if choices == "alike":
        informative = weights[0]
        most = f"says the same whatever the state, so it weighs {WEIGHTS['omega_inf']} at most"
        rest = [row for row in weights[1:] if row["told"]]
        more = "".join(f", {WEIGHTS[row['parameter']]} {posterior(row)}" for row in rest)
        return Sentence(f"{most} {number(informative['hdi_high'])}{more}")
    first = max(weights, key=lambda row: float(row["mean"]))
    p = first["p_largest"]
    if p >= SIGN and first["told"]:
        told = f"it weighs {WEIGHTS[first['parameter']]} most, {posterior(first)} ({chance(p)})"
        return Sentence(told, [p])
    known = [row for row in weights if row["told"]]
    if not known:
        return Sentence("of the weights the answers say too little")
    named = ", ".join(f"{WEIGHTS[row['parameter']]} {posterior(row)}" for row in known)
    return Sentence(f"no weight is surely the largest; it weighs {named}")
