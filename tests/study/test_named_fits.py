"""The same choices fitted in several ways: the first is the headline, none disturbs another."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from asking import ROOT
from tactometer.inference.stages import STAGES
from tactometer.report.stages import methods_of
from tactometer.study import file_names
from tactometer.study.fit_recipe import of_content
from tactometer.study.study import Study, load
from tactometer.tables.fit_selection import representative, without
from tactometer.utils.errors import UserError

STUDY = """\
study: mine
domain: {domain}
goals: [social]
{fits}
models:
  friend:
    provider: simulated
    checkpoints:
      "0": {{alpha: 4.0, phi: 0.8, omega: {{inf: 0.7, soc: 0.1, pre: 0.2}}}}
  human:
    provider: recorded
    production: {human}/yoon2020_production.csv
    semantics: {human}/yoon2020_semantics.csv
    domain: {human}/hearts.yaml
"""
BOTH = "fits: {ours: {draws: 500}, murthy2025: {preset: murthy2025}}"


def study(folder: Path, fits: str) -> Study:
    places = {"domain": ROOT / "resources/polite_speech", "human": ROOT / "resources/human"}
    (folder / "study.yaml").write_text(STUDY.format(fits=fits, **places))
    return load([folder / "study.yaml"])


def recipes(sweep: Study) -> dict[str, Any]:
    return dict(next(stage for stage in STAGES if stage.name == "fit").targets(sweep))


def test_the_first_is_the_headline_and_each_has_settings_of_its_own(tmp_path: Path) -> None:
    friend = study(tmp_path, BOTH).models["friend"]
    assert (friend.headline, friend.fit.semantics, friend.fit.draws) == ("ours", "joint", 500)
    beside = friend.further["murthy2025"]
    assert (beside.semantics, beside.draws, beside.count_total) == ("fixed", 2000, 130)
    human = study(tmp_path, BOTH).models["human"].further["murthy2025"]
    assert (human.semantics, human.cost, set(human.share)) == ("fixed", True, {"alpha", "cost"})


def test_another_fit_leaves_the_recipe_of_each_other_as_it_was(tmp_path: Path) -> None:
    plain = recipes(study(tmp_path, "fit: {draws: 500}"))
    one = recipes(study(tmp_path, "fits: {main: {draws: 500}}"))
    assert one == plain
    two = recipes(study(tmp_path, "fits: {main: {draws: 500}, plugged: {semantics: fixed}}"))
    assert {name: two[name] for name in plain} == plain
    three = recipes(
        study(
            tmp_path,
            "fits: {main: {draws: 500}, plugged: {semantics: fixed}, few: {draws: 60}}",
        )
    )
    assert {name: three[name] for name in two} == two
    assert set(three) - set(two) == {"fit/friend/few", "fit/human/few"}


def test_a_recipe_says_under_which_name_its_rows_stand(tmp_path: Path) -> None:
    found = {name: of_content(made).name for name, made in recipes(study(tmp_path, BOTH)).items()}
    assert found["fit/friend"] == found["fit/human"] == "ours"
    assert found["fit/friend/murthy2025"] == "murthy2025"


def test_readers_of_the_headline_see_it_whatever_the_names_are() -> None:
    keys = {"model": "m", "checkpoint": "0", "goal": "g", "framing": "pooled"}
    rows = [
        {**keys, "fit": name, "speaker": "s2", "semantics": how, "mean": mean}
        for name, how, mean in (("zeta", "fixed", 1.0), ("alpha", "joint", 2.0))
    ]
    frame = pl.DataFrame(rows)
    assert representative(without(frame, ["alpha"]))["mean"].to_list() == [1.0]
    assert without(frame, []).equals(frame)


@pytest.mark.parametrize(
    ("fitted", "stands"),
    [
        (["s1", "s2-lapse", "s2"], "s2"),
        (["s1", "s2-cost-lapse", "s2-inf"], "s2-cost-lapse"),
        (["s2-inf-soc", "s2-lapse", "s2-cost"], "s2-cost"),
        (["s2-inf", "s1"], "s1"),
    ],
)
def test_a_speaker_with_all_utilities_stands_before_one_that_lacks_any(
    fitted: list[str], stands: str
) -> None:
    keys = {"model": "m", "checkpoint": "0", "goal": "g", "framing": "pooled", "fit": "main"}
    frame = pl.DataFrame([{**keys, "speaker": name, "semantics": "joint"} for name in fitted])
    assert representative(frame)["speaker"].to_list() == [stands]


def test_methods_say_in_what_a_fit_differs_from_the_headline(tmp_path: Path) -> None:
    told = methods_of(study(tmp_path, BOTH))["further"]
    assert [(one["name"], one["headline"], one["preset"]) for one in told] == [
        ("murthy2025", "ours", "murthy2025")
    ]
    assert "draws is 2000 (there 500)" in told[0]["differs"]
    assert not any("heldout" in phrase for phrase in told[0]["differs"])
    assert "further" not in methods_of(study(tmp_path, "fit: {}"))


@pytest.mark.parametrize(
    ("fits", "said"),
    [
        ("fit: {}\nfits: {main: {}}", r"key fit: the key fits is there as well"),
        ("fits: {ours: {}, yardstick: {}}", r"key fits\.yardstick: .* take another name"),
        ("fits: {ours: {semantic: joint}}", r"key fits\.ours\.semantic.*semantics"),
        ("fits: {}", r"key fits"),
        ("fits: {ours: {}, more: {pooling: partial, semantics: cut}}", r"pooling to none or full"),
    ],
)
def test_what_cannot_be_is_told_by_its_key(fits: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said):
        study(tmp_path, fits)


def test_a_fit_whose_name_no_file_system_holds_is_told(tmp_path: Path) -> None:
    long = "x" * 250
    sweep = study(tmp_path, f"fits: {{ours: {{}}, {long}: {{}}}}")
    with pytest.raises(UserError, match=r"fits: the name x+"):
        file_names.check(sweep, tmp_path)
