"""The figure that opens the page: everybody in it, people first, what must not be read apart."""

from __future__ import annotations

import html
import re
from pathlib import Path

import polars as pl
import pytest

import synthetic
from pages import EVIL
from tactometer.figures import states, style
from tactometer.figures.draw import draw

pytestmark = pytest.mark.xdist_group("report")  # what they look at is made once


def drawn(estimates: pl.DataFrame, folder: Path) -> str:
    """The figure of some estimates, as SVG."""
    estimates.write_parquet(folder / "estimates.parquet")
    draw("answer", folder, folder / "answer", goals=synthetic.GOALS,
         utterances=synthetic.UTTERANCES, baseline=["human"])  # fmt: skip
    return (folder / "answer.svg").read_text()


def places(drawing: str) -> dict[str, float]:
    """Every text of a drawing with its height from the top, of texts that come twice the last."""
    found = re.findall(r'<text[^>]*(?:translate\([\d.]+ |y=")([\d.]+)[^>]*>(.*?)</text>', drawing)
    return {html.unescape(text): float(y) for y, text in found}


@pytest.fixture
def estimates(report: Path) -> pl.DataFrame:
    """Those of the synthetic page, all of whose fits passed and describe their behaviour."""
    rows = pl.read_parquet(report.parent / "tables" / "estimates.parquet")
    return rows.with_columns(verdict=pl.lit("ok"), model=pl.col("model").replace(EVIL, "sycophant"))


def unread(estimates: pl.DataFrame) -> pl.DataFrame:
    """The same where no speaker describes `kind-friend` and nothing is told of `sycophant`."""
    kind, silent = (pl.col("model") == name for name in ("kind-friend", "sycophant"))
    return estimates.with_columns(
        described=pl.when(kind).then(pl.lit("no")).otherwise("described"),
        told=pl.when(kind | silent).then(False).otherwise("told"),
    )


def test_people_come_first_and_what_must_not_be_read_last_with_its_reason(
    estimates: pl.DataFrame, tmp_path: Path
) -> None:
    at = places(drawn(unread(estimates), tmp_path))
    order = ["human", "honest-friend", "kind-friend", "sycophant"]
    assert [at[name] for name in order] == sorted(at[name] for name in order)
    assert at["no speaker"] > at["kind-friend"] and at["nothing can be said"] > at["sycophant"]
    assert {"goal", *synthetic.GOALS} <= set(at), "every goal has its mark in the legend"


def test_what_must_not_be_read_is_hollow_and_grey(estimates: pl.DataFrame, tmp_path: Path) -> None:
    apart, sound = (drawn(rows, tmp_path) for rows in (unread(estimates), estimates))
    grey = style.GREY.lower()
    assert grey in apart and "stroke-dasharray" in apart
    assert grey not in sound and "stroke-dasharray" not in sound


def test_of_a_long_course_both_ends_are_drawn(estimates: pl.DataFrame, tmp_path: Path) -> None:
    steps = pl.DataFrame({"checkpoint": [str(100 * i) for i in range(80)]})
    mine = estimates.filter(model="kind-friend").drop("checkpoint").join(steps, how="cross")
    at = places(drawn(mine.select(estimates.columns), tmp_path))
    assert sorted(n for n in at if n.startswith("kind-")) == [
        "kind-friend · 0",
        "kind-friend · 7900",
    ]


def test_hearts_and_stars_stand_by_their_place_on_the_scale() -> None:
    rows = pl.DataFrame({"model": ["human"] * 4 + ["m"] * 5, "state": [0, 1, 2, 3, 1, 2, 3, 4, 5]})
    placed, axis, _ = states.on_one_scale(rows)
    at = dict(placed.group_by("model").agg(pl.col("at").sort()).iter_rows())
    assert at["human"] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert at["m"] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert "(0 to 3 or 1 to 5)" in axis
    alone, plain, _ = states.on_one_scale(rows.filter(model="m"))
    assert alone["at"].to_list() == [1, 2, 3, 4, 5] and plain == states.OPINION
