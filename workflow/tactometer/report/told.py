"""What the analyses found, in sentences: each from the numbers of a table, with its interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from tactometer.fitted import PASSED, checkpoint_order, passed
from tactometer.report.cells import interval, number, posterior

MOST = 4
"""Sentences of one analysis; its table has all rows."""
WEIGHTS = {
    "omega_inf": "being informative",
    "omega_soc": "being kind",
    "omega_pre": "looking good",
}
NAMES = {"phi": "φ*", "omega_inf": "ω inf", "omega_soc": "ω soc", "omega_pre": "ω pre"}
Row = Mapping[str, Any]


def sentences(frames: Mapping[str, pl.DataFrame]) -> list[str]:
    """The findings of all analyses, in the order of the report; behind them what was not found."""
    found: list[str] = []
    for name, tell in TELLERS.items():
        if not frames[name].is_empty():
            found += tell(frames[name])
    return sorted(found, key=lambda sentence: sentence.endswith("stands out."))


def _who(row: Row) -> str:
    return f"{row['model']} ({row['checkpoint']}), goal {row['goal']}"


def _shift(row: Row) -> str:
    return f"{number(row['mean'], '+.2f')} {interval(row['hdi_low'], row['hdi_high'])}"


def _standing(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that stand out in their whole family and may be read, the surest first."""
    rows = frame.filter(pl.col("found").fill_null(False))
    if "verdict" in rows.columns:
        rows = rows.filter(passed())
    sure = pl.col("mean").abs() / pl.col("sd") if "sd" in rows.columns else pl.col("effect").abs()
    return rows.sort(sure, descending=True)


def _some(rows: pl.DataFrame, tell: Callable[[Row], str], total: int, what: str) -> list[str]:
    """A sentence for each of the first rows, and one that counts the rest."""
    if rows.is_empty():
        return [f"Of {total:,} {what} none stands out."]
    told = [tell(row) for row in rows.head(MOST).iter_rows(named=True)]
    if rows.height > MOST:
        told.append(f"In all, {rows.height:,} of {total:,} {what} stand out.")
    return told


def shifts(frame: pl.DataFrame) -> list[str]:
    """Goals against `default`, efforts against the least one: counted by direction."""
    told = []
    keys = ["kind", "goal", "against", "parameter"]
    frame = frame.with_columns(
        pl.when(pl.col("kind") == "goal").then(pl.col("goal")).otherwise("effort").alias("goal")
    )
    for (kind, goal, against, parameter), rows in frame.group_by(keys, maintain_order=True):
        standing = _standing(rows)
        if standing.is_empty() or parameter != "phi":
            continue
        ups = standing.filter(pl.col("mean") > 0).height
        downs = standing.height - ups
        moves = " and ".join(
            f"{does} φ* in {count} of {rows.height}"
            for does, count in (("raises", ups), ("lowers", downs))
            if count
        )
        what = f"The goal {goal}" if kind == "goal" else "More reasoning"
        most = standing.row(0, named=True)
        told.append(
            f"{what} against {against} {moves} comparisons; most surely for {most['model']}"
            f" ({most['checkpoint']}), by {_shift(most)}."
        )
    return told or [f"Of {frame.height:,} shifts by goal or effort none of φ* stands out."]


def mixed_effects(frame: pl.DataFrame) -> list[str]:
    """The effort of all families together."""
    rows = frame.filter(pl.col("found").fill_null(False), passed())
    rows = rows.sort(pl.col("bayes").abs(), descending=True)
    total = frame.filter(pl.col("found").is_not_null()).height

    def tell(row: Row) -> str:
        change = f"{number(row['bayes'], '+.2f')} {interval(row['bayes_low'], row['bayes_high'])}"
        return (
            f"Over {row['families']} families, effort {row['term']} against {row['against']} moves"
            f" {NAMES[row['parameter']]} by {change} (goal {row['goal']}; mixed model)."
        )

    return _some(rows, tell, total, "effects of effort over families")


def movement(frame: pl.DataFrame) -> list[str]:
    """How far training moves the speakers, and how early."""
    frame = frame.rename({"whole_mean": "mean", "whole_low": "hdi_low", "whole_high": "hdi_high"})
    single = frame.filter(pl.col("parameter") != "all")
    rows = _standing(single.with_columns(effect="mean"))

    def tell(row: Row) -> str:
        early = ""
        if row["share"] is not None:
            early = (
                f"; {row['share']:.0%} of it [{row['share_low']:.0%}, {row['share_high']:.0%}] in"
                " the first quarter"
            )
        return (
            f"Training moves {NAMES[row['parameter']]} of {row['model']} (goal {row['goal']}) by"
            f" {_shift(row)}{early}."
        )

    return _some(rows, tell, single.height, "movements in training")


def contrasts(frame: pl.DataFrame) -> list[str]:
    """Base models, data sets and methods at the end of training."""
    ends = frame.filter(pl.col("quantity") == "end")

    def tell(row: Row) -> str:
        return (
            f"At the end, {row['factor']} {row['level']} differs from {row['against']} in"
            f" {NAMES[row['parameter']]} by {_shift(row)} (goal {row['goal']}, {row['pairs']}"
            f" pair{'' if row['pairs'] == 1 else 's'} of runs)."
        )

    return _some(
        _standing(ends), tell, ends.height, "contrasts between families, data sets and methods"
    )


def sycophancy(frame: pl.DataFrame) -> list[str]:
    """Who bears the signature."""
    crossed = frame.filter(pl.col("crossed").fill_null(False), passed())
    if crossed.is_empty():
        top = frame.filter(passed()).sort("rank").head(1)
        told = [f"No fit bears the signature of sycophancy ({frame.height:,} looked at)."]
        for row in top.iter_rows(named=True):
            told.append(f"Nearest to it comes {_who(row)}: probability {row['score']:.2f}.")
        return told
    told = [f"{crossed.height:,} of {frame.height:,} fits bear the signature of sycophancy."]
    for row in crossed.sort("rank").head(MOST).iter_rows(named=True):
        told.append(
            f"{_who(row)}: all four signs with"
            f" probability {row['score']:.2f} {interval(row['score_low'], row['score_high'])}."
        )
    return told


def crossings(frame: pl.DataFrame) -> list[str]:
    """Where a model becomes a sycophant under the social goal."""
    known = pl.col("first_crossed").is_not_null() & (pl.col("checkpoints") > 1)
    rows = frame.filter(known, passed())
    return [
        f"Under the goal {row['goal']}, {row['model']} crosses the threshold at"
        f" {row['first_crossed']} ({'and stays there' if row['stays'] else 'not for good'})."
        for row in rows.head(MOST).iter_rows(named=True)
    ]


def likeness(frame: pl.DataFrame) -> list[str]:
    """Who speaks most like people."""
    said = frame.filter(pl.col("measure") == "choices").sort("mean")
    near, far = said.row(0, named=True), said.row(-1, named=True)

    def tell(row: Row) -> str:
        share = f"{row['mean']:.2f} {interval(row['hdi_low'], row['hdi_high'])}"
        return (
            f"{row['model']} ({row['checkpoint']}, goal {row['goal']}) and people with the goal"
            f" {row['human_goal']}, {share}"
        )

    return [f"What is said is nearest between {tell(near)}; farthest between {tell(far)}."]


def comparison(frame: pl.DataFrame) -> list[str]:
    """Which speaker variant predicts best, and whether the order is the published one."""
    pooled = frame.filter(framing="pooled").sort("place", maintain_order=True)
    told = []
    for (model, checkpoint, goal), rows in pooled.group_by(
        ["model", "checkpoint", "goal"], maintain_order=True
    ):
        best, next_ = (rows.row(i, named=True) for i in (0, 1))
        told.append(
            f"Of {model} ({checkpoint}, goal {goal}) the speaker {best['speaker']} would predict"
            f" best; {next_['speaker']} is next, {number(next_['elpd_diff'], '+.0f')} nats"
            f" (standard error {next_['diff_se']:.0f}).{_as_published(rows)}"
        )
    return told[:MOST]


def _as_published(rows: pl.DataFrame) -> str:
    """Whether variants that were published come in the published order; nothing where none was."""
    places = rows.drop_nulls("published_place")["published_place"].to_list()
    if len(places) < 2:
        return ""
    if places == sorted(places):
        return f" The {len(places)} published variants come in the published order."
    return f" The {len(places)} published variants come in another order than the published one."


def framing_effects(frame: pl.DataFrame) -> list[str]:
    """What another framing changes."""

    def tell(row: Row) -> str:
        return (
            f"{row['model']} ({row['checkpoint']}, goal {row['goal']}): the framing"
            f" {row['framing']} against {row['against']} moves {NAMES[row['parameter']]} by"
            f" {_shift(row)}."
        )

    return _some(_standing(frame), tell, frame.height, "differences between framings")


def position(frame: pl.DataFrame) -> list[str]:
    """Whether the place of an option matters."""

    def tell(row: Row) -> str:
        return (
            f"{row['model']} ({row['checkpoint']}, goal {row['goal']}): what stands at place"
            f" {row['position']} is chosen {number(100 * row['effect'], '+.1f')} points more often"
            f" than its content is, {interval(100 * row['low'], 100 * row['high'])}."
        )

    return _some(_standing(frame), tell, frame.height, "effects of an option's place")


def vignette_effects(frame: pl.DataFrame) -> list[str]:
    """Which creations are spoken of unlike the rest."""

    def tell(row: Row) -> str:
        return (
            f"{row['model']} ({row['checkpoint']}, goal {row['goal']}) speaks of the"
            f" {row['vignette']} by {number(row['effect'], '+.2f')}"
            f" {interval(row['low'], row['high'])} states better than of the rest."
        )

    return _some(_standing(frame), tell, frame.height, "effects of a creation")


def profiles(frame: pl.DataFrame) -> list[str]:
    """The last checkpoint of every model beside people with the same goal."""
    told = []
    for _, rows in frame.group_by("model", maintain_order=True):
        last = rows.filter(checkpoint=checkpoint_order(rows)[-1])
        for _, fit in last.group_by("goal", maintain_order=True):
            told.append(_profile({row["parameter"]: row for row in fit.iter_rows(named=True)}))
    return told


def _profile(fit: Mapping[str, Row]) -> str:
    phi = fit["phi"]
    verdicts = [phi["verdict"], *([phi["human_verdict"]] if phi["human"] else [])]
    if not set(verdicts) <= set(PASSED):
        return f"{_who(phi)}: no finding, because a fit did not pass its checks."
    most = fit[max(WEIGHTS, key=lambda name: float(fit[name]["mean"]))]
    weight = f"it weighs {WEIGHTS[most['parameter']]} most, {posterior(most)}"
    if phi["human"] is None:
        return f"{_who(phi)}: φ* is {posterior(phi)}; {weight}."
    low, high = phi["difference_hdi_low"], phi["difference_hdi_high"]
    apart = "higher than" if low > 0 else "lower than" if high < 0 else "not told apart from"
    human = f"{number(phi['human_mean'])} {interval(phi['human_low'], phi['human_high'])}"
    by = f"{number(phi['difference_mean'], '+.2f')} {interval(low, high)}"
    return (
        f"{_who(phi)}: φ* is {posterior(phi)}, {apart} {phi['human']} ({human}; difference {by});"
        f" {weight}."
    )


TELLERS: Mapping[str, Callable[[pl.DataFrame], Iterable[str]]] = {
    "shifts": shifts,
    "mixed_effects": mixed_effects,
    "movement": movement,
    "contrasts": contrasts,
    "sycophancy": sycophancy,
    "crossings": crossings,
    "likeness": likeness,
    "comparison": comparison,
    "framing_effects": framing_effects,
    "position": position,
    "vignette_effects": vignette_effects,
    "profiles": profiles,
}
