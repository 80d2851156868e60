"""Recorded behaviour: good files are read whole, bad ones stop with one sentence."""

from pathlib import Path

import polars as pl
import pytest

from tactometer.reading import counts, recorded_counts
from tactometer.study import domain, recorded_csv
from tactometer.utils.errors import UserError

HEARTS = domain.load(Path("resources/human/hearts.yaml"))
PRODUCTION = Path("resources/human/yoon2020_production.csv")
SEMANTICS = Path("resources/human/yoon2020_semantics.csv")


def test_the_human_figures_are_read_whole() -> None:
    frames = recorded_counts.counts_by_goal(PRODUCTION, HEARTS, ("informative", "social", "both"))
    for frame in frames.values():  # 203 participants x 12 trials, a third of them for each goal
        assert frame.filter(framing=counts.POOLED)["weight"].sum() == 203 * 12 / 3
    informative = frames["informative"].filter(framing=counts.POOLED, state=0, utterance="terrible")
    assert informative["weight"].item() == 118
    assert informative["p"].item() == pytest.approx(118 / 203)
    theta = recorded_counts.semantics_of(SEMANTICS, HEARTS)
    assert theta.filter(utterance="not bad", state=1)["theta"].item() == pytest.approx(8 / 51)


def test_framings_are_kept_and_pooled(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "goal,framing,state,utterance,count\nx,first,0,bad,3\nx,third,0,bad,1.5\nx,third,1,good,2\n"
    )
    frame = recorded_counts.counts_by_goal(path, HEARTS, ("x",))["x"]
    weights = frame.filter(pl.col("weight") > 0).select("framing", "state", "utterance", "weight")
    assert set(weights.rows()) == {
        ("first", 0, "bad", 3.0),
        ("third", 0, "bad", 1.5),
        ("third", 1, "good", 2.0),
        ("pooled", 0, "bad", 4.5),
        ("pooled", 1, "good", 2.0),
    }


GOOD = "goal,state,utterance,count\nx,0,bad,3\n"
FAULTS = {
    "no column": (GOOD.replace("count", "counts"), "no column count"),
    "unknown state": (GOOD.replace(",0,", ",7,"), "line 2, column state: 7"),
    "state in words": (GOOD.replace(",0,", ",none,"), "line 2, column state"),
    "unknown utterance": (GOOD.replace("bad", "badd"), "column utterance: 'badd'.*perhaps bad"),
    "below zero": (GOOD.replace(",3", ",-3"), "line 2, column count: -3"),
    "no number": (GOOD.replace(",3", ",many"), "column count: 'many'"),
    "not finite": (GOOD.replace(",3", ",nan"), "column count: nan"),
    "cell twice": (GOOD + "x,0,bad,4\n", "line 3, column count: the same cell"),
    "short row": (GOOD + "x,0\n", "line 3"),
    "unknown framing": (
        "goal,framing,state,utterance,count\nx,frist,0,bad,3\n",
        "column framing: 'frist'.*perhaps first",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_mistake_is_one_sentence_with_file_and_place(fault: str, tmp_path: Path) -> None:
    text, message = FAULTS[fault]
    path = tmp_path / "p.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=message) as caught:
        recorded_csv.read_production(path, HEARTS, "study.yaml")
    sentence = str(caught.value)
    assert "p.csv" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_missing_file_names_the_key_of_the_study() -> None:
    place = "study.yaml, line 9, key models.human.production"
    with pytest.raises(UserError, match=r"models\.human\.production.*does not exist"):
        recorded_csv.goals(Path("nowhere.csv"), place)


def test_semantics_need_every_cell_and_no_more_yes_than_answers(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    rows = SEMANTICS.read_text().splitlines()
    path.write_text("\n".join(rows[:-1]) + "\n")
    with pytest.raises(UserError, match="no row for utterance 'not amazing' at state 3"):
        recorded_csv.read_semantics(path, HEARTS, "study.yaml")
    path.write_text("\n".join([*rows[:-1], "not amazing,3,50,49"]) + "\n")
    with pytest.raises(UserError, match="50 of 49"):
        recorded_csv.read_semantics(path, HEARTS, "study.yaml")
