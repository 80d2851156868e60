"""False alarms and power of the criticism of fits, in one picture."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import polars as pl
from matplotlib.axes import Axes

from tactometer.figures import style
from tactometer.inference.criticism_calibration import MOST, TRUE
from tactometer.inference.described import FEW
from tactometer.tables.proportions import wilson


def draw(folder: Path) -> None:
    """Write {folder}/criticism.png from criticism.csv in it."""
    rows = pl.read_csv(folder / "criticism.csv").with_columns(
        less=(pl.col("described") != "yes") & ~pl.col("reason").fill_null("").str.starts_with(FEW)
    )
    with plt.rc_context(style.RC):
        fig, (left, right) = plt.subplots(
            1, 2, figsize=(9.6, 6.2), gridspec_kw={"width_ratios": [1, 1.9]}
        )
        _alarms(left, rows.filter(kind=TRUE))
        _power(right, rows.filter(pl.col("kind") != TRUE))
        fig.tight_layout()
        fig.savefig(folder / "criticism.png", dpi=style.DPI / 1.5)
        plt.close(fig)


def _alarms(axis: Axes, rows: pl.DataFrame) -> None:
    """Share of true speakers that are told to be misfits, with Wilson intervals."""
    by = ["semantics", "per_state", "effect", "rho"]
    found = rows.group_by(by, maintain_order=True).agg(pl.col("less").mean(), n=pl.len())
    share, n = found["less"].to_numpy(), found["n"].to_numpy()
    low, high = wilson(share, n)
    y = np.arange(len(share))[::-1]
    axis.axvline(MOST, color=style.VERMILLION, lw=0.8, ls="--")
    axis.hlines(y, low, high, color=style.BLUE, lw=1.2)
    axis.plot(share, y, "o", color=style.BLUE, ms=4)
    labels = [
        f"{r['semantics']}, {r['per_state']} a state"
        + (f", {r['effect']} ρ {r['rho']:g}" if r["rho"] else "")
        for r in found.to_dicts()
    ]
    axis.set_yticks(y, labels)
    axis.set_xlim(0, max(0.15, 1.05 * float(np.max(high, initial=0))))
    axis.set_xlabel("told to be a misfit")
    axis.set_title(f"{n.sum():,} true speakers; at most 5% wanted", fontsize=9)


def _power(axis: Axes, rows: pl.DataFrame) -> None:
    """Share of misfits noticed, by kind and size."""
    kinds = rows["kind"].unique(maintain_order=True).to_list()
    sizes = sorted(rows["size"].unique())
    y = {kind: len(kinds) - 1 - k for k, kind in enumerate(kinds)}
    for size, marker in zip(sizes, ("v", "s", "o"), strict=False):
        mine = (
            rows.filter(size=size)
            .group_by("kind")
            .agg(pl.col("less").mean(), pl.col("apart").mean())
        )
        at = [y[kind] + 0.22 * (sizes.index(size) - 1) for kind in mine["kind"]]
        axis.scatter(mine["less"], at, marker=marker, s=18, color=style.BLUE,
                     alpha=0.35 + 0.3 * sizes.index(size), label=f"size {size:g}")  # fmt: skip
        for row, place in zip(mine.to_dicts(), at, strict=True):
            axis.annotate(f"{row['apart']:.2f}", (row["less"], place), fontsize=5.5,
                          xytext=(4, -2), textcoords="offset points")  # fmt: skip
    axis.set_yticks(list(y.values()), list(y))
    axis.set_xlim(-0.04, 1.1)
    axis.set_xlabel("share told to be misfits (numbers: total variation)")
    axis.set_title("Behaviours that are no speaker, 130 answers a state", fontsize=9)
    if sizes:
        axis.legend(fontsize=7, loc="lower center", bbox_to_anchor=(0.5, 1.05), ncol=3,
                    frameon=False)  # fmt: skip
