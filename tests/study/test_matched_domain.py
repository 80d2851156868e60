"""The task as people had it: what has to be the same is the same, in words of its own."""

import re
import shutil
from pathlib import Path

import pytest

from tactometer.elicitation.scenes import filled
from tactometer.study import domain
from tactometer.utils.errors import UserError
from tactometer.utils.paths import ROOT

MATCHED = domain.load(ROOT / "resources/polite_speech_matched")
PEOPLE = domain.load(ROOT / "resources/human/hearts.yaml")


def test_unit_and_utterances_are_those_of_people() -> None:
    for name in ("states", "scale", "utterances", "negated", "values"):
        assert getattr(MATCHED, name) == getattr(PEOPLE, name)


def test_goals_are_those_of_people_contrastive_and_never_none() -> None:
    goals = MATCHED.need_prompts().goals
    assert set(goals) == {"informative", "social", "both"} and all(goals.values())
    for goal in ("informative", "social"):
        assert "rather than" in re.sub(r"\s+", " ", str(goals[goal]))
    assert "rather than" not in str(goals["both"])


def test_the_thirteen_contexts_are_theirs() -> None:
    found = {vignette.id for vignette in MATCHED.vignettes}
    assert len(MATCHED.vignettes) == 13
    assert {"cookies", "solo", "app", "review"} <= found


@pytest.mark.parametrize("framing", MATCHED.framings)
def test_every_scene_tells_of_an_expert_of_who_does_not_know_and_of_what_was_felt(
    framing: str,
) -> None:
    prompts = MATCHED.need_prompts()
    assert prompts.base is not None
    for scene in (prompts.framings[framing].scene, prompts.base.framings[framing].scene):
        for vignette in MATCHED.vignettes:
            texts = filled(MATCHED, vignette, ("Amara", "Omar"), 1)["texts"]
            told = re.sub(r"\s+", " ", scene.format_map(texts))
            assert f"a lot about {vignette.expert}" in told
            assert f"did not know how good {vignette.thing} was" in told
            assert "actually felt" in told and "1 out of 3 hearts" in told


def test_yes_no_prompts_tell_of_no_expert() -> None:
    semantics = MATCHED.need_prompts().semantics
    assert "expert" not in semantics.scene + semantics.question


def test_a_vignette_without_what_its_scenes_name_is_told_by_its_key(tmp_path: Path) -> None:
    folder = tmp_path / "matched"
    shutil.copytree(MATCHED.path.parent, folder)
    path = folder / "vignettes.yaml"
    path.write_text(path.read_text().replace("    expert: the cello\n", ""))
    with pytest.raises(UserError, match=r"vignettes\.yaml, line \d+.*the key expert is missing"):
        domain.load(folder)


def test_domains_without_experts_are_as_they_were() -> None:
    old = domain.load(ROOT / "resources/polite_speech")
    assert {vignette.expert for vignette in old.vignettes} == {""}
    assert all(set(v) == {"id", "made", "took", "thing", "asked"}
               for v in old.texts("social")["vignettes"])  # fmt: skip
