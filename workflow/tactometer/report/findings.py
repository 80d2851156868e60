"""What the analyses found, in sentences: each from the numbers of a table, with its interval."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import polars as pl

from tactometer.analyses.phrases import MOST, Nothing, Row, listed, several
from tactometer.study import analyses
from tactometer.study.yardstick import Yardstick
from tactometer.tables.cells import number
from tactometer.tables.fit_selection import PASSED

Teller: TypeAlias = Callable[[pl.DataFrame], Iterable[str]]


@dataclass(frozen=True)
class Findings:
    """What the page tells: `headline` opens it, `questions` has the sentences of each section by
    its name, `nothing` names the tables in which nothing stands out (empty where there is none).
    """

    headline: list[str]
    questions: dict[str, list[str]]
    nothing: str

    @property
    def all(self) -> list[str]:
        """Every sentence, those that open the page first."""
        return [*self.headline, *(one for each in self.questions.values() for one in each)]


def found(frames: Mapping[str, pl.DataFrame]) -> Findings:
    """What all analyses found, in the order of the report; of all that is told, no more signs are
    expected to be wrong than `FALSE`.
    """
    first = _told(frames, _openers())
    told = _told(frames, _tellers())
    kept = set(surest(list(dict.fromkeys([*chain(*first.values()), *chain(*told.values())]))))
    questions: dict[str, list[str]] = {}
    for name, sentences in told.items():
        here = [one for one in sentences if one in kept and not isinstance(one, Nothing)]
        questions.setdefault(_question(name), []).extend(here)
    headline = [one for one in chain(*first.values()) if one in kept]
    return Findings(headline, {k: v for k, v in questions.items() if v}, nothing(told))


def nothing(told: Mapping[str, Iterable[str]]) -> str:
    """One line for all tables in which nothing stands out, by name, with what each looked at."""
    looked = [
        f"{name.replace('_', ' ')} ({one.looked})"
        for name, sentences in told.items()
        for one in sentences
        if isinstance(one, Nothing)
    ]
    return f"Nothing stands out in {listed(looked)}." if looked else ""


def sentences(frames: Mapping[str, pl.DataFrame]) -> list[str]:
    """The sentences of all analyses, in the order of the report; behind them what was not found."""
    told = surest(list(chain(*_told(frames, _tellers()).values())))
    return sorted(told, key=lambda sentence: isinstance(sentence, Nothing))


def _told(
    frames: Mapping[str, pl.DataFrame], tellers: Mapping[str, Teller]
) -> dict[str, list[str]]:
    """The sentences of every table that has rows, by its name."""
    read = {name: frames[name] for name in tellers}
    return {name: list(tellers[name](x)) for name, x in read.items() if not x.is_empty()}


def signs(sentences: Iterable[str]) -> list[float]:
    """The posterior probabilities of all directions that some sentences tell of."""
    return [p for one in sentences for p in getattr(one, "signs", ())]


def surest(sentences: Sequence[str]) -> list[str]:
    """Sentences of which at most `FALSE` of all signs are expected to be wrong: the least sure ones
    are left out until that holds, whichever analysis they come from.
    """
    kept = list(sentences)
    while (told := signs(kept)) and sum(1 - p for p in told) > FALSE * len(told):
        kept.remove(min((one for one in kept if signs([one])), key=lambda one: min(signs([one]))))
    return kept


def expected(sentences: Sequence[str]) -> str:
    """How many directions a page tells of, and how many of them are expected to be wrong."""
    told = signs(sentences)
    if not told:
        return ""
    wrong = sum(1 - p for p in told)
    share = f"{number(wrong, '.1f')} ({wrong / len(told):.1%})"
    return (
        f"The sentences tell of {several(len(told), 'direction')} (higher, lower, most, nearest); "
        f"by their posterior probabilities {share} of them "
        f"may be expected to be wrong, where the page as a whole is held to {FALSE:.0%}."
    )


def not_compared(recorded: Sequence[str], yardstick: Yardstick | None) -> Iterable[str]:
    """Which models are not held against the yardstick, and in what their fits differ; or that a
    study has recorded people, and does not say that they are the yardstick.
    """
    if yardstick is None:
        if recorded:
            yield (
                f"Nothing is compared with {', '.join(recorded)}: the study names no yardstick "
                "(key yardstick)."
            )
        return
    for model, why in yardstick.apart.items():
        yield f"{model} is not compared with {yardstick.model}: of its fit {why}."


FALSE = 0.05
"""Share of all signs on a page that may be expected to be wrong."""
COMPARISON = 80
"""The place of what `comparison` tells among the sentences of the analyses (`Analysis.told`)."""


def _question(name: str) -> str:
    """The section of the page whose question the sentences on a table answer."""
    return "look" if name == "comparison" else analyses.declared()[name].question


def _openers() -> dict[str, Teller]:
    """What tells of each table in the sentences that open the page, in their order."""
    places = {name: each.headline for name, each in analyses.declared().items() if each.headline}
    modules = {name: f"tactometer.analyses.{name}.sentences" for name in places}
    ordered = sorted(places, key=lambda name: places[name] or 0)
    return {name: importlib.import_module(modules[name]).headline for name in ordered}


def _tellers() -> dict[str, Teller]:
    """What tells of each table, in the order of the page."""
    told = {name: each.told for name, each in analyses.declared().items() if each.told}
    places = {**told, "comparison": COMPARISON}
    modules = {name: f"tactometer.analyses.{name}.sentences" for name in told}
    tell = {name: importlib.import_module(module).sentences for name, module in modules.items()}
    every = {**tell, "comparison": comparison}
    return {name: every[name] for name in sorted(places, key=lambda name: places[name])}


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
