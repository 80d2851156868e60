"""Prompts in several wordings: each says the same, in other words, and none is sent unasked."""

import difflib
import json
import re
import shutil
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tactometer.elicitation import requests
from tactometer.recipes import recipes
from tactometer.study import domain, study
from tactometer.study.domain import SEMANTICS, Domain
from tactometer.study.wordings import WORDING, in_wording, levels_of, worded
from tactometer.utils.errors import UserError

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
TASKS = {name: domain.load(RESOURCES / name) for name in ("polite_speech", "polite_speech_matched")}
SPEAKER = {"alpha": 4.0, "phi": 0.5, "omega": {"inf": 0.4, "soc": 0.2, "pre": 0.4}}


def build(world: Domain, prompt_set: str = "social", **changes: Any) -> pl.DataFrame:
    given: dict[str, Any] = {
        "framings": ["third", "first", "second"], "name_pairs": 1, "semantics_name_pairs": 4,
        "seed": 1, "wire": {}, "estimator": {"kind": "samples", "k": 1},
    }  # fmt: skip
    return requests.build(world, prompt_set, **(given | changes))


def study_file(folder: Path, of: Path = RESOURCES / "polite_speech", **sample: Any) -> Path:
    path = folder / "worded.yaml"
    models = {"m": {"provider": "simulated", "checkpoints": {"0": SPEAKER}}}
    told = {"study": "worded", "domain": str(of), "sample": sample, "models": models}
    path.write_text(yaml.safe_dump({**told, "goals": ["social"], "framings": ["third"]}))
    return path


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("kind", ["samples", "utterance_logprob"])
def test_the_first_wording_is_the_plain_one_and_every_other_is_asked_besides(
    task: str, kind: str
) -> None:
    """No key of an answer changes: what the plain prompts asked is not asked again."""
    plain, five = TASKS[task], worded(TASKS[task], 5)
    estimator = {"kind": kind, "k": 1}
    for goal in plain.goals:
        before, frame = (build(world, goal, estimator=estimator) for world in (plain, five))
        assert WORDING not in before.columns
        assert frame.filter(wording="1")["request"].to_list() == before["request"].to_list()
        assert frame.height == frame["request"].n_unique() == 5 * before.height
    words = build(five, SEMANTICS, estimator=estimator)
    before = build(plain, SEMANTICS, estimator=estimator)
    assert words.height == before.height == words["request"].n_unique()
    assert set(words.filter(wording="1")["request"]) < set(before["request"])
    cells = words.group_by("utterance", "state").agg(pl.col("wording").value_counts())
    for counts in cells["wording"].to_list():
        assert sorted(one["count"] for one in counts) in ([10, 10, 10, 11, 11],)


@pytest.mark.parametrize("task", TASKS)
def test_every_wording_tells_the_same_facts_and_the_same_state(task: str) -> None:
    five = worded(TASKS[task], 5)
    kept = Counter[str]()
    for row in build(five, "both").iter_rows(named=True):
        said = row["messages"][-1]["content"]
        vignette = next(v for v in five.vignettes if v.id == row["vignette"])
        facts = [row["speaker"], row["listener"], vignette.made, vignette.took, vignette.thing]
        facts += [
            f'"{vignette.asked}"',
            f"{row['state']} out of {five.state_text(five.states[-1])}",
        ]
        facts += [vignette.expert] if task == "polite_speech_matched" else ["friend"]
        missing = [fact for fact in facts if fact not in said]
        assert not missing, (row["wording"], row["framing"], missing)
        assert re.search(r'"It was (\.\.\.|____)', said)
        kept[row["wording"]] += 1
    assert len(set(kept.values())) == 1 and len(kept) == 5


@pytest.mark.parametrize("task", TASKS)
def test_no_wording_is_another_with_some_words_swapped(task: str) -> None:
    """The longest runs of the same words make up little of any two scenes."""
    five = worded(TASKS[task], 5)
    each = [in_wording(five, level).need_prompts() for level in levels_of(five)]
    for one, other in combinations(each, 2):
        assert one.instruction != other.instruction
        for name in one.framings:
            x, y = (prompts.framings[name].scene.split() for prompts in (one, other))
            assert difflib.SequenceMatcher(None, x, y, autojunk=False).ratio() < 0.75, (name, x, y)
            assert one.framings[name].question != other.framings[name].question
        for goal, text in one.goals.items():
            assert text is None or text != other.goals[goal]


def test_a_study_asks_in_one_wording_unless_it_says_otherwise(tmp_path: Path) -> None:
    plain = study.load([study_file(tmp_path)])
    assert plain.factors == {} and plain.domain.texts("social") == TASKS["polite_speech"].texts(
        "social"
    )
    five = study.load([study_file(tmp_path, wordings=5)])
    assert five.factors == {WORDING: ("1", "2", "3", "4", "5")}
    drawn = study.load([study_file(tmp_path, wordings=3, factors="drawn", name_pairs=3)])
    frame = requests.of(drawn, drawn.models["m"], "social")
    assert frame.height == 13 * 3 * 5
    assert max(frame["wording"].value_counts()["count"]) <= 66


def test_a_wording_makes_its_prompt_sets_stale_where_it_is_asked_and_comes_back_whole() -> None:
    plain = TASKS["polite_speech"]
    five, two = worded(plain, 5), worded(plain, 2)
    for prompt_set in ("social", SEMANTICS):
        assert len({json.dumps(x.texts(prompt_set)) for x in (plain, two, five)}) == 3
    for world in (plain, two, five):
        assert domain.of_content(json.loads(json.dumps(world.content()))) == world


def change(folder: Path, how: Any) -> Path:
    own = Path(shutil.copytree(RESOURCES / "polite_speech", folder / "polite"))
    path = own / "prompts.yaml"
    prompts = yaml.safe_load(path.read_text())
    how(prompts["wordings"])
    path.write_text(yaml.safe_dump(prompts, sort_keys=False))
    return own


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (lambda w: w[0]["goals"].pop("both"), "no text for both"),
        (lambda w: w[2]["goals"].update(default="Be brief."), "must be null where"),
        (lambda w: w[0].pop("by_utterance"), "it is missing, and the plain"),
        (lambda w: w[0]["framings"]["third"].update(scene="{who} asks, {number}"), "{who}"),
        (lambda w: w[0]["framings"]["third"].update(scene="Hm."), "the opinion is never told"),
        (lambda w: w[3]["semantics"].update(question="Is it?"), "{utterance} must be in"),
    ],
)
def test_a_wording_that_lacks_something_is_a_sentence_with_file_and_key(
    tmp_path: Path, how: Any, told: str
) -> None:
    with pytest.raises(UserError, match=re.escape(told)) as caught:
        worded(domain.load(change(tmp_path, how)), 5)
    assert ".yaml" in str(caught.value) and "wordings" in str(caught.value)


def test_a_copy_with_a_goal_more_is_asked_in_the_plain_wording_as_ever(tmp_path: Path) -> None:
    own = change(tmp_path, lambda w: w[0]["goals"].pop("both"))
    assert worded(domain.load(own), 1).wordings == ()


def test_what_cannot_be_asked_in_so_many_wordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="have 5 wordings, the study asks in 6"):
        study.load([study_file(tmp_path, wordings=6)])
    own = change(tmp_path, lambda w: None)
    with (own / "domain.yaml").open("a") as file:
        file.write("factors: {mood: [calm, cross]}\n")
    prompts = yaml.safe_load((own / "prompts.yaml").read_text())
    del prompts["base"]
    for scene in prompts["framings"].values():
        scene["scene"] += " It is a {mood} day."
    (own / "prompts.yaml").write_text(yaml.safe_dump(prompts))
    with pytest.raises(UserError, match=r"all levels of mood are one prompt; write \{mood\}"):
        worded(domain.load(own), 2)
    base = yaml.safe_load(study_file(tmp_path, wordings=2).read_text())
    base["models"]["m"] = {
        "provider": "transformers", "source": "x/y", "prompt": {"chat": False},
        "checkpoints": {"0": {}}, "estimator": {"kind": "utterance_logprob"},
    }  # fmt: skip
    (tmp_path / "base.yaml").write_text(yaml.safe_dump(base))
    with pytest.raises(UserError, match="base models are asked in one wording"):
        study.load([tmp_path / "base.yaml"])


def test_only_a_study_that_varies_its_scenes_fits_levels_and_its_other_fits_are_the_same(
    tmp_path: Path,
) -> None:
    plain, five = (
        recipes.wanted(study.load([study_file(tmp_path, wordings=count)])) for count in (1, 5)
    )
    assert set(five) - set(plain) == {"fit_levels/m"}
    assert five["fit_levels/m"]["factors"] == {WORDING: ["1", "2", "3", "4", "5"]}
    changed = {name for name in plain if plain[name] != five[name]}
    asked = {"requests/m/social", "requests/m/semantics", "write_report"}
    assert {name for name in changed if not name.startswith("analyse/")} == asked
    assert "factors" not in plain["analyse/shifts"] and plain["fit/m"] == five["fit/m"]
