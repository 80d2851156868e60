"""Coverage of intervals behind a bias of place, in one picture."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import polars as pl

from tactometer.figures import style
from tactometer.inference.position_calibration import WANTED
from tactometer.tables.proportions import wilson

MARKS = {"ignore": ("x", style.VERMILLION, "as counted"),
         "estimate": ("o", style.BLUE, "corrected")}  # fmt: skip


def draw(folder: Path) -> None:
    """Write {folder}/position.png from position.json in it."""
    rows = pl.DataFrame(json.loads((folder / "position.json").read_text())["table"])
    kinds = rows["rho"].unique(maintain_order=True).to_list()
    with plt.rc_context(style.RC):
        fig, axes = plt.subplots(1, len(kinds), figsize=(9.6, 3.2), sharey=True, squeeze=False)
        for axis, rho in zip(axes[0], kinds, strict=True):
            for shift, (how, (mark, colour, label)) in zip(
                (-0.05, 0.05), MARKS.items(), strict=True
            ):
                mine = rows.filter(rho=rho, position=how)
                share, n = mine["held"].to_numpy(), mine["intervals"].to_numpy()
                x = mine["nats"].to_numpy() + shift
                low, high = wilson(share, n)
                axis.vlines(x, low, high, color=colour, lw=1)
                axis.plot(x, share, mark, color=colour, ms=4, label=label)
            axis.axhline(WANTED, color=style.BLACK, lw=0.8, ls="--")
            axis.set_title(f"vignettes apart: rho {rho:g}", fontsize=9)
            axis.set_xlabel("what the first place gains (nats)")
            axis.set_xticks(np.unique(rows["nats"].to_numpy()))
            axis.set_ylim(0, 1.02)
        axes[0][0].set_ylabel("share of 95% HDIs that hold the truth")
        axes[0][0].legend(fontsize=8, frameon=False, loc="lower left")
        fig.tight_layout()
        fig.savefig(folder / "position.png", dpi=style.DPI / 1.5)
        plt.close(fig)
