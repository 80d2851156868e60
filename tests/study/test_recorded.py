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
    "no column": (GOOD.replace("count", "counts"), "no column count; perhaps counts is meant"),
    "a misspelt column": (GOOD.replace("utterance", "uterance"), "perhaps uterance is meant"),
    "a state with its unit": (GOOD.replace(",0,", ",heart0,"), "'heart0'.*perhaps 0 was meant"),
    "shares": (
        "goal,state,utterance,count\nx,0,bad,.25\nx,0,good,.75\nx,1,bad,.5\nx,1,good,.5\n",
        "column count: these are shares, which add up to 1 in each state: counts are needed",
    ),
    "percentages": (
        "goal,state,utterance,count\nx,0,bad,33.3\nx,0,good,66.7\nx,1,bad,50\nx,1,good,50\n",
        "these are percentages, which add up to 100.*a column n beside",
    ),
    "rounded percentages": (
        "goal,state,utterance,count\nx,0,bad,33\nx,0,good,66\nx,1,bad,50\nx,1,good,50\n",
        "these are percentages",
    ),
    "a column of shares": (GOOD.replace("count", "share"), "perhaps share is meant: rename it"),
    "counts beside another n": (
        "goal,state,utterance,count,n\nx,0,bad,3,9\nx,0,good,5,9\n",
        "column n: the counts of goal x, state 0 add up to 8, not 9",
    ),
    "a decimal comma": (
        GOOD.replace(",3", ",2,5"),
        "line 2: 4 columns are expected.*decimal point",
    ),
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


def of(path: Path, text: str) -> dict[tuple[str, int, str], float]:
    path.write_text(text, encoding="utf-8")
    rows = recorded_csv.read_production(path, HEARTS, "study.yaml")
    return {(row.goal, row.state, row.utterance): row.count for row in rows}


def test_a_row_for_each_choice_is_counted(tmp_path: Path) -> None:
    """The long form of every experiment's export, with what else stands in it."""
    head = "participant,goal,vignette,state,utterance,rt\n"
    rows = ["a,x,cake,0,bad,812", "b,x,poem,0,bad,1011", "a,x,poem,0,good,9", "a,y,cake,3,good,1"]
    assert of(tmp_path / "p.csv", head + "\n".join(rows) + "\n") == {
        ("x", 0, "bad"): 2,
        ("x", 0, "good"): 1,
        ("y", 3, "good"): 1,
    }
    assert recorded_csv.goals(tmp_path / "p.csv", "study.yaml") == ("x", "y")


def test_shares_and_percentages_beside_n_are_counts(tmp_path: Path) -> None:
    wanted = {("x", 0, "bad"): 3, ("x", 0, "good"): 9, ("x", 1, "bad"): 5, ("x", 1, "good"): 5}
    for scale in (1, 100):
        rows = [
            f"x,{state},{word},{round(scale * count / n, 4)},{n}"
            for (_, state, word), count in wanted.items()
            for n in [12 if state == 0 else 10]
        ]
        text = "goal,state,utterance,count,n\n" + "\n".join(rows) + "\n"
        assert of(tmp_path / "p.csv", text) == wanted


def test_counts_of_a_hundred_answers_or_of_one_are_no_shares(tmp_path: Path) -> None:
    head = "goal,state,utterance,count\n"
    for a, b in ((33, 67), (1, 0)):
        rows = f"x,0,bad,{a}\nx,0,good,{b}\nx,1,bad,{b}\nx,1,good,{a}\n"
        assert of(tmp_path / "p.csv", head + rows)["x", 0, "bad"] == a


def test_what_spreadsheets_write_is_read(tmp_path: Path) -> None:
    """Semicolons with decimal commas, tabs, a byte order mark, CRLF."""
    for mark, number in ((";", "2,5"), ("\t", "2.5"), (",", "2.5")):
        rows = [["goal", "state", "utterance", "count"], ["x", "0", "bad", number]]
        text = "\ufeff" + "\r\n".join(mark.join(row) for row in rows) + "\r\n"
        assert of(tmp_path / "p.csv", text) == {("x", 0, "bad"): 2.5}


def test_yes_and_no_are_counted_and_shares_of_n_are_counts(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    cells = [(u, s) for u in HEARTS.utterances for s in HEARTS.states]
    rows = [f"{u},{s},{answer}" for u, s in cells for answer in ("yes", "No", "1")]
    path.write_text("utterance,state,yes\n" + "\n".join(rows) + "\n")
    counted = recorded_csv.read_semantics(path, HEARTS, "study.yaml")
    assert {(cell.yes, cell.n) for cell in counted} == {(2.0, 3.0)}
    rows = [f"{u},{s},0.6667,3" for u, s in cells]
    path.write_text("utterance,state,yes,n\n" + "\n".join(rows) + "\n")
    counted = recorded_csv.read_semantics(path, HEARTS, "study.yaml")
    assert {(cell.yes, cell.n) for cell in counted} == {(2.0, 3.0)}
    path.write_text("utterance,state,yes\nbad,0,maybe\n")
    with pytest.raises(UserError, match="line 2, column yes: 'maybe' is neither yes nor no"):
        recorded_csv.read_semantics(path, HEARTS, "study.yaml")


def test_a_goal_that_is_nearly_the_studys_is_named_and_one_of_ones_own_is_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "p.csv"
    path.write_text("goal,state,utterance,count\nsocial,0,bad,3\nSocail,0,bad,1\nhonest,0,bad,2\n")
    known = ["both", "default", "informative", "social"]
    with pytest.raises(UserError, match=r"line 3, column goal: 'Socail'.*perhaps social was meant"):
        recorded_csv.check_goals(path, known, "study.yaml")
    path.write_text(path.read_text().replace("Socail", "kind"))
    recorded_csv.check_goals(path, known, "study.yaml")


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
