"""A model that is asked to read back what it was told: few prompts, asked as all others are."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

import stub
from asking import Job, inside, job, model, tables
from seeds import seed
from tactometer.analyses.checks import read_back
from tactometer.elicitation.requests import build
from tactometer.planning import prompts_shown
from tactometer.recipes import recipes
from tactometer.report import speakers_found
from tactometer.study import domain, study
from tactometer.study.comprehension import GOAL, OPINION, READ_BACK
from tactometer.tables.read_back_counts import count
from tactometer.utils.errors import UserError

POLITE = Path(__file__).resolve().parents[2] / "resources" / "polite_speech"
DOMAIN = domain.load(POLITE)
ON = {"analyses": {"checks": {"comprehension": True}}}
SPEAKER = {"alpha": 4.0, "phi": 0.3, "omega": {"inf": 0.3, "soc": 0.3, "pre": 0.4}}


def built(prompt_set: str, goals: Any = DOMAIN.goals, framings: Any = DOMAIN.framings) -> Any:
    return build(
        DOMAIN, prompt_set, framings=framings, name_pairs=10, semantics_name_pairs=4, seed=seed(1),
        wire={}, estimator={"kind": "samples", "k": 1}, goals=goals,
    )  # fmt: skip


def simulated(folder: Path, misreads: float, **changes: Any) -> Job:
    speaker = {**SPEAKER, "misreads": misreads} if misreads else SPEAKER
    return job(folder, {"provider": "simulated", "checkpoints": {"0": speaker}}, **changes)


def checked(asked: Job) -> pl.DataFrame:
    """The rows of tables/checks that the answers of a job give."""
    choices = tables(asked)
    parts = [
        count(choices.filter(prompt_set=name)).with_columns(
            model=pl.lit("m"), checkpoint=pl.lit("0"), prompt_set=pl.lit(name)
        )
        for name in READ_BACK
    ]
    return read_back.checks(pl.concat(parts))


@pytest.mark.parametrize("framings", [DOMAIN.framings, ("third",)])
def test_the_opinion_is_asked_of_every_state_without_a_goal(framings: tuple[str, ...]) -> None:
    frame = built(OPINION, framings=framings)
    assert frame.height == frame["request"].n_unique() == 30
    assert set(Counter(frame["state"]).values()) == {6}
    assert set(frame["framing"]) == set(framings) and frame["goal"].null_count() == 30
    for row in frame.iter_rows(named=True):
        (said,) = row["messages"]
        assert said["role"] == "user" and row["utterance"] == DOMAIN.state_text(row["state"])
        assert f"{row['state']} out of 5 stars" in said["content"]
        assert sorted(row["options"]) == sorted(map(DOMAIN.state_text, DOMAIN.states))


def test_each_goal_that_asks_for_something_is_asked_back_behind_its_own_words() -> None:
    frame = built(GOAL)
    assert set(frame["goal"]) == {"informative", "social", "both"} and frame.height == 36
    assert frame["request"].n_unique() == 36
    prompts = DOMAIN.need_prompts()
    assert prompts.comprehension is not None
    for row in frame.iter_rows(named=True):
        system, _ = row["messages"]
        assert system == {"role": "system", "content": prompts.goals[row["goal"]]}
        assert row["utterance"] == prompts.comprehension.goals[row["goal"]]
        assert row["utterance"] in row["options"] and len(row["options"]) == 4


@pytest.mark.parametrize("prompt_set", READ_BACK)
def test_what_is_right_stands_in_every_place(prompt_set: str) -> None:
    for own in range(5):
        frame = build(
            DOMAIN, prompt_set, framings=DOMAIN.framings, name_pairs=1, semantics_name_pairs=1,
            seed=seed(own), wire={}, estimator={"kind": "samples", "k": 1}, goals=DOMAIN.goals,
        )  # fmt: skip
        rows = frame.iter_rows(named=True)
        places = Counter(row["options"].index(row["utterance"]) for row in rows)
        count = len(frame["options"][0])
        assert len(places) == count and max(places.values()) < 0.5 * frame.height, places


def test_a_study_that_does_not_ask_for_it_has_the_same_recipes(tmp_path: Path) -> None:
    plain, on = (simulated(tmp_path / str(i), 0.0, **more).sweep for i, more in enumerate(({}, ON)))
    before, after = recipes.wanted(plain), recipes.wanted(on)
    new = {f"requests/m/{name}" for name in READ_BACK}
    assert set(after) - set(before) == new and not set(before) - set(after)
    changed = {name for name in before if before[name] != after[name]}
    assert {name.split("/")[0] for name in changed} == {"analyse"}
    assert "comprehension" not in str(before["analyse/checks"]["settings"])


def test_a_speaker_reads_back_what_it_was_told_and_one_that_misreads_is_flagged(
    tmp_path: Path,
) -> None:
    for misreads, flagged in ((0.0, False), (0.6, True)):
        asked = simulated(tmp_path / str(misreads), misreads, **ON)
        assert inside(asked).returncode == 0
        found = checked(asked)
        assert found["check"].to_list() == [OPINION, GOAL] and found["n"].to_list() == [30, 30]
        assert found["flagged"].to_list() == [flagged] * 2
        told = speakers_found.of_readers(found)
        assert len(told) == flagged
        if flagged:
            assert "no speaker to be read" in told[0] and "of 30 prompts" in told[0]


@pytest.mark.parametrize("kind", ["samples", "label_logprob"])
def test_a_server_is_asked_in_the_same_journal_and_one_that_does_not_read_is_flagged(
    tmp_path: Path, kind: str
) -> None:
    with stub.running(tmp_path / "log") as base:
        estimator = {"kind": kind, **({"k": 1} if kind == "samples" else {})}
        asked = job(tmp_path / "run", model(base, estimator=estimator), rows=60, **ON)
        done = inside(asked)
        assert done.returncode == 0, done.stderr
    assert len(asked.lines()) == 60 * 3 + 30 * 2
    choices = tables(asked).filter(pl.col("prompt_set").is_in(list(READ_BACK)))
    assert choices["choice"].null_count() == 0
    if kind == "label_logprob":
        for row in choices.iter_rows(named=True):
            at = sorted(row["options"]).index(row["choice"])
            assert row["probs"][at] == max(row["probs"]) and abs(sum(row["probs"]) - 1) < 1e-9
    found = checked(asked)
    assert found["flagged"].all() and (found["high"] < 0.75).all()


def test_answers_that_cannot_be_read_are_not_right_and_are_told() -> None:
    row = {"goal": None, "framing": "third", "utterance": "2 stars", "method": "letter"}
    choices = pl.DataFrame(
        [
            {**row, "request": "a", "choice": "2 stars"},
            {**row, "request": "a", "choice": "3 stars"},
            {**row, "request": "b", "choice": None, "method": "invalid"},
            {**row, "request": "b", "choice": "2 stars"},
        ],
        schema_overrides={"goal": pl.String},
    )
    (found,) = count(choices).to_dicts()
    assert (found["prompts"], found["right"], found["answers"], found["invalid"]) == (2, 1.0, 4, 1)


def test_a_plan_shows_its_prompts(tmp_path: Path) -> None:
    sweep = simulated(tmp_path, 0.0, **ON).sweep
    names = [kind.name for kind in prompts_shown.kinds(sweep, sweep.models["m"])]
    assert names[-2:] == ["opinion read back, framing third",
                          "goal read back, goal social, framing third"]  # fmt: skip


@pytest.mark.parametrize("missing", ["comprehension:", "    social: at being kind alone\n"])
def test_a_domain_without_the_questions_is_a_sentence(missing: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(POLITE, tmp_path / "polite"))
    text = (folder / "prompts.yaml").read_text()
    kept = text[: text.index(missing)] if missing.endswith(":") else text.replace(missing, "")
    (folder / "prompts.yaml").write_text(kept)
    assert simulated(tmp_path / "off", 0.0, domain=str(folder)).sweep  # nobody needs them there
    goals = ["default", "social"] if missing.startswith(" ") else ["default"]
    folder_on = tmp_path / "on"
    folder_on.mkdir()
    data = {"study": "s", "domain": str(folder), "goals": goals, **ON}
    data["models"] = {"m": {"provider": "simulated", "checkpoints": {"0": SPEAKER}}}
    (folder_on / "study.yaml").write_text(yaml.safe_dump(data))
    with pytest.raises(UserError, match=r"domain\.yaml, key prompts: .*comprehension") as caught:
        study.load([folder_on / "study.yaml"])
    assert "\n" not in str(caught.value)


def test_a_study_with_the_default_goal_alone_asks_for_the_opinion_alone(tmp_path: Path) -> None:
    sweep = simulated(tmp_path, 0.0, goals=["default"], **ON).sweep
    assert sweep.models["m"].prompt_sets == ("default", "semantics", OPINION)
    assert study.read(tmp_path / "study.json").models["m"].prompt_sets[-1] == OPINION
