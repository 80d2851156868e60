"""Comparison: how far below the best speaker variant each other one predicts, and how surely."""

from __future__ import annotations

import numpy as np
import polars as pl
from plotnine import (
    aes,
    geom_point,
    geom_text,
    geom_vline,
    ggplot,
    labs,
    scale_color_manual,
    scale_fill_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_discrete,
)

from tactometer.figures import style
from tactometer.figures.panels import facet_wrap, geom_segment
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.speaker_model.variants import SPEAKERS
from tactometer.tables.fit_selection import PASSED
from tactometer.tables.reader import Tables, ends, with_condition

TEXT = Text(
    "Which speaker would predict answers that it has not seen?",
    "A speaker far left of the line lacks something that the answers show; one whose line"
    " reaches 0 is not told from the best. Crosses: what was published of people, as log Bayes"
    " factors, so that the orders compare and the distances do not.",
    "Leave-one-out prediction by Pareto-smoothed importance sampling (PSIS-LOO), stacking"
    " weights; a Pareto k above .7 marks points whose estimate cannot be believed.",
    "Difference in expected log predictive density between speaker variants.",
)


MOST = 12  # panels that a page can hold
BREAKS = (-3000, -1000, -300, -100, -30, -10, -3, 0, 3, 10, 30)
BEST, OTHER, BAD_K = "predicts best", "predicts worse", "Pareto k above .7"
SUSPECT, PUBLISHED = "not to be read", "published log Bayes factor"
# mark: (colour, fill, shape)
MARKS = {
    BEST: (style.BLUE, style.BLUE, "D"),
    OTHER: ("#4D4D4D", "#4D4D4D", "o"),
    BAD_K: (style.ORANGE, "white", "s"),
    SUSPECT: (style.GREY, "white", "o"),
    PUBLISHED: (style.BLACK, "white", "x"),
}


def plot(tables: Tables) -> Drawing:
    """A panel for each model and goal, pooled over framings; a row for each speaker variant."""
    found = tables.read("comparison")
    if found.is_empty():
        return style.empty("This study has no model that is fitted with several speakers.")
    rows, cut = _panels(tables, found.filter(framing="pooled"))
    names = [name for name in SPEAKERS if name in set(rows["speaker"])]
    order = rows.group_by("speaker").agg(pl.col("place").mean()).sort("place", "speaker")
    marks = [m for m in MARKS if m in {*rows["mark"], *_published(rows)["mark"]}]
    scales = [
        scale({m: MARKS[m][i] for m in marks}, limits=marks)
        for i, scale in enumerate([scale_color_manual, scale_fill_manual, scale_shape_manual])
    ]
    right = float(rows.select(pl.max_horizontal("high", pl.lit(0.0))).to_numpy().max()) + 0.1
    breaks = [b for b in BREAKS if _squeeze(b) < right]
    drawing = (
        ggplot(rows, aes("x", "speaker", color="mark", fill="mark", shape="mark"))
        + geom_vline(xintercept=0, color="#333333", size=0.4)
        + geom_segment(aes(x="low", xend="high", yend="speaker"), size=0.7, show_legend=False)
        + geom_point(size=2.1, stroke=0.6)
        + geom_point(data=_published(rows), size=2.1, stroke=0.7)
        + geom_text(aes(x=right, y="speaker", label="told"), inherit_aes=False, ha="left", size=6.5)
        + scales
        + scale_x_continuous(
            breaks=[float(_squeeze(b)) for b in breaks],
            labels=[f"{b:,}".replace("-", "−") for b in breaks],
            limits=(None, right + 1.3),
        )
        + scale_y_discrete(limits=order["speaker"].to_list()[::-1])
        + facet_wrap("panel", ncol=1 if rows["panel"].n_unique() < 3 else 2)
        + labs(
            x="elpd below the best speaker, in nats (stretched about 0)",
            y="",
            subtitle="PSIS-LOO: difference and one standard error, in numbers with the stacking"
            f" weight to the right; pooled framings{cut}",
        )
        + style.look()
    )
    columns = 1 if rows["panel"].n_unique() < 3 else 2
    deep = -(-rows["panel"].n_unique() // columns)
    return Drawing(drawing, style.PAGE, 1.5 + deep * (0.19 * len(names) + 0.5))


def _panels(tables: Tables, found: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """The rows to draw with their panel, place, mark and words; and a note of what is cut."""
    rows, cut = ends(found)
    rows = with_condition(rows, tables.baseline).sort("condition", maintain_order=True)
    goals = pl.col("goal").replace({"all": "all goals"})
    rows = rows.with_columns(
        panel=pl.concat_str(pl.col("condition").cast(pl.String), goals, separator=" · ")
    )
    panels = rows["panel"].unique(maintain_order=True).to_list()
    kept = panels[:MOST]
    rows = rows.filter(pl.col("panel").is_in(kept))
    bad_k = pl.when(pl.col("k_bad") > 0).then(pl.lit(BAD_K))
    mark = (
        pl.when(~pl.col("verdict").is_in(PASSED))
        .then(pl.lit(SUSPECT))
        .otherwise(bad_k.when(pl.col("place") == 1).then(pl.lit(BEST)).otherwise(pl.lit(OTHER)))
    )
    diff, se = rows["elpd_diff"].to_numpy(), rows["diff_se"].to_numpy()
    rows = rows.with_columns(
        panel=pl.col("panel").cast(pl.Enum(kept)),
        mark=mark,
        x=_squeeze(diff),
        low=_squeeze(diff - se),
        high=_squeeze(diff + se),
        told=pl.Series([_words(row) for row in rows.to_dicts()]),
    )
    note = "; first and last checkpoint" if cut else ""
    if len(panels) > MOST:
        note += f"; the first {MOST} of {len(panels)} panels, all are in the table"
    return rows, note


def _published(rows: pl.DataFrame) -> pl.DataFrame:
    known = rows.drop_nulls("published_log_bf")
    return known.with_columns(
        x=_squeeze(known["published_log_bf"].to_numpy()), mark=pl.lit(PUBLISHED)
    )


def _words(row: dict[str, object]) -> str:
    bad = f", {row['k_bad']} k > .7" if row["k_bad"] else ""
    if row["place"] == 1:
        return f"best; weight {row['weight']:.2f}{bad}"
    return f"−{-row['elpd_diff']:,.0f} ± {row['diff_se']:,.0f}; {row['weight']:.2f}{bad}"  # type: ignore[operator]


def _squeeze(nats: float | np.ndarray) -> np.ndarray:
    """Nats on an axis that is linear about 0 and logarithmic beyond."""
    return np.asarray(np.sign(nats) * np.log10(1 + np.abs(nats)))
