"""Shares of variance: of what differs from prompt to prompt, in choices and in what they say of
each parameter, how much is framing, each factor, the vignette, and names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from tactometer.analyses.answer_arrays import Answers, each
from tactometer.analyses.evidence import LABEL_TYPES, NAMES, READ, Evidence, table
from tactometer.analyses.factor_shares.components import Integers, components, joined
from tactometer.reading.counts import POOLED
from tactometer.tables.fit_selection import FIT, PASSED, representative
from tactometer.utils.arrays import Array

CHOICES = "choices"
WHO = {"speaker": "speaker_name", "listener": "listener_name"}
NAMED, TOGETHER = "names", "interactions"
LEAST = 4  # vignettes: an interval over fewer says little
SURE = 2  # half-widths that a sum is above 0, or shares of it are those of a lucky draw
SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "of": pl.String,
    "source": pl.String,
    "levels": pl.Int64,
    "variance": pl.Float64,
    **dict.fromkeys(["share", "share_low", "share_high"], pl.Float64),
    "verdict": pl.String,
}
Parts = dict[str, Array]  # variance [quantity] of each source


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal), what varies (`of`), and source of its variance.

    `of` is `choices`, within states, summed over utterances, or a parameter: what each answer would
    make of it, to first order (`predictive`). Sources are framing, each factor, vignette, names
    (those of speaker and listener), and `interactions` of framing, factors and vignette with each
    other. `variance` is without the noise of answers (`components`): of vignettes and names that of
    all there could be, of the rest that of their levels; null for parameters. `share` is its part
    of the sum of all, between 0 and 1, with a 95% interval by leaving out each vignette
    (jackknife); null where the sum is not by far more than noise. `verdict` is of the fit that says
    what answers do to parameters; choices need none.
    """
    if not evidence.factors:
        return table([], SCHEMA)
    influence = _influence(evidence)
    fits = representative(evidence.fits).select(*FIT, pl.col("verdict").is_in(PASSED))
    passed = {row[:3]: row[3] for row in fits.rows()}
    rows: list[dict[str, Any]] = []
    for answers in each(evidence):
        named, frame = answers.named, answers.frame
        sources = _sources(evidence, frame)
        state = frame["state"].rank("dense").cast(pl.Int64).to_numpy() - 1
        told = [{"verdict": "ok", **x} for x in rows_of((CHOICES,), answers.shares, state, sources)]
        key = tuple(named[name] for name in FIT)
        moves, verdict = influence.get(key), "ok" if passed[key] else "suspect"
        if moves is not None:
            y = np.column_stack([_moved(answers, state, moves[name]) for name in READ])
            of_fit = rows_of(READ, y, np.zeros_like(state), sources)
            told += [{"verdict": verdict, **row} for row in of_fit]
        rows += [{**named, **row} for row in told]
    return table(rows, SCHEMA)


def _sources(evidence: Evidence, frame: pl.DataFrame) -> dict[str, Integers]:
    """The level of each answer [answer] of everything that has several."""
    split = frame["levels"].str.split("|")
    columns = {"framing": frame["framing"]}
    columns |= {name: split.list.get(k) for k, name in enumerate(evidence.factors)}
    columns |= {"vignette": frame["vignette"], **{k: frame[v] for k, v in WHO.items()}}
    coded = {k: column.rank("dense").cast(pl.Int64).to_numpy() - 1 for k, column in columns.items()}
    return {name: code for name, code in coded.items() if code.max() > 0}


def _influence(evidence: Evidence) -> dict[tuple[object, ...], dict[str, Array]]:
    """How one more answer moves each parameter [state, utterance], by the pooled fit."""
    wide = evidence.tables["predictive"].collect()
    names = [f"{name}_influence" for name in READ]
    if wide.is_empty() or not set(names) <= set(wide.columns):
        return {}
    pooled = representative(wide.filter(framing=POOLED))
    order = {u: i for i, u in enumerate(evidence.utterances)}
    place = pl.col("utterance").replace_strict(order, return_dtype=pl.Int64)
    found = {}
    for key, part in pooled.sort("state", place).partition_by(*FIT, as_dict=True).items():
        shape = (part["state"].n_unique(), len(order))
        found[key] = {k: part[f"{k}_influence"].to_numpy().reshape(shape) for k in READ}
    return found


def _moved(answers: Answers, state: Integers, influence: Array) -> Array:
    """What each answer does to a parameter beside the others of its state [answer]."""
    moves = (answers.shares * influence[state]).sum(axis=1)
    mean = np.bincount(state, moves) / np.bincount(state)
    return np.asarray(moves - mean[state])


def rows_of(
    of: Sequence[str], y: Array, cell: Integers, sources: Mapping[str, Integers]
) -> Iterator[dict[str, Any]]:
    """The rows of quantities `of`, a dimension of y each, or of choices, all of them together.

    Where there are too few name pairs, names are left to the vignettes that they stand with.
    """
    whole = None
    for out in ((), ("listener",), tuple(WHO)):
        if whole is None:
            sources = {name: code for name, code in sources.items() if name not in out}
            whole = parts(of, y, cell, sources)
    vignette = sources.get("vignette")
    if whole is None or vignette is None or vignette.max() + 1 < LEAST:
        return
    without = []
    for one in range(vignette.max() + 1):
        kept = vignette != one
        mine = {name: code[kept] for name, code in sources.items()}
        found = parts(of, y[kept], np.unique(cell[kept], return_inverse=True)[1], mine)
        if found is None:
            return
        without.append(found)
    levels = {name: int(code.max()) + 1 for name, code in sources.items()}
    levels[NAMED] = max(levels.get(name, 0) for name in WHO)
    sums = np.array([sum(found.values()) for found in (whole, *without)])  # [1 + vignette, of]
    sure = sums[0] - SURE * _reach(sums[1:]) > 0
    share = {name: _share(name, (whole, *without)) for name in whole}
    for k, quantity in enumerate(of):
        for name, x in whole.items():
            row: dict[str, Any] = {"of": quantity, "source": name, "levels": levels.get(name)}
            if quantity == CHOICES:
                row["variance"] = float(x[k])
            if sure[k]:
                mine, reach = share[name][0, k], _reach(share[name][1:, k])
                row["share"] = min(max(mine, 0.0), 1.0)
                if name != TOGETHER:  # whose intervals hold too seldom
                    row |= {"share_low": min(max(mine - reach, 0.0), 1.0)}
                    row |= {"share_high": max(min(mine + reach, 1.0), 0.0)}
            yield row


def _share(name: str, found: Sequence[Parts]) -> Array:
    """The part of a source in the sum of all, itself maybe negative or above 1 [estimate,
    quantity]: what is below 0 by noise makes up for what is above.
    """
    totals = np.array([np.sum(list(one.values()), axis=0) for one in found])
    mine = np.array([one[name] for one in found])
    share: Array = np.divide(mine, totals, out=np.zeros_like(mine), where=totals > 0)
    return share


def _reach(without: Array) -> Array:
    """Half the 95% t interval of an estimate, by those without each vignette [vignette, ...]."""
    n = len(without)
    error = np.sqrt((n - 1) / n * np.sum((without - without.mean(axis=0)) ** 2, axis=0))
    return np.asarray(special.stdtrit(n - 1, 0.975) * error)


def parts(
    of: Sequence[str], y: Array, cell: Integers, sources: Mapping[str, Integers]
) -> Parts | None:
    """The variance of each source, names and interactions together; None where they cannot be told
    from each other.

    Of framing and factors it is that of their levels, of which there are no others; of vignettes
    and names that of all there could be.
    """
    part = {k: 1 - 1 / (x.max() + 1) for k, x in sources.items() if k not in (*WHO, "vignette")}
    crossed = [*part, *(["vignette"] if "vignette" in sources else [])]
    pairs = list(combinations(crossed, 2))
    every = {**sources, **{f"{a} x {b}": joined(sources[a], sources[b]) for a, b in pairs}}
    solved = components(y, cell, every)
    if solved is None:
        return None
    if list(of) == [CHOICES]:
        solved = solved.sum(axis=1, keepdims=True)
    found = dict(zip(every, solved, strict=True))
    none = np.zeros(solved.shape[1])
    told = {name: found[name] * part.get(name, 1.0) for name in crossed}
    if named := [found[name] for name in WHO if name in sources]:
        told[NAMED] = sum(named, none)
    both = (found[f"{a} x {b}"] * part.get(a, 1.0) * part.get(b, 1.0) for a, b in pairs)
    return {**told, TOGETHER: sum(both, none)}
