"""What the figures promise: names, intervals, marks, and the same bytes for the same tables."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import pages
import synthetic
from seeds import seed
from tactometer.figures import forest, posteriors
from tactometer.figures.draw import draw
from tactometer.figures.lines import colours_and_shapes, model_colours
from tactometer.study.analyses import names as analysis_names
from tactometer.study.figures import names as figure_names
from tactometer.tables.reader import (
    Tables,
    answers_used,
    checkpoint_order,
    natural,
    pooled_counts,
    representative,
)
from tactometer.utils.errors import UserError

pytestmark = pytest.mark.xdist_group("report")  # what they look at is made once
BASELINE = ["human"]
DESCRIBING = ["weights", "phi", "responses", "semantics", "predictive", "recovery", "diagnostics"]


def svg(name: str, tables: Path, out: Path) -> str:
    draw(
        name,
        tables,
        out / name,
        goals=synthetic.GOALS,
        utterances=synthetic.UTTERANCES,
        baseline=BASELINE,
    )
    assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    return (out / f"{name}.svg").read_text()


@pytest.fixture(scope="module")
def tables(report: Path) -> Path:
    """Those of the page, in which the sycophant has the name `EVIL`."""
    return report.parent / "tables"


@pytest.fixture(scope="module")
def drawn(report: Path) -> dict[str, str]:
    """The figures of the page."""
    return {
        name: (report.parent / "figures" / f"{name}.svg").read_text() for name in figure_names()
    }


def texts(drawing: str) -> set[str]:
    found = re.findall(r"<text[^>]*>(.*?)</text>", drawing, re.S)
    return {html.unescape(text).strip() for text in found}


@pytest.mark.parametrize("name", DESCRIBING)
def test_every_figure_names_its_models_in_text(name: str, drawn: dict[str, str]) -> None:
    shown = {pages.EVIL if name == "sycophant" else name for name in synthetic.SPEAKERS}
    expected = shown - set(BASELINE) if name == "recovery" else shown
    assert expected <= texts(drawn[name])


@pytest.mark.parametrize("name", ["weights", "phi", "responses", "predictive", "recovery"])
def test_every_goal_is_named(name: str, drawn: dict[str, str]) -> None:
    assert set(synthetic.GOALS) <= texts(drawn[name])


@pytest.mark.parametrize("name", ["responses", "semantics"])
def test_every_utterance_is_named(name: str, drawn: dict[str, str]) -> None:
    assert set(synthetic.UTTERANCES) <= texts(drawn[name])


def test_the_same_tables_give_the_same_bytes(
    tables: Path, drawn: dict[str, str], tmp_path: Path
) -> None:
    shuffled = tmp_path / "tables"
    shuffled.mkdir()
    for table in tables.glob("*.parquet"):
        frame = pl.read_parquet(table)
        frame.sample(fraction=1, shuffle=True, seed=seed(3)).write_parquet(shuffled / table.name)
    for name in ("phi", "diagnostics"):
        assert svg(name, tables, tmp_path) == drawn[name]
    assert svg("phi", shuffled, tmp_path) == drawn["phi"]


def segments(drawing: str) -> set[tuple[float, float]]:
    """Both ends of every horizontal line, along x."""
    line = re.compile(r"M ([\d.]+) ([\d.]+) \nL ([\d.]+) ([\d.]+) ")
    return {(float(a), float(c)) for a, b, c, d in line.findall(drawing) if b == d}


def test_each_interval_is_drawn_from_its_low_to_its_high_end(
    tables: Path, drawn: dict[str, str]
) -> None:
    rows = representative(pl.read_parquet(tables / "estimates.parquet"))
    rows = rows.filter((pl.col("parameter") == "phi") & (pl.col("goal") == "social"))
    want = rows.select("hdi_low", "hdi_high").rows()
    found = segments(drawn["phi"])
    scale = panel_scale(drawn["phi"], synthetic.GOALS.index("social"))
    for low, high in want:
        assert any(abs(a - scale(low)) < 0.05 and abs(c - scale(high)) < 0.05 for a, c in found), (
            low,
            high,
        )


def panel_scale(drawing: str, panel: int) -> Callable[[float], float]:
    """From a value to its place along x, by the ticks of a panel that are labelled 0 and 1."""
    at: dict[str, list[float]] = {"0": [], "1": []}
    for tick in re.split(r'<g id="xtick_\d+">', drawing)[1:]:
        label = re.search(r"<text[^>]*>([^<]*)</text>", tick)
        place = re.search(r'<use [^>]*x="([\d.]+)"', tick)
        if label and place and label[1] in at:
            at[label[1]].append(float(place[1]))
    zero, one = at["0"][panel], at["1"][panel]
    return lambda value: zero + value * (one - zero)


def test_a_suspect_fit_looks_different_from_one_that_converged(tmp_path: Path) -> None:
    sound = svg(
        "phi", synthetic.write(tmp_path / "a", suspect=None, analysed=False), tmp_path / "a"
    )
    flawed = svg("phi", synthetic.write(tmp_path / "b", analysed=False), tmp_path / "b")
    assert "model, not to be read" not in texts(sound) and "model, not to be read" in texts(flawed)
    assert "stroke-dasharray" not in sound and "stroke-dasharray" in flawed
    assert any("all 15 fits may be read" in t for t in texts(sound))
    assert any("1 of 15 fits are not to be read" in t for t in texts(flawed))


def test_only_a_fit_that_passed_is_filled() -> None:
    hollow = {mark for mark, (_, fill, _, _) in posteriors.MARKS.items() if fill == "white"}
    assert hollow == {m for m in posteriors.MARKS if m.endswith("not to be read")}


def test_the_published_human_point_has_a_marker_of_its_own(drawn: dict[str, str]) -> None:
    assert "published human point" in texts(drawn["phi"]) & texts(drawn["weights"])


def test_recovery_states_how_many_intervals_hold_the_truth(
    tables: Path, drawn: dict[str, str]
) -> None:
    rows = representative(pl.read_parquet(tables / "recovery.parquet"))
    title = f"holds the truth for {rows['covered'].sum()} of {rows.height} parameters"
    assert any(title in t for t in texts(drawn["recovery"]))


def test_a_study_without_simulated_speakers_says_so(tmp_path: Path) -> None:
    tables = synthetic.write(tmp_path / "tables", simulated=False, analysed=False)
    assert any("no simulated speaker" in t for t in texts(svg("recovery", tables, tmp_path)))


def test_checkpoints_stand_along_x_in_their_order(tmp_path: Path) -> None:
    steps = {
        "sycophant": ["none", "low", "medium"],
        "kind-friend": [str(100 * i) for i in range(9)],
    }
    tables = synthetic.write(tmp_path / "tables", checkpoints=steps, analysed=False)
    drawing = svg("phi", tables, tmp_path)
    assert {"none", "low", "medium"} <= texts(drawing)
    assert drawing.index(">none<") < drawing.index(">low<") < drawing.index(">medium<")


def test_the_comparison_shows_differences_weights_bad_k_and_what_was_published(
    tables: Path, tmp_path: Path
) -> None:
    shown = texts(svg("comparison", tables, tmp_path))
    assert {"best; weight 0.70", "−8 ± 14; 0.26, 2 k > .7", "−24 ± 10; 0.04"} <= shown
    assert {"not to be read", "Pareto k above .7", "published log Bayes factor"} <= shown


def test_empty_tables_give_panels_that_say_so(tmp_path: Path) -> None:
    tables = ("estimates", "diagnostics", "counts", "semantics", "predictive", "recovery")
    for table in (*tables, "comparison", *analysis_names()):
        pl.DataFrame().write_parquet(tmp_path / f"{table}.parquet")
    for name in figure_names():
        assert re.search("has no|asked no|No fit", svg(name, tmp_path, tmp_path))


def test_a_dollar_sign_in_a_name_is_a_dollar_sign(tmp_path: Path) -> None:
    tables = synthetic.write(tmp_path / "tables", rename={"sycophant": "a$b$<c>"}, analysed=False)
    assert "a$b$<c>" in texts(svg("phi", tables, tmp_path))


def test_an_unknown_figure_and_a_missing_table_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no figure 'fi'"):
        svg("fi", tmp_path, tmp_path)
    with pytest.raises(UserError, match=r"estimates\.parquet: the table is missing"):
        svg("phi", tmp_path, tmp_path)


def test_checkpoints_sort_as_people_count() -> None:
    names = ["high", "low", "checkpoint-100", "checkpoint-20", "none", "3"]
    order = sorted(names, key=natural)
    assert order == ["none", "low", "high", "3", "checkpoint-20", "checkpoint-100"]
    assert checkpoint_order(pl.DataFrame({"checkpoint": names})) == order


def test_answers_are_not_counted_twice_where_pooled_counts_stand_beside_framings(
    tables: Path,
) -> None:
    counts = pl.read_parquet(tables / "counts.parquet")
    apart = counts.filter((pl.col("framing") != "pooled") | (pl.col("model") == "human"))
    assert answers_used(counts)[0] == counts.filter(framing="pooled")["weight"].sum()
    assert answers_used(apart) == (
        apart["weight"].sum(),
        apart["n_invalid"].sum() // len(synthetic.UTTERANCES),
    )
    shares = pooled_counts(apart).group_by("model", "goal", "state").agg(pl.col("p").sum())
    assert shares["p"].to_list() == pytest.approx([1.0] * shares.height)


def test_of_too_many_rows_those_stay_that_are_large_beside_noise() -> None:
    labels = [f"m{i}" for i in range(60)]
    rows = pl.DataFrame({"label": labels, "mean": [0.1] * 60, "by_chance": [0.1] * 59 + [0.02]})
    rows = rows.with_columns(low="mean", high="mean")  # no posterior: no width
    kept, cut = forest.strongest(rows, most=1)
    assert kept["label"].to_list() == ["m59"] and "1 clearest of 60" in cut
    wide = rows.drop("by_chance").with_columns(low=pl.col("mean") - 0.2, high=pl.col("mean") + 0.2)
    sure = wide.with_columns(high=pl.when(pl.col("label") == "m7").then(0.11).otherwise("high"))
    assert forest.strongest(sure, most=1)[0]["label"].to_list() == ["m7"]


def test_a_model_has_one_colour_in_all_figures_and_in_the_explorer(
    tables: Path, report: Path, drawn: dict[str, str]
) -> None:
    source = Tables(tables, synthetic.GOALS, synthetic.UTTERANCES, BASELINE)
    colours = model_colours(source)
    assert len(set(colours.values())) == len(colours) == 4
    few, _ = colours_and_shapes(source, ["kind-friend"])  # of a figure that has not all models
    assert few == {"kind-friend": colours["kind-friend"]}
    asked = [model for model in colours if model not in BASELINE]
    family, _ = colours_and_shapes(source, ["simulated"], "family")
    assert family == {"simulated": colours[asked[0]]}
    found = re.search(r'id="explore-data">(.*?)</script>', report.read_text(), re.S)
    assert found
    explored = json.loads(found[1])["models"]
    assert {model["name"]: model["colour"] for model in explored} == colours
    for name in ("semantics", "weights", "phi"):
        assert all(colours[model].lower() in drawn[name] for model in asked), name


def test_what_must_not_be_read_does_not_stretch_the_axis_of_what_may() -> None:
    marks = [forest.NOT_FOUND, forest.SUSPECT, forest.SUSPECT]
    rows = pl.DataFrame({"mean": [0.2, 0.4, -20.0], "mark": marks, "by_chance": [0.1, 0.1, 25.0]})
    rows = rows.with_columns(low=pl.col("mean") - 0.1, high=pl.col("mean") + 0.1)
    kept, beyond = forest._within_reach(rows)
    assert kept["mean"].to_list() == pytest.approx([0.2, 0.4, -0.45])
    assert kept["low"].min() == pytest.approx(-0.45) and kept["by_chance"].to_list()[2] is None
    assert beyond["told"].to_list() == ["  ← -20.0"]
    near, none = forest._within_reach(rows.head(2))
    assert near.equals(rows.head(2)) and none.is_empty()
