"""The report's tables, from the study's tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from tactometer.figures.style import parameter_label
from tactometer.tables.cells import PICKED, Cell, Table, cell, estimate, interval
from tactometer.tables.fit_selection import sampled
from tactometer.tables.ordering import in_order
from tactometer.tables.reader import (
    FIT,
    answers_used,
    checkpoint_order,
    model_order,
    natural,
    passed,
    representative,
)
from tactometer.utils.open_data import NewRow, Row

UNIT = ["phi", "omega_inf", "omega_soc", "omega_pre"]


def _order(frame: pl.DataFrame, baseline: Sequence[str]) -> list[tuple[str, str]]:
    models, checkpoints = model_order(frame, baseline), checkpoint_order(frame)
    pairs = frame.select("model", "checkpoint").unique().rows()
    return sorted(pairs, key=lambda p: (models.index(p[0]), checkpoints.index(p[1])))


def measured(
    counts: pl.DataFrame, semantics: pl.DataFrame, answers: pl.DataFrame, baseline: Sequence[str]
) -> Table:
    """Who was asked how much, and how much of it could be used."""
    columns = [
        "model",
        "checkpoint",
        "goals",
        "valid answers",
        "invalid",
        "yes/no answers",
        "read by",
    ]
    rows: list[list[str | Cell]] = []
    for model, checkpoint in [] if counts.is_empty() else _order(counts, baseline):
        here = (pl.col("model") == model) & (pl.col("checkpoint") == checkpoint)
        mine = counts.filter(here)
        valid, invalid = answers_used(mine)
        asked = semantics.filter(here)["n"].sum() if not semantics.is_empty() else 0
        ways: set[str] = set(answers.filter(here)["method"]) if not answers.is_empty() else set()
        rows.append(
            [
                model,
                checkpoint,
                str(mine["goal"].n_unique()),
                cell(valid, ","),
                Cell(f"{invalid:,} ({invalid / max(1, valid + invalid):.1%})", invalid),
                cell(float(asked), ",.0f"),
                ", ".join(sorted(ways - {"invalid"})) or "recorded counts",
            ]
        )
    return Table("What was measured", columns, rows)


def suspects(diagnostics: pl.DataFrame) -> Table:
    """Every fit that did not pass its checks, and what failed."""
    columns = [*FIT, "framing", *_several(diagnostics), "speaker", "verdict", "what failed"]
    rows = []
    if not diagnostics.is_empty():
        bad = sampled(diagnostics).filter(~passed())
        rows = [[str(r[c] or "") for c in columns[:-1]] + [_failed(r)] for r in _sorted(bad)]
    return Table("Fits that should not be read", columns, rows)


def _failed(row: Row) -> str:
    numbers = (
        f"R-hat {row['rhat_worst']:.3f}, least ESS {row['ess_least']:.0f},"
        f" {row['divergences']} divergences, {row['treedepth_hits']} treedepth hits"
    )
    return f"{row['note']} ({numbers})" if row.get("note") else numbers


def _several(frame: pl.DataFrame) -> list[str]:
    """The column that names fits, where there are fits of more than one name."""
    return ["fit"] * ("fit" in frame.columns and frame["fit"].drop_nulls().n_unique() > 1)


def _sorted(frame: pl.DataFrame) -> list[NewRow]:
    keys = [*FIT, *(c for c in ("framing", "fit", "speaker", "semantics") if c in frame.columns)]
    rows = frame.to_dicts()
    return sorted(rows, key=lambda r: [natural(str(r[k])) for k in keys])


def human(estimates: pl.DataFrame, published: pl.DataFrame, goals: Sequence[str]) -> Table:
    """The posterior of the human fit beside the published point, in the order of `goals`."""
    columns = [
        "goal",
        "parameter",
        "posterior mean",
        "95% HDI",
        "published",
        "difference",
        "source",
    ]
    if published.is_empty() or estimates.is_empty():
        return Table("Human baseline", columns, [])
    keys = ["model", "goal", "speaker", "parameter"]
    both = representative(estimates).join(published, on=keys).sort(keys)
    places = in_order(goals, both["goal"])
    rows = [
        [
            r["goal"],
            parameter_label(r["parameter"]).split(":")[0],
            cell(r["mean"]),
            interval(r["hdi_low"], r["hdi_high"]),
            cell(r["value"]),
            cell(r["mean"] - r["value"], "+.2f"),
            str(r["source"] or ""),
        ]
        for r in sorted(both.to_dicts(), key=lambda r: places.index(r["goal"]))
    ]
    return Table("Human baseline: posterior beside the published point", columns, rows)


def recovered(recovery: pl.DataFrame) -> Table:
    """For every simulated parameter its truth, its posterior, and whether the HDI holds it."""
    columns = ["speaker", "checkpoint", "goal", "parameter", "truth", "posterior [95% HDI]", "held"]
    if recovery.is_empty():
        return Table("Recovery", columns, [])
    rows = [
        [
            str(r["model"]),
            str(r["checkpoint"]),
            str(r["goal"]),
            parameter_label(str(r["parameter"])).split(":")[0],
            cell(r["truth"]),
            estimate(r),
            "yes" if r["covered"] else "no",
        ]
        for r in _sorted(representative(recovery))
    ]
    return Table("Recovery of simulated speakers", columns, rows)


def flagged(checks: pl.DataFrame) -> Table:
    """Conditions, fits and parameters beyond a limit of the study."""
    names = ["check", *FIT, "framing", *_several(checks), "speaker", "parameter"]
    columns = [*names, "value", "limit", "n", "note"]
    found = checks if checks.is_empty() else checks.filter("flagged")
    rows = [
        [
            *(str(r[name] or "").replace("_", " ") for name in names[:1]),
            *(str(r[name] or "") for name in names[1:]),
            cell(r["value"], ".3f"),
            cell(r["limit"], ".2f"),
            cell(r["n"], ","),
            str(r["note"] or ""),
        ]
        for r in found.iter_rows(named=True)
    ]
    return Table("Checks beyond their limit", columns, rows, ("check", *PICKED))


def estimated(estimates: pl.DataFrame) -> Table:
    """φ* and the weights of every fit, framing by framing and pooled."""
    names = [*FIT, "framing", *_several(estimates), "speaker", "semantics"]
    columns = [*names, "verdict", "φ*", "ω inf", "ω soc", "ω pre"]
    if estimates.is_empty():
        return Table("Estimates", columns, [])
    grouped: dict[tuple[str, ...], dict[str, dict[str, Any]]] = {}
    for r in _sorted(estimates):
        key = tuple(str(r[c]) for c in names)
        grouped.setdefault(key, {})[str(r["parameter"])] = r
    rows = [
        [*key, _verdict(fit), *(estimate(fit.get(p)) for p in UNIT)] for key, fit in grouped.items()
    ]
    return Table("Posterior mean [95% HDI] of every fit", columns, rows)


def choices(frame: pl.DataFrame) -> Table:
    """The same choices under each named fit, beside the headline."""
    columns = [*FIT, "parameter", "fit", "verdict", "posterior [95% HDI]"]
    heads = [*columns, "headline", "its verdict", "its posterior", "intervals apart"]
    rows = [
        [
            *(str(r[name]) for name in FIT),
            parameter_label(r["parameter"]).split(":")[0],
            str(r["fit"]),
            str(r["verdict"]),
            estimate(r),
            str(r["headline"]),
            str(r["headline_verdict"]),
            estimate({k: r[f"headline_{k}"] for k in ("mean", "hdi_low", "hdi_high")}),
            {True: "yes", False: "no", None: "not to be read"}[r["apart"]],
        ]
        for r in frame.iter_rows(named=True)
    ]
    return Table("The same choices, fitted in several ways", heads, rows)


def _verdict(fit: dict[str, dict[str, Any]]) -> str:
    return ", ".join(sorted({str(row["verdict"]) for row in fit.values()}))


def checked(diagnostics: pl.DataFrame) -> Table:
    """The sampler's diagnostics of every fit."""
    columns = [*FIT, "framing", *_several(diagnostics), "speaker", "semantics"]
    heads = [*columns, "divergences", "worst R-hat", "least ESS", "seconds", "verdict"]
    if diagnostics.is_empty():
        return Table("Diagnostics", heads, [])
    rows = [
        [
            *(str(r[c]) for c in columns),
            cell(r["divergences"], "d"),
            cell(r["rhat_worst"], ".3f"),
            cell(r["ess_least"], ",.0f"),
            cell(r["seconds"], ".1f"),
            str(r["verdict"]),
        ]
        for r in _sorted(sampled(diagnostics))
    ]
    return Table("Diagnostics of every fit", heads, rows)
