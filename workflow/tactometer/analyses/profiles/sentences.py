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
    failed = (
        f"Of {named} no finding is made: a fit did not pass its checks, or no speaker describes it."
    )
    return told[:PROFILES] + [rest] * (more > 0) + [failed] * bool(unread)


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
    low, high = phi["difference_hdi_low"], phi["difference_hdi_high"]
    p = phi["difference_p_direction"]
    sure = (low > 0 or high < 0) and p >= SIGN
    way = "higher than" if phi["difference_mean"] > 0 else "lower than"
    apart = way if sure else "not told apart from"
    human = f"{number(phi['human_mean'])} {interval(phi['human_low'], phi['human_high'])}"
    by = f"{number(phi['difference_mean'], '+.2f')} {interval(low, high)}"
    known = f"; {chance(p)}" if sure else ""
    text = f"φ* is {posterior(phi)}, {apart} {phi['human']} ({human}; difference {by}{known})"
    return Sentence(text, [p] if sure else [])


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
