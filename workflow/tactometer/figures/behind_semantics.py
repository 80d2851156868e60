"""Coverage of intervals by how the meaning of the words enters, in one picture."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl

from tactometer.figures import style
from tactometer.tables.proportions import wilson

MARKS = {"joint": ("o", style.BLUE), "cut": ("s", style.GREEN), "fixed": ("x", style.VERMILLION)}
NOMINAL = 0.95


def draw(folder: Path) -> None:
    """Write {folder}/semantics.png from semantics.json in it."""
    rows = pl.DataFrame(json.loads((folder / "semantics.json").read_text())["table"])
    asked = rows["yes_no"].unique().sort().to_list()
    with plt.rc_context(style.RC):
        fig, axes = plt.subplots(1, 2, figsize=(7.5, 3.0), sharey=True)
        for axis, quantity in zip(axes, ("parameter", "difference"), strict=True):
            for k, (how, (mark, colour)) in enumerate(MARKS.items()):
                mine = rows.filter(semantics=how, quantity=quantity).sort("yes_no")
                x = [asked.index(n) + 0.12 * (k - 1) for n in mine["yes_no"]]
                share = mine["held"].to_numpy()
                low, high = wilson(share, mine["intervals"].to_numpy())
                axis.vlines(x, low, high, color=colour, lw=1)
                axis.plot(x, share, mark, color=colour, ms=5, label=how)
            axis.axhline(NOMINAL, color=style.BLACK, lw=0.8, ls="--")
            axis.set_xticks(range(len(asked)), [str(n) for n in asked])
            axis.set_xlabel("yes/no answers an utterance and state")
            axis.set_title({"parameter": "parameters", "difference": "differences of two goals"}[
                quantity], fontsize=9)  # fmt: skip
        axes[0].set_ylabel("share of 95% HDIs\nthat hold the truth")
        axes[0].set_ylim(0, 1.02)
        axes[0].legend(fontsize=8, frameon=False, loc="lower right")
        fig.tight_layout()
        fig.savefig(folder / "semantics.png", dpi=style.DPI / 1.5)
        plt.close(fig)
