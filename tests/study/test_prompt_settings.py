"""The key `prompt` of a model: what it accepts, and what it does to messages and keys."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tactometer.elicitation.stages import STAGES
from tactometer.study import study
from tactometer.study.prompt_settings import arrange, fold
from tactometer.utils.errors import UserError

SYSTEM, USER = {"role": "system", "content": "S"}, {"role": "user", "content": "U"}
ENGINE = {"provider": "vllm", "source": "org/m", "checkpoints": {"0": {}}}
SERVER = {"provider": "api", "source": "openai/m", "checkpoints": {"0": {}}}


def load(folder: Path, model: dict[str, Any], **prompt: Any) -> study.Study:
    file = folder / "study.yaml"
    asked = {**model, **({"prompt": prompt} if prompt else {})}
    file.write_text(yaml.safe_dump({"study": "s", "models": {"m": asked}}))
    return study.load([file])


def recipes(found: study.Study) -> dict[str, Any]:
    """What the requests and the checkpoint of a study are pinned by."""
    return {name: recipe for stage in STAGES for name, recipe in stage.targets(found)}


@pytest.mark.parametrize(
    ("prompt", "sent"),
    [
        ({}, [[SYSTEM, USER], [USER]]),
        ({"system": "fold"}, [[{**USER, "content": "S\n\nU"}], [USER]]),
        (
            {"default_system": "T"},
            [[{**SYSTEM, "content": "T\n\nS"}, USER], [{**SYSTEM, "content": "T"}, USER]],
        ),
        (
            {"default_system": "T", "system": "fold"},
            [[{**USER, "content": "T\n\nS\n\nU"}], [{**USER, "content": "T\n\nU"}]],
        ),
        ({"default_system": "none"}, [[SYSTEM, USER], [{**SYSTEM, "content": ""}, USER]]),
    ],
)
def test_messages_are_arranged_as_the_settings_say(
    prompt: dict[str, Any], sent: list[list[dict[str, str]]]
) -> None:
    given = [[SYSTEM, USER], [USER]]
    assert [arrange(messages, prompt) for messages in given] == sent
    assert given == [[SYSTEM, USER], [USER]]


def test_a_system_message_goes_before_the_first_of_several_user_messages() -> None:
    said = {"role": "assistant", "content": "A"}
    assert fold([SYSTEM, USER, said, USER]) == [{**USER, "content": "S\n\nU"}, said, USER]


@pytest.mark.parametrize("model", [ENGINE, SERVER])
def test_defaults_that_are_written_out_change_no_recipe(
    tmp_path: Path, model: dict[str, Any]
) -> None:
    plain = recipes(load(tmp_path, model))
    assert recipes(load(tmp_path, model, system="auto", default_system="keep")) == plain
    assert not any("prompt" in recipe for recipe in plain.values())


def test_a_setting_reaches_the_requests_or_the_checkpoint_that_it_changes(tmp_path: Path) -> None:
    fold = recipes(load(tmp_path, SERVER, system="fold"))
    assert fold["requests/m/social"]["prompt"] == {"system": "fold"}
    assert "prompt" not in fold["checkpoints/m/0"]  # a server's identity is its recipe
    dated = recipes(load(tmp_path, ENGINE, date="2025-01-31", default_system="none"))
    wanted = {"date": "2025-01-31", "default_system": "none"}
    assert dated["checkpoints/m/0"]["prompt"] == wanted
    assert "prompt" not in dated["requests/m/social"]
    empty = recipes(load(tmp_path, SERVER, default_system="none"))
    assert empty["requests/m/social"]["prompt"] == {"default_system": "none"}


@pytest.mark.parametrize(
    ("model", "prompt", "said"),
    [
        (ENGINE, {"system": "merge"}, "prompt.system"),
        (ENGINE, {"sistem": "fold"}, "sistem"),
        (ENGINE, {"date": "tomorrow"}, "prompt.date"),
        (ENGINE, {"date": "2025-02-30"}, "no day of the calendar"),
        (ENGINE, {"chat": False, "system": "keep"}, "without a chat template"),
        (ENGINE, {"chat": False, "default_system": "none"}, "without a chat template"),
        (SERVER, {"date": "2025-01-31"}, "only vllm and transformers render prompts"),
        (SERVER, {"chat": False}, "only vllm and transformers render prompts"),
        (SERVER, {"system": "fold", "default_system": "none"}, "remove one of the two"),
    ],
)
def test_what_a_provider_cannot_keep_is_one_sentence(
    tmp_path: Path, model: dict[str, Any], prompt: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError) as refused:
        load(tmp_path, model, **prompt)
    assert said in str(refused.value) and "line" in str(refused.value)
    assert "\n" not in str(refused.value)
