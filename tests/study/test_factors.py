"""A domain varies more than state and framing: its levels stand in prompts, and in columns."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from seeds import seed
from tactometer.elicitation import requests
from tactometer.reading.choices import COLUMNS
from tactometer.study import domain
from tactometer.study.comprehension import OPINION
from tactometer.study.factors import TAKEN
from tactometer.utils.errors import UserError

POLITE = Path(__file__).resolve().parents[2] / "resources" / "polite_speech"
PLAIN = domain.load(POLITE)
LEVELS = ["friend", "stranger", "superior"]
TEXTS = {
    "friend": {"third_is": "a friend of {listener}", "own": "My friend", "your": "Your friend"},
    "stranger": {"third_is": "whom {listener} never met", "own": "A stranger,", "your": "A guest,"},
    "superior": {"third_is": "who works for {listener}", "own": "My boss", "your": "Your boss"},
}
SCENES = {
    "third": ("a friend of {listener},", "{third_is},"),
    "first": ("My friend {listener}", "{own} {listener}"),
    "second": ("Your friend {listener}", "{your} {listener}"),
}


def varied(
    folder: Path, factors: Any = None, texts: Any = None, scenes: Any = SCENES, base: bool = True
) -> domain.Domain:
    """The domain of polite speech with a relation in its scenes."""
    own = Path(shutil.copytree(POLITE, folder / "polite"))
    told = yaml.safe_dump({"factors": factors or {"relation": LEVELS}})
    (own / "domain.yaml").write_text((own / "domain.yaml").read_text() + told)
    prompts = yaml.safe_load((own / "prompts.yaml").read_text())
    prompts["factors"] = {"relation": TEXTS} if texts is None else texts
    for name, (old, new) in scenes.items():
        scene = prompts["framings"][name]["scene"]
        assert old in scene
        for texts_of in (prompts["framings"], *([prompts["base"]["framings"]] if base else [])):
            texts_of[name]["scene"] = texts_of[name]["scene"].replace(old, new)
    (own / "prompts.yaml").write_text(yaml.safe_dump(prompts, sort_keys=False))
    return domain.load(own)


def build(world: domain.Domain, prompt_set: str = "social", **changes: Any) -> pl.DataFrame:
    given: dict[str, Any] = {
        "framings": ["third", "first"], "name_pairs": 4, "semantics_name_pairs": 2,
        "seed": seed(1), "wire": {}, "estimator": {"kind": "samples", "k": 1},
    }  # fmt: skip
    return requests.build(world, prompt_set, **(given | changes))


def test_every_level_stands_in_the_prompt_and_in_a_column_and_nothing_else_differs(
    tmp_path: Path,
) -> None:
    frame = build(varied(tmp_path))
    assert frame.height == frame["request"].n_unique() == 13 * 4 * 2 * 5 * 3
    assert frame["relation"].value_counts()["count"].to_list() == [520] * 3
    texts = {"friend": "a friend of", "stranger": "never met", "superior": "works for"}
    for row in frame.filter(framing="third").iter_rows(named=True):
        said = row["messages"][-1]["content"]
        assert [level for level, text in texts.items() if text in said] == [row["relation"]]
        assert row["listener"] in said, "a level's text is filled as a scene is"
    place = ["vignette", "speaker", "listener", "framing", "state"]
    orders = frame.group_by(place).agg(pl.col("options").n_unique())["options"]
    assert set(orders) == {1}, "levels are compared on the same order of options"


def test_without_factors_requests_are_what_they_were_and_the_first_level_is_asked_alike(
    tmp_path: Path,
) -> None:
    """Its text is that of the plain domain: nothing is asked anew."""
    plain, frame = build(PLAIN), build(varied(tmp_path))
    assert "relation" not in plain.columns
    friends = frame.filter(relation="friend")
    assert friends["request"].to_list() == plain["request"].to_list()
    for prompt_set in ("semantics", OPINION):
        asked, before = (
            build(world, prompt_set, goals=["default", "social"])
            for world in (domain.load(tmp_path / "polite"), PLAIN)
        )
        assert asked["request"].to_list() == before["request"].to_list()
        assert asked["relation"].null_count() == asked.height


def test_drawn_each_level_comes_equally_often_and_more_pairs_change_none(tmp_path: Path) -> None:
    world = varied(tmp_path)
    frame = build(world, name_pairs=9, drawn=True)
    assert frame.height == build(PLAIN, name_pairs=9).height
    for by in ("vignette", "framing", "state"):
        counts = frame.group_by(by, "relation").len()["len"]
        assert int(counts.max()) - int(counts.min()) <= 0.1 * counts.mean()  # type: ignore[arg-type, operator]
    fewer = build(world, name_pairs=4, drawn=True)["request"]
    assert set(fewer) < set(frame["request"])


@pytest.mark.parametrize("count", [2, 13, 26])
def test_drawn_every_vignette_meets_every_level(tmp_path: Path, count: int) -> None:
    levels = [f"l{i}" for i in range(count)]
    scenes = {k: (old, new.replace("third_is", "relation")) for k, (old, new) in SCENES.items()}
    scenes = {k: (old, f"{{relation}} {old}") for k, (old, _) in scenes.items()}
    world = varied(tmp_path, {"relation": levels}, texts={}, scenes=scenes)
    frame = build(world, name_pairs=10, drawn=True)
    met = Counter(row[:2] for row in frame.select("vignette", "relation").rows())
    assert len(met) == 13 * count, "a level without a text puts its name"


def test_a_domain_comes_back_whole_from_what_a_run_is_handed(tmp_path: Path) -> None:
    world = varied(tmp_path)
    assert domain.of_content(json.loads(json.dumps(world.content()))) == world
    assert world.texts("social") != PLAIN.texts("social")
    assert world.texts("semantics") == PLAIN.texts("semantics"), "yes/no prompts vary nothing"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"factors": {"relation": ["one"]}}, "domain.yaml"),
        ({"factors": {"state": ["a", "b"]}}, "a factor needs a name of its own"),
        ({"factors": {"re-lation": ["a", "b"]}}, "a factor needs a name of its own"),
        ({"texts": {"relatoin": TEXTS}}, "is no factor of domain.yaml; perhaps relation"),
        ({"texts": {"relation": {**TEXTS, "freind": TEXTS["friend"]}}}, "is no level of relation"),
        ({"texts": {"relation": {"friend": TEXTS["friend"]}}}, "it must fill {third_is}, {own}"),
        ({"texts": {"relation": {**TEXTS, "friend": {"state": "x"}}}}, "is filled with something"),
        ({"scenes": {"third": SCENES["third"]}}, "key framings.first.scene: all levels"),
        ({"base": False}, "key base.framings.third.scene: all levels of relation are one prompt"),
        (
            {"texts": {"relation": {**TEXTS, "superior": TEXTS["friend"]}}},
            "the same texts as of friend",
        ),
        (
            {"texts": {"relation": {k: v | {"own": "{nobody}"} for k, v in TEXTS.items()}}},
            "unknown placeholder {nobody}",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_a_sentence_with_file_and_key(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(UserError) as caught:
        varied(tmp_path, **change)
    assert told in str(caught.value), str(caught.value)
    assert "\n" not in str(caught.value) and ".yaml" in str(caught.value)


def test_no_factor_takes_the_name_of_a_column() -> None:
    columns = {*requests.SCHEMA, *requests.SCORED, *COLUMNS}
    assert columns <= TAKEN
