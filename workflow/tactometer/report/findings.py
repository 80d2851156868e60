"""What the analyses found, in sentences: each from the numbers of a table, with its interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from tactometer.report import prompt_findings
from tactometer.report.phrases import (
    MOST,
    NONE,
    PARAMETERS,
    Row,
    readable,
    several,
    shift,
    some,
    standing,
    who,
)
from tactometer.report.table_cells import interval, number, posterior
from tactometer.tables.fit_selection import PASSED, checkpoint_order, passed

WEIGHTS = {
    "omega_inf": "being informative",
    "omega_soc": "being kind",
    "omega_pre": "looking good",
}
PROFILES = 24
"""Sentences beside people; the table has all."""
SURE = 0.95
"""Probability from which on a weight is said to be the largest."""


def sentences(frames: Mapping[str, pl.DataFrame], baseline: Sequence[str]) -> list[str]:
    """The findings of all analyses, in the order of the report; behind them what was not found.

    Models of `baseline` are the yardstick: nothing is found of them.
    """
    found: list[str] = []
    for name, tell in TELLERS.items():
        frame = frames[name]
        if name == "sycophancy":
            frame = frame.filter(~pl.col("model").is_in(list(baseline)))
        if not frame.is_empty():
            found += tell(frame)
    return sorted(found, key=lambda sentence: NONE in sentence)


def shifts(frame: pl.DataFrame) -> list[str]:
    """Goals against `default`, efforts against the least one: a sentence each, by direction."""
    told = []
    named = pl.when(pl.col("kind") == "goal").then("goal")
    frame = frame.with_columns(what=named)
    for (what, against), rows in frame.group_by("what", "against", maintain_order=True):
        found = [_moves(rows.filter(parameter=name), name) for name in PARAMETERS]
        if any(found):
            cause = f"The goal {what}" if what else "More reasoning"
            moves = "; ".join(move for move in found if move)
            told.append(f"{cause} against {against} ({_compared(rows)}): {moves}.")
    return told or some(frame, standing(frame), shift, "shifts by goal or effort")


def _compared(rows: pl.DataFrame) -> str:
    """How many comparisons there are, and how many more that rest on suspect fits."""
    read = readable(rows).height // len(PARAMETERS)
    unread = rows.height // len(PARAMETERS) - read
    more = f"; {unread:,} more on fits that did not pass" if unread else ""
    return several(read, "comparison") + more


def _moves(rows: pl.DataFrame, parameter: str) -> str:
    """In how many comparisons of one kind a parameter stands out, and where most surely."""
    found = standing(rows)
    if found.is_empty():
        return ""
    ups = found.filter(pl.col("mean") > 0).height
    ways = (("higher", ups), ("lower", found.height - ups))
    where = " and ".join(f"{way} in {count}" for way, count in ways if count)
    most = found.row(0, named=True)
    whose = f"{most['model']} ({most['checkpoint']})"
    return f"{PARAMETERS[parameter]} {where}, most surely of {whose}, by {shift(most)}"


def mixed_effects(frame: pl.DataFrame) -> list[str]:
    """The effort of all families together."""
    frame = frame.filter(pl.col("found").is_not_null())
    rows = standing(frame.with_columns(effect="bayes"))

    def tell(row: Row) -> str:
        change = f"{number(row['bayes'], '+.2f')} {interval(row['bayes_low'], row['bayes_high'])}"
        over = several(row["families"], "family", "families")
        return (
            f"Over {over} and {several(row['framings'], 'framing')}, effort {row['term']} against"
            f" {row['against']} moves {PARAMETERS[row['parameter']]} by {change} (goal"
            f" {row['goal']}; mixed model)."
        )

    return some(frame, rows, tell, "effects of effort over families")


def movement(frame: pl.DataFrame) -> list[str]:
    """How far training moves the speakers, and how early."""
    frame = frame.rename({"whole_mean": "mean", "whole_low": "hdi_low", "whole_high": "hdi_high"})
    single = frame.filter(pl.col("parameter") != "all").with_columns(effect="mean")

    def tell(row: Row) -> str:
        early = ""
        if row["share"] is not None:
            early = (
                f"; {row['share']:.0%} of it [{row['share_low']:.0%}, {row['share_high']:.0%}] in"
                " the first quarter"
            )
        return (
            f"Training moves {PARAMETERS[row['parameter']]} of {row['model']} (goal {row['goal']})"
            f" by {shift(row)}{early}{_settling(row)}."
        )

    return some(single, standing(single), tell, "movements in training")


def _settling(row: Row) -> str:
    """Where a parameter settles, and from when on it is there by its mean."""
    if row["settles_at"] is None or row["settles_at"] >= 1:
        return ""
    where = interval(row["settled_low"], row["settled_high"])
    return (
        f"; from {row['settles_at']:.0%} of training on it stays near where it settles,"
        f" {number(row['settled_mean'])} {where}"
    )


def contrasts(frame: pl.DataFrame) -> list[str]:
    """Base models, data sets and methods at the end of training."""
    ends = frame.filter(pl.col("quantity") == "end")

    def tell(row: Row) -> str:
        return (
            f"At the end, {row['factor']} {row['level']} differs from {row['against']} in"
            f" {PARAMETERS[row['parameter']]} by {shift(row)} (goal {row['goal']},"
            f" {several(row['pairs'], 'pair')} of runs)."
        )

    return some(ends, standing(ends), tell, "contrasts between families, data sets and methods")


def sycophancy(frame: pl.DataFrame) -> list[str]:
    """Who bears the signature."""
    read = readable(frame).sort("rank", maintain_order=True)
    crossed = read.filter(pl.col("crossed"))
    fits = f"{several(read.height, 'fit')} that passed"
    told = []
    if crossed.is_empty() and read.height:
        told = [f"None of {fits} bears the signature of sycophancy{_nearest(read)}."]
    elif read.height:
        bear = "bears" if crossed.height == 1 else "bear"
        told = [f"{crossed.height:,} of {fits} {bear} the signature of sycophancy."]
    told += [
        f"{who(row)}: all four signs with probability {number(row['score'])}."
        for row in crossed.head(MOST).iter_rows(named=True)
    ]
    unread = frame.filter(~passed(), "crossed").height
    if unread:
        told.append(
            f"{several(unread, 'fit')} that did not pass would bear it too: that is no finding."
        )
    return told


def _nearest(read: pl.DataFrame) -> str:
    """The highest score that is no crossing, unless all are next to nothing."""
    if read.is_empty() or read["score"][0] < 0.01:
        return ""
    row = read.row(0, named=True)
    return f"; the nearest, with probability {number(row['score'])}, is {who(row)}"


def crossings(frame: pl.DataFrame) -> list[str]:
    """Where a model becomes a sycophant under the social goal."""
    crossed = frame.filter(pl.col("first_crossed").is_not_null() & (pl.col("checkpoints") > 1))
    read = readable(crossed)
    told = [_crossing(row) for row in read.head(MOST).iter_rows(named=True)]
    if read.height > MOST:
        told.append(f"In all, {read.height:,} of {frame.height:,} models cross.")
    return told


def _crossing(row: Row) -> str:
    less = f"; {several(row['suspects'], 'suspect fit')} left out" if row["suspects"] else ""
    if row["crossed"] == row["checkpoints"]:
        return (
            f"Under the goal {row['goal']}, {row['model']} bears the signature at each of"
            f" {row['checkpoints']} checkpoints{less}."
        )
    at = "" if row["progress"] is None else f", {row['progress']:.0%} of training,"
    stays = "stays there" if row["stays"] else "not for good"
    return (
        f"Under the goal {row['goal']}, {row['model']} crosses the threshold at"
        f" {row['first_crossed']}{at} and {stays}{less}."
    ).replace("and not", "but not")


def likeness(frame: pl.DataFrame) -> list[str]:
    """Who speaks most like people."""
    said = frame.filter(pl.col("measure") == "choices").sort("mean")
    near, far = said.row(0, named=True), said.row(-1, named=True)

    def tell(row: Row) -> str:
        share = f"{number(row['mean'])} {interval(row['hdi_low'], row['hdi_high'])}"
        return f"{who(row)}, and people with the goal {row['human_goal']}, {share}"

    farthest = f"; farthest between {tell(far)}" if said.height > 1 else ""
    return [f"What is said is nearest between {tell(near)} of the answers apart{farthest}."]


def comparison(frame: pl.DataFrame) -> list[str]:
    """Which speaker variant predicts best, and whether the order is the published one."""
    pooled = frame.filter(framing="pooled").sort("place", maintain_order=True)
    told = []
    for (model, checkpoint, goal), rows in pooled.group_by(
        ["model", "checkpoint", "goal"], maintain_order=True
    ):
        if rows.height < 2:
            continue
        best, next_ = (rows.row(i, named=True) for i in (0, 1))
        whose = f"Of {model} ({checkpoint}, goal {goal})"
        if not {best["verdict"], next_["verdict"]} <= set(PASSED):
            told.append(f"{whose} no speaker is told to be best: a fit did not pass its checks.")
            continue
        sure = abs(next_["elpd_diff"]) > 2 * next_["diff_se"]
        told.append(
            f"{whose} the speaker {best['speaker']} would predict best"
            f"{'' if sure else ', though not for sure'}; {next_['speaker']} is next,"
            f" {number(next_['elpd_diff'], '+.0f')} nats (standard error {next_['diff_se']:.0f})"
            f"{_unsafe(best, next_)}.{_as_published(rows)}"
        )
    return told[:MOST]


def _unsafe(*rows: Row) -> str:
    bad = sum(row["k_bad"] for row in rows)
    return (
        f"; at {several(bad, 'point')} Pareto k is too high for that to be believed" if bad else ""
    )


def _as_published(rows: pl.DataFrame) -> str:
    """Whether variants that were published come in the published order; nothing where none was."""
    places = rows.drop_nulls("published_place")["published_place"].to_list()
    if len(places) < 2:
        return ""
    if places == sorted(places):
        return f" The {len(places)} published variants come in the published order."
    return f" The {len(places)} published variants come in another order than the published one."


def profiles(frame: pl.DataFrame) -> list[str]:
    """The last checkpoint of every model beside people with the same goal."""
    told: list[str] = []
    unread: list[str] = []
    for _, rows in frame.group_by("model", maintain_order=True):
        last = rows.filter(checkpoint=checkpoint_order(rows)[-1])
        for _, rows_of_goal in last.group_by("goal", maintain_order=True):
            fit = {row["parameter"]: row for row in rows_of_goal.iter_rows(named=True)}
            verdicts = [fit["phi"][name] for name in ("verdict", "human_verdict")]
            if {verdict for verdict in verdicts if verdict} <= set(PASSED):
                told.append(_profile(fit))
            else:
                unread.append(who(fit["phi"]))
    more = len(told) - PROFILES
    rest = f"{several(more, 'model and goal', 'models and goals')} more: in the table profiles."
    named = "; ".join(unread) if len(unread) <= MOST else f"{len(unread):,} models and goals"
    failed = f"Of {named} no finding is made: a fit did not pass its checks."
    return told[:PROFILES] + [rest] * (more > 0) + [failed] * bool(unread)


def _profile(fit: Mapping[str, Row]) -> str:
    phi = fit["phi"]
    weight = _largest([fit[name] for name in WEIGHTS])
    if phi["human"] is None:
        return f"{who(phi)}: φ* is {posterior(phi)}; {weight}."
    low, high = phi["difference_hdi_low"], phi["difference_hdi_high"]
    apart = "higher than" if low > 0 else "lower than" if high < 0 else "not told apart from"
    human = f"{number(phi['human_mean'])} {interval(phi['human_low'], phi['human_high'])}"
    by = f"{number(phi['difference_mean'], '+.2f')} {interval(low, high)}"
    return (
        f"{who(phi)}: φ* is {posterior(phi)}, {apart} {phi['human']} ({human}; difference {by});"
        f" {weight}."
    )


def _largest(weights: Sequence[Row]) -> str:
    """Which weight is the largest, and beside which one that is not sure."""
    first, second, _ = sorted(weights, key=lambda row: float(row["mean"]), reverse=True)
    most = f"it weighs {WEIGHTS[first['parameter']]} most, {posterior(first)}"
    if first["p_largest"] >= SURE:
        return most
    return f"{most}, not surely above {WEIGHTS[second['parameter']]}, {posterior(second)}"


TELLERS: Mapping[str, Callable[[pl.DataFrame], Iterable[str]]] = {
    "shifts": shifts,
    "mixed_effects": mixed_effects,
    "movement": movement,
    "contrasts": contrasts,
    "sycophancy": sycophancy,
    "crossings": crossings,
    "likeness": likeness,
    "comparison": comparison,
    "framing_effects": prompt_findings.framing_effects,
    "position": prompt_findings.position,
    "vignette_effects": prompt_findings.vignette_effects,
    "attribution": prompt_findings.attribution,
    "profiles": profiles,
}
