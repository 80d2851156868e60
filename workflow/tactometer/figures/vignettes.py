"""Coverage of intervals where answers of one vignette hang together, in one picture."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import polars as pl
from matplotlib.axes import Axes

from tactometer.figures import style
from tactometer.inference.vignette_calibration import EFFECTS, WANTED
from tactometer.tables.proportions import wilson

MARKS = {"ignore": ("x", style.VERMILLION, "taken for independent"),
         "estimate": ("o", style.BLUE, "by their design effect")}  # fmt: skip


def draw(folder: Path) -> None:
    """Write {folder}/vignettes.png from vignettes.json in it."""
    rows = pl.DataFrame(json.loads((folder / "vignettes.json").read_text())["table"])
    quantities = rows["of"].unique(maintain_order=True).to_list()
    with plt.rc_context(style.RC):
        fig, axes = plt.subplots(
            len(quantities), len(EFFECTS), figsize=(9.6, 6.4), sharex=True, squeeze=False
        )
        for line, quantity in zip(axes, quantities, strict=True):
            for axis, effect in zip(line, EFFECTS, strict=True):
                mine = rows.filter((pl.col("effect") == effect) | (pl.col("rho") == 0), of=quantity)
                _coverage(axis, mine)
                axis.set_title(f"{quantity}, {effect} effects of vignettes", fontsize=9)
        for axis in axes[-1]:
            axis.set_xlabel("share of 95% HDIs that hold the truth")
        handles, labels = axes[0][0].get_legend_handles_labels()
        fig.legend(handles, labels, fontsize=8, loc="upper center", ncol=2, frameon=False)
        fig.tight_layout(rect=(0, 0, 1, 0.95))
        fig.savefig(folder / "vignettes.png", dpi=style.DPI / 1.5)
        plt.close(fig)


def _coverage(axis: Axes, rows: pl.DataFrame) -> None:
    """Coverage by kind of answers and rho, with Wilson intervals."""
    names = rows.select("answers", "rho").unique(maintain_order=True).rows()
    places = {name: len(names) - 1 - i for i, name in enumerate(names)}
    for how, (mark, colour, label) in MARKS.items():
        mine = rows.filter(design_effect=how)
        y = np.array([places[name] for name in mine.select("answers", "rho").rows()], float)
        share, n = mine["held"].to_numpy(), mine["intervals"].to_numpy()
        low, high = wilson(share, n)
        axis.hlines(y, low, high, color=colour, lw=1)
        axis.plot(share, y, mark, color=colour, ms=4, label=label)
    axis.axvline(WANTED, color=style.BLACK, lw=0.8, ls="--")
    axis.set_yticks(list(places.values()), [f"{a}, rho {r:g}" for a, r in places], fontsize=7)
    axis.set_xlim(0, 1.02)
