"""Diagnostics of every fit: what the sampler complained about."""

from __future__ import annotations

import polars as pl
from mizani.breaks import breaks_extended
from plotnine import (
    aes,
    geom_blank,
    geom_point,
    geom_vline,
    ggplot,
    labs,
    position_jitter,
    scale_color_manual,
    scale_fill_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_discrete,
)

from tactometer.figures import style
from tactometer.figures.panels import facet_wrap
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.fit_selection import sampled
from tactometer.tables.reader import Tables, model_order, passed, with_condition

TEXT = Text(
    "Did the sampler converge?",
    "Every point is a fit. What lies beyond a dashed line should not be read.",
    "R-hat and effective sample size over all chains, the worst parameter of each fit.",
    "R-hat, effective sample size, divergences and treedepth hits of every fit.",
)


MEASURES = {
    "rhat_worst": ("worst R-hat\n(below 1.01)", 1.01),
    "ess_least": ("least bulk ESS\n(above 400)", 400.0),
    "divergences": ("divergences\n(none)", 0.0),
    "treedepth_hits": ("treedepth hits\n(none)", 0.0),
}
ROWS = 30
VERDICTS = {
    "ok": (style.BLUE, style.BLUE, "o"),
    "refit": (style.BLUE, style.BLUE, "s"),
    "suspect": (style.VERMILLION, "white", "X"),
}


def plot(tables: Tables) -> Drawing:
    """One row a model, one panel a measure, a point a fit, a line at the limit."""
    fits = sampled(tables.read("diagnostics"))
    if fits.is_empty():
        return style.empty("This study has no fit.")
    labels = {key: label for key, (label, _) in MEASURES.items()}
    panels = pl.Enum(list(labels.values()))
    conditions_of = with_condition(fits, tables.baseline)
    if conditions_of["condition"].n_unique() > ROWS:  # one row a model: no page is that long
        models = pl.Enum(model_order(fits, tables.baseline))
        conditions_of = conditions_of.with_columns(condition=pl.col("model").cast(models))
    rows = conditions_of.with_columns(
        pl.col(list(MEASURES)).cast(pl.Float64), pl.col("verdict").fill_null("suspect")
    ).unpivot(list(MEASURES), index=["condition", "verdict"], variable_name="measure")
    rows = rows.with_columns(pl.col("measure").replace_strict(labels, return_dtype=panels))
    rows = rows.sort("condition", "measure", "verdict", "value")
    limits = pl.DataFrame(
        {
            "measure": pl.Series(list(labels.values()), dtype=panels),
            "limit": [x for _, x in MEASURES.values()],
        }
    )
    # Every panel shows zero and one, so that nothing looks large because nothing else is there.
    floor = limits.join(pl.DataFrame({"value": [0.0, 1.0]}), how="cross").filter(
        pl.col("limit") == 0
    )
    floor = floor.with_columns(condition=pl.lit(style.levels(rows["condition"])[0]))
    conditions = style.levels(rows["condition"])
    shown = [v for v in VERDICTS if v in set(rows["verdict"])]
    n_ok = fits.filter(passed()).height
    scales = [
        scale({v: VERDICTS[v][i] for v in shown}, limits=shown)
        for i, scale in enumerate([scale_color_manual, scale_fill_manual, scale_shape_manual])
    ]
    drawing = (
        ggplot(rows, aes("value", "condition", color="verdict", fill="verdict", shape="verdict"))
        + geom_vline(aes(xintercept="limit"), data=limits, linetype="dashed", color="#7F7F7F")
        + geom_blank(aes("value", "condition"), data=floor, inherit_aes=False)
        # Seeded, and up and down only: a value is never moved.
        + geom_point(position=position_jitter(width=0, height=0.2, random_state=1), size=1.6)
        + facet_wrap("measure", ncol=4, scales="free_x")
        + scales
        + scale_x_continuous(breaks=_breaks, labels=lambda breaks: [f"{b:,g}" for b in breaks])
        + scale_y_discrete(limits=conditions[::-1])
        + labs(
            x="",
            y="",
            subtitle=f"A point is a fit; {n_ok} of {fits.height} passed; dashed: the limit",
        )
        + style.look(panel_spacing_x=0.04)
    )
    return Drawing(drawing, style.PAGE, 1.6 + max(0.6, 0.28 * len(conditions)))


def _breaks(limits: tuple[float, float]) -> list[float]:
    """Round numbers; whole ones where zero is shown, which counts are."""
    found = [float(b) for b in breaks_extended(n=3)(limits)]
    return [b for b in found if b.is_integer()] if limits[0] <= 0 else found
