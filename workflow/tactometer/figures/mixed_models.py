"""Coverage and width of mixed models' intervals by families and slopes, in one picture."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl

from tactometer.figures import style
from tactometer.tables.proportions import wilson

COLOURS = {3: style.VERMILLION, 6: style.BLUE, 12: style.BLACK}
APART = 0.0025  # of the lines' points, so that their intervals do not hide each other


def draw(folder: Path) -> None:
    """Write {folder}/mixed.png from mixed.json in it."""
    told = json.loads((folder / "mixed.json").read_text())
    rows = pl.DataFrame(told["table"])
    with plt.rc_context(style.RC):
        fig, axes = plt.subplots(2, 2, figsize=(8.4, 5.6), sharex=True, sharey="row")
        for column, model in zip(axes.T, ("bayes", "classical"), strict=True):
            for number, (families, colour) in enumerate(COLOURS.items()):
                mine = rows.filter(model=model, families=families)
                x = mine["slope"].to_numpy() + (number - 1) * APART
                held = mine["held"].to_numpy()
                low, high = wilson(held, mine["intervals"].to_numpy())
                column[0].vlines(x, low, high, color=colour, lw=1)
                column[0].plot(x, held, "o-", color=colour, ms=4, label=f"{families} families")
                column[1].plot(x, mine["width"], "o-", color=colour, ms=4)
            column[0].axhline(told["wanted"], color=style.BLACK, lw=0.8, ls="--")
            column[0].set_title({"bayes": "Bayesian", "classical": "classical"}[model], fontsize=9)
            column[1].set_xlabel("sd between families of an effort's effect")
        axes[0][0].set_ylabel("share of 95% intervals\nthat hold the mean effect")
        axes[1][0].set_ylabel("mean width")
        axes[1][0].set_ylim(bottom=0)
        axes[0][0].legend(fontsize=8, frameon=False)
        fig.tight_layout()
        fig.savefig(folder / "mixed.png", dpi=style.DPI / 1.5)
        plt.close(fig)
