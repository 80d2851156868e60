"""Exports of experiments become the two CSV files of a recorded model."""

import csv
import json
from pathlib import Path

import pytest

from tactometer.cli.parser import main
from tactometer.reading.exports import spoken
from tactometer.study import domain, recorded_csv

HUMAN = Path("resources/human").resolve()
HEARTS = HUMAN / "hearts.yaml"


def write(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def imported(
    capsys: pytest.CaptureFixture[str], *words: object, status: int = 0
) -> tuple[str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["import", *map(str, words)])
    said = capsys.readouterr()
    assert (ended.value.code or 0) == status, said
    assert "Traceback" not in said.err
    return said.out, said.err


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_public_form_of_yoon_and_others_gives_the_human_figures(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows as in speaker_production.csv and literal_semantics.csv, one for each counted choice."""
    words = domain.load(HEARTS)
    production = recorded_csv.read_production(HUMAN / "yoon2020_production.csv", words, "")
    rows: list[list[object]] = [
        ["subid", "trial", "item", "goal", "true_state", "positivity", "utterance"]
    ]
    for cell in production:
        negated = "neg" if cell.utterance.startswith("not ") else "no_neg"
        bare = cell.utterance.removeprefix("not ")
        row = ["a.json", 1, "cake", cell.goal, f"heart{cell.state}", negated, bare]
        rows += [row] * int(cell.count)
    write(here / "speaker_production.csv", rows)
    semantics = recorded_csv.read_semantics(HUMAN / "yoon2020_semantics.csv", words, "")
    rows = [["subid", "trial", "item", "state", "positivity", "utterance", "judgment"]]
    for answer in semantics:
        says = "it wasn't ___" if answer.utterance.startswith("not ") else "it was ___"
        bare = answer.utterance.removeprefix("not ")
        for number in range(int(answer.n)):
            rows.append(["b", 4, "poem", answer.state, says, bare, int(number < answer.yes)])
    write(here / "literal_semantics.csv", rows)
    files = ["speaker_production.csv", "literal_semantics.csv"]
    out, _ = imported(capsys, *files, "--domain", HEARTS, "--out", "data/yoon")
    assert "2,436 choices, goals" in out and "    production: data/yoon_production.csv" in out
    again = recorded_csv.read_production(Path("data/yoon_production.csv"), words, "")
    assert {c for c in again if c.count} == {c for c in production if c.count}
    assert recorded_csv.read_semantics(Path("data/yoon_semantics.csv"), words, "") == semantics


def test_yes_no_answers_a_row_each_are_read_by_the_columns_that_a_study_takes(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[list[object]] = [["utterance", "state", "yes"]]
    rows += [["bad", 0, "yes"], ["bad", 0, "no"], ["not good", 3, 0], ["not good", 3, 1]]
    write(here / "truth.csv", rows)
    imported(capsys, "truth.csv", "--domain", HEARTS, "--out", "data/mine")
    words = domain.load(HEARTS)
    found = recorded_csv.read_semantics(Path("data/mine_semantics.csv"), words, "")
    asked = {(a.utterance, a.state): (a.yes, a.n) for a in found if a.n}
    assert asked == {("bad", 0): (1, 2), ("not good", 3): (1, 2)}


MAP = """\
production:
  rows: {task: choice, Status: [APPROVED]}
  goal: condition
  state: stars
  utterance: response.Q0
semantics:
  rows: {task: truth}
  state: stars
  utterance: word
  answer: response
values:
  goal: {kind: social}
"""


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_an_export_of_jspsych_is_counted_by_a_mapping(
    kind: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"Q0": "It wasn't terrible."}
    common = {"trial_type": "survey-multi-choice", "Status": "APPROVED", "word": ""}
    rows = [
        {**common, "task": "welcome", "condition": "", "stars": "", "response": None},
        {**common, "task": "choice", "condition": "kind", "stars": "2 stars", "response": said},
        {**common, "task": "choice", "condition": "kind", "stars": "2 stars", "response": said},
        {**common, "task": "choice", "condition": "kind", "stars": "2 stars", "response": said,
         "Status": "RETURNED"},
        {**common, "task": "choice", "condition": "both", "stars": 5, "response": {"Q0": "Good"}},
        {**common, "task": "truth", "condition": "", "stars": 1, "word": "bad", "response": True},
        {**common, "task": "truth", "condition": "", "stars": 1, "word": "bad", "response": False},
    ]  # fmt: skip
    if kind == "json":
        (here / "export.json").write_text(json.dumps(rows))
    else:
        texts = [[json.dumps(v) if isinstance(v, dict) else v for v in r.values()] for r in rows]
        write(here / "export.csv", [list(rows[0]), *texts])
    (here / "map.yaml").write_text(MAP)
    out, _ = imported(capsys, f"export.{kind}", "--map", "map.yaml")
    assert "3 choices, goals social, both" in out and "2 yes/no answers" in out
    lines = Path("data/people_production.csv").read_text().splitlines()
    assert {line for line in lines[1:] if not line.endswith(",0")} == {
        "social,2,not terrible,2",
        "both,5,good,1",
    }
    assert "bad,1,1,2" in Path("data/people_semantics.csv").read_text().splitlines()


def test_an_export_of_qualtrics_has_a_column_for_each_choice_and_three_heads(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["Status", "PROLIFIC_PID", "social_1", "social_5", "both_1"]
    write(
        here / "qualtrics.csv",
        [
            names,
            ["Response Type", "Id", "What would you say?", "What would you say?", "..."],
            [json.dumps({"ImportId": name}) for name in names],
            ["IP Address", "p1", "It was good", "It was amazing", "it was not bad"],
            ["IP Address", "p2", "It was good", "", "it was bad"],
            ["Survey Preview", "p3", "It was bad", "It was bad", "it was bad"],
        ],
    )
    (here / "map.yaml").write_text(
        'production: {rows: {Status: IP Address}, wide: "{goal}_{state}"}\n'
    )
    out, _ = imported(capsys, "qualtrics.csv", "--map", "map.yaml", "--out", "p")
    assert "5 choices" in out and "1 empty answers were left out" in out
    assert "A study needs yes/no answers too" in out
    lines = Path("p_production.csv").read_text().splitlines()
    assert {line for line in lines[1:] if not line.endswith(",0")} == {
        "social,1,good,2",
        "social,5,amazing,1",
        "both,1,not bad,1",
        "both,1,bad,1",
    }


def test_choices_and_answers_in_columns_of_one_export_are_told_apart(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        here / "qualtrics.csv",
        [
            ["Finished", "kind_1", "both_5", "truth_not bad_1", "truth_good_5"],
            ["True", "It was good", "It was amazing", "No", "Yes"],
            ["False", "It was bad", "It was bad", "Yes", "Yes"],
        ],
    )
    (here / "map.yaml").write_text(
        'production: {rows: {Finished: true}, wide: "{goal}_{state}"}\n'
        'semantics: {rows: {Finished: true}, wide: "truth_{utterance}_{state}"}\n'
        "values: {goal: {kind: social}}\n"
    )
    out, _ = imported(capsys, "qualtrics.csv", "--map", "map.yaml")
    assert "2 choices, goals social, both" in out and "2 yes/no answers" in out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("goal,state,utterance,count\nsocial,1,good,7\n", "has a column count, so its rows are ad"),
        ("goal,state,utterance,share\nsocial,1,good,.7\n", "has a column share, so its rows are"),
        (
            "goal,state,utterance\nkind,1,good\n",
            "row 2, column goal: .*'kind' is none of default.*values: {goal:",
        ),
        (
            "goal,state,utterance\nsocial,0,good\n",
            "row 2, column state: the state '0' is none of 1, 2.*--domain",
        ),
        ("goal,state,utterance\nsocial,1,god\n", "row 2, column utterance: 'god'.*perhaps good"),
        ("a,b\n1,2\n", "has the columns a, b: say which is which in a mapping, --map"),
        ("goal,state,utterance\n", "has no rows|has the columns"),
    ],
)
def test_what_is_not_known_names_the_row_and_the_remedy(
    text: str, told: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import re

    (here / "e.csv").write_text(text)
    _, said = imported(capsys, "e.csv", status=1)
    assert re.search(told, said) and said.count("\n") == 1, said
    assert not (here / "data").exists()


def test_a_misspelt_mapping_names_the_key_and_a_misspelt_column_the_nearest(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "e.csv").write_text("goal,hearts,said\nsocial,1,good\n")
    for text, told in (
        ("production: {gaol: goal}\n", "map.yaml, line 1, key production.gaol"),
        ("production: {goal: goal, state: heart, utterance: said}\n", "perhaps hearts was meant"),
        ("production: {goal: goal}\n", "the mapping names no column of state"),
    ):
        (here / "map.yaml").write_text(text)
        _, said = imported(capsys, "e.csv", "--map", "map.yaml", status=1)
        assert told in said and said.count("\n") == 1


def test_the_example_of_a_mapping_is_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = imported(capsys, "--example")
    (here / "map.yaml").write_text(out)
    (here / "e.csv").write_text(
        "task,Status,condition,stars,response,word\n"
        "choice,Complete,kind,3 stars,0,\ntruth,Complete,,none,no,bad\n"
    )
    out, _ = imported(capsys, "e.csv", "--map", "map.yaml", "--domain", HEARTS)
    assert "1 choices, goals social" in out and "1 yes/no answers" in out


@pytest.mark.parametrize(
    ("text", "utterance"),
    [
        ("It wasn't terrible.", "not terrible"), ("it was amazing!", "amazing"),
        ("it wasn't ___ bad", "not bad"), ("it was ___ good", "good"), ("neg good", "not good"),
        ("no_neg bad", "bad"), ("not_amazing", "not amazing"), ("yes_good", "good"),
        ("Your cake wasn’t bad", "not bad"), ("Good", "good"),
    ],
)  # fmt: skip
def test_what_was_said_is_heard(text: str, utterance: str) -> None:
    assert spoken(text) == utterance
