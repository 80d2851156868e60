"""Requests are balanced, stable under growth, and identified by what goes over the wire."""

import json
import random
import shutil
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from seeds import seed
from tactometer.elicitation import requests
from tactometer.study import domain
from tactometer.utils.errors import UserError

POLITE = Path(__file__).resolve().parents[2] / "resources" / "polite_speech"
DOMAIN = domain.load(POLITE)
FRAMINGS = ["third", "first", "second"]
SAMPLES = {"kind": "samples", "k": 1}


def build(
    prompt_set: str = "social", world: domain.Domain = DOMAIN, **changes: Any
) -> pl.DataFrame:
    given: dict[str, Any] = {
        "framings": FRAMINGS, "name_pairs": 3, "semantics_name_pairs": 2, "seed": seed(1),
        "wire": {"temperature": 1.0}, "estimator": SAMPLES,
    }  # fmt: skip
    return requests.build(world, prompt_set, **(given | changes))


def edited(tmp_path: Path, file: str, old: str, new: str) -> domain.Domain:
    folder = Path(shutil.copytree(POLITE, tmp_path / "polite"))
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return domain.load(folder)


def spread(frame: pl.DataFrame, *by: str) -> int:
    """Max - min over option x position (x by) of how often an option stands in a position."""
    counts = Counter(
        (*(row[name] for name in by), option, position)
        for row in frame.iter_rows(named=True)
        for position, option in enumerate(row["options"])
    )
    groups = frame.select(by).n_unique() if by else 1
    cells = groups * len(frame["options"][0]) ** 2
    least = min(counts.values()) if len(counts) == cells else 0
    return max(counts.values()) - least


def test_the_full_size_is_the_papers() -> None:
    production = build(name_pairs=10)
    semantics = build("semantics", semantics_name_pairs=4)
    assert production.height == production["request"].n_unique() == 13 * 10 * 5 * 3
    assert semantics.height == semantics["request"].n_unique() == 13 * 4 * 5 * 8
    assert list(production.columns) == list(semantics.columns) == list(requests.SCHEMA)
    assert production["utterance"].null_count() == production.height
    assert semantics["goal"].null_count() == semantics["framing"].null_count() == semantics.height
    assert set(production.select("goal", "prompt_set").unique().rows()) == {("social", "social")}


def test_every_vignette_has_as_many_pairs_as_the_domain_promises() -> None:
    most = DOMAIN.most_pairs
    assert build("semantics", semantics_name_pairs=most).height == 13 * most * 5 * 8
    with pytest.raises(UserError, match="name_pairs"):
        build("semantics", semantics_name_pairs=most + 1)


@pytest.mark.parametrize("name_pairs", range(1, 12))
@pytest.mark.parametrize("vignettes", [1, 5, 13])
def test_each_option_stands_in_each_position_equally_often(name_pairs: int, vignettes: int) -> None:
    world = replace(DOMAIN, vignettes=DOMAIN.vignettes[:vignettes])
    assert spread(build(world=world, name_pairs=name_pairs)) <= 1
    assert spread(build("semantics", world, semantics_name_pairs=name_pairs)) <= 1


@pytest.mark.parametrize("own", [1, 2, 77])
def test_positions_are_nearly_balanced_within_states_framings_and_utterances(own: int) -> None:
    frame = build(name_pairs=10, seed=seed(own))
    mean = frame.height / 8
    assert spread(frame, "framing") <= 0.05 * mean
    assert spread(frame, "state") <= 0.15 * mean / 5 + 1
    semantics = build("semantics", semantics_name_pairs=4, seed=seed(own))
    assert spread(semantics, "utterance", "state") <= 0.2 * semantics.height / 40 / 2 + 1


@pytest.mark.parametrize("framings", [["third"], ["first"], ["second"], ["first", "second"]])
def test_some_framings_alone_stay_nearly_balanced(framings: list[str]) -> None:
    assert all(spread(build(framings=framings, name_pairs=n)) <= 3 for n in range(1, 12))


def test_an_odd_number_of_options_is_nearly_balanced() -> None:
    world = replace(DOMAIN, utterances=DOMAIN.utterances[:5])
    frame = build(world=world, name_pairs=10)
    assert spread(frame) <= 0.05 * frame.height / 5


def test_a_state_meets_many_orders_where_states_and_options_share_a_factor() -> None:
    world = replace(DOMAIN, states=(0, 1, 2, 3))
    frame = build(world=world, name_pairs=8)
    assert spread(frame) <= 1
    assert spread(frame, "state") <= 0.2 * frame.height / 32


@pytest.mark.parametrize("count", [1, 4, 10, 20])
def test_names_are_balanced_and_nobody_asks_themselves(count: int) -> None:
    per_vignette = [requests.pairs(DOMAIN.names, v, count, seed=seed(5)) for v in range(13)]
    for role in (0, 1):
        used = Counter(pair[role] for pairs in per_vignette for pair in pairs)
        counts = [used[name] for name in DOMAIN.names]
        assert max(counts) - min(counts) <= 1
    assert all(speaker != listener for pairs in per_vignette for speaker, listener in pairs)
    assert all(len(set(pairs)) == count for pairs in per_vignette)


def keys(frame: pl.DataFrame) -> set[str]:
    return set(frame["request"])


@pytest.mark.parametrize("prompt_set", ["social", "semantics"])
def test_more_name_pairs_only_add_requests(prompt_set: str) -> None:
    sizes = [
        keys(build(prompt_set, name_pairs=n, semantics_name_pairs=n)) for n in (1, 2, 5, 6, 10)
    ]
    assert all(small < large for small, large in pairwise(sizes))


def test_another_framing_and_a_vignette_at_the_end_only_add_requests() -> None:
    assert keys(build(framings=["first"])) < keys(build(framings=["third", "first"]))
    shorter = replace(DOMAIN, vignettes=DOMAIN.vignettes[:-1])
    for prompt_set in ("social", "semantics"):
        assert keys(build(prompt_set, shorter)) < keys(build(prompt_set))


def test_an_edited_vignette_changes_its_own_requests_alone(tmp_path: Path) -> None:
    world = edited(tmp_path, "vignettes.yaml", "made: wrote a poem", "made: wrote one poem")
    for prompt_set in ("social", "semantics"):
        before, after = build(prompt_set), build(prompt_set, world)
        gone = before.filter(~pl.col("request").is_in(list(keys(after))))
        assert set(gone["vignette"]) == {"poem"}
        assert gone.height == before.filter(pl.col("vignette") == "poem").height


def test_an_edited_goal_changes_its_own_set_alone(tmp_path: Path) -> None:
    world = edited(tmp_path, "prompts.yaml", "should be kind.", "should be warm.")
    assert keys(build("social")).isdisjoint(keys(build("social", world)))
    for prompt_set in ("default", "informative", "both", "semantics"):
        assert build(prompt_set).equals(build(prompt_set, world))


def test_goals_differ_in_the_system_prompt_alone() -> None:
    social, default = build("social"), build("default")
    same = ["vignette", "speaker", "listener", "framing", "state", "options"]
    assert social.select(same).equals(default.select(same))
    for told, bare in zip(social["messages"], default["messages"], strict=True):
        assert told[0]["role"] == "system" and [*told][1:] == [*bare]


def test_the_seed_alone_makes_orders_and_names() -> None:
    assert build(seed=seed(3)).equals(build(seed=seed(3)))
    assert keys(build(seed=seed(3))) != keys(build(seed=seed(4)))
    random.seed(0)
    first = build()
    random.seed(1)
    assert first.equals(build())


def test_a_request_is_the_digest_of_everything_that_goes_over_the_wire() -> None:
    base = keys(build())
    assert base == keys(build(wire={"temperature": 1.0}, estimator={"k": 1, "kind": "samples"}))
    assert base.isdisjoint(keys(build(wire={"temperature": 0.5})))
    assert base.isdisjoint(keys(build(estimator={"kind": "samples", "k": 2})))
    assert base.isdisjoint(keys(build("both")))
    assert all(len(key) == 32 and int(key, 16) >= 0 for key in base)


def test_wire_is_canonical_json_and_refuses_what_is_none() -> None:
    frame = build(wire={"b": 1, "a": {"d": "é", "c": None}})
    assert frame["wire"].unique().to_list() == ['{"a":{"c":null,"d":"é"},"b":1}']
    assert json.loads(frame["wire"][0]) == {"a": {"c": None, "d": "é"}, "b": 1}
    for bad in (float("nan"), {1, 2}, Path("x")):
        with pytest.raises((TypeError, ValueError)):
            build(wire={"x": bad})


def test_the_prompt_tells_the_scene_and_ends_in_the_options_as_shown() -> None:
    prompts = DOMAIN.need_prompts()
    for row in build(name_pairs=1).iter_rows(named=True):
        user = row["messages"][-1]["content"]
        shown = "\n".join(
            f"({label}) {o}" for label, o in zip("ABCDEFGH", row["options"], strict=True)
        )
        assert user.startswith(prompts.instruction) and user.endswith("\n" + shown)
        assert sorted(row["options"]) == sorted(DOMAIN.utterances)
        assert f"{row['state']} out of 5 stars" in user
        assert row["speaker"] in user and row["listener"] in user
        assert "{" not in user
    for row in build("semantics", semantics_name_pairs=1).iter_rows(named=True):
        assert [message["role"] for message in row["messages"]] == ["user"]
        assert f"was {row['utterance']}?" in row["messages"][0]["content"]
        assert sorted(row["options"]) == ["no", "yes"]


def test_prompts_share_everything_before_the_question() -> None:
    frame = build(name_pairs=1).filter(pl.col("vignette") == "cake", pl.col("framing") == "third")
    texts = [messages[-1]["content"] for messages in frame["messages"]]
    start = texts[0].index("1 out of 5")
    assert all(text[:start] == texts[0][:start] for text in texts)


@pytest.mark.parametrize(
    ("prompt_set", "changes", "words"),
    [
        ("kind", {}, ["goal 'kind'", "social"]),
        ("social", {"framings": ["fourth"]}, ["framing 'fourth'", "third"]),
        ("social", {"name_pairs": 500}, ["name_pairs", "add names"]),
    ],
)
def test_what_cannot_be_built_is_a_sentence(
    prompt_set: str, changes: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(UserError) as caught:
        build(prompt_set, **changes)
    assert all(word in str(caught.value) for word in words)
