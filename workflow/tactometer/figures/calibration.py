"""Rank histograms and ECDF differences of simulation-based calibration, one page a program."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import polars as pl

from tactometer.figures import style
from tactometer.inference import calibration
from tactometer.tables.proportions import Z

BINS = 20
SHOWN = 0.95  # the band that a reader expects; `calibration.BAND` is what the check uses


def draw(folder: Path) -> None:
    """Write {folder}/{program}.png for each {program}.csv in it."""
    for path in sorted(folder.glob("*.csv")):
        ranks = calibration.ranks_in(path)
        with plt.rc_context(style.RC):
            _draw(ranks, path.with_suffix(".png"))


def _draw(ranks: pl.DataFrame, out: Path) -> None:
    names = ranks["parameter"].unique(maintain_order=True).to_list()
    n = ranks["draw"].n_unique()
    fig, axes = plt.subplots(
        2, len(names), figsize=(1.9 * len(names) + 0.6, 4.2), sharey="row", squeeze=False
    )
    z, low, high = calibration.band(n, SHOWN)
    _, least, most = calibration.band(n, calibration.BAND)
    for (top, bottom), name in zip(axes.T, names, strict=True):
        found = ranks.filter(pl.col("parameter") == name)
        x = found["rank"].to_numpy()
        spread = Z * np.sqrt(n / BINS * (1 - 1 / BINS))
        top.axhspan(n / BINS - spread, n / BINS + spread, color=style.BAND)
        top.hist(x, BINS, (0, calibration.RANKS), color=style.BLUE, edgecolor="white", lw=0.4)
        held = float(found["covered"].to_numpy().mean())
        top.set_title(f"{name}\n95% HDIs hold {held:.1%}", fontsize=8)
        bottom.fill_between(z, least, most, color=style.BAND, alpha=0.5, lw=0)
        bottom.fill_between(z, low, high, color=style.BAND, lw=0)
        strays = (x[:, None] < calibration.RANKS * z - 1e-9).mean(axis=0) - z
        bottom.step(z, strays, color=style.BLUE, lw=1.2)
        for axis in (top, bottom):
            axis.tick_params(labelsize=7)
        bottom.set_xlabel("rank / 100", fontsize=8)
    axes[0, 0].set_ylabel("speakers", fontsize=8)
    axes[1, 0].set_ylabel("ECDF - uniform", fontsize=8)
    title = ranks["program"][0]
    fig.suptitle(f"{title}: ranks of {n} true speakers among their posterior draws", fontsize=9)
    fig.tight_layout()
    fig.savefig(out, dpi=style.DPI / 1.5)
    plt.close(fig)
