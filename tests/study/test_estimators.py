"""Several estimators of one model, and what utterance_logprob needs of a study and its domain."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tactometer.elicitation import requests
from tactometer.study import study
from tactometer.study.study import Study
from tactometer.utils.errors import UserError

POLITE = Path(__file__).parents[2] / "resources/polite_speech"
UTTERANCE, LETTER = {"kind": "utterance_logprob"}, {"kind": "label_logprob"}


def load(folder: Path, changes: dict[str, Any], **keys: Any) -> Study:
    model = {"provider": "vllm", "source": "org/m", "checkpoints": {"0": {}}, **changes}
    told = {"study": "s", "domain": str(POLITE), "goals": ["default", "social"], **keys}
    told["models"] = {"m": model, **keys.get("models", {})}
    (folder / "study.yaml").write_text(yaml.safe_dump(told))
    return study.load([folder / "study.yaml"])


def test_the_first_estimator_is_the_model_and_the_others_are_models_beside_it(
    tmp_path: Path,
) -> None:
    found = load(tmp_path, {"estimators": [UTTERANCE, LETTER, {**UTTERANCE, "score": "pmi"}]})
    assert list(found.models) == ["m", "m.label_logprob", "m.utterance_logprob-pmi"]
    assert found.headlines == dict.fromkeys(list(found.models)[1:], "m")
    assert [m.estimator.label for m in found.models.values()] == [
        "utterance_logprob",
        "label_logprob",
        "utterance_logprob-pmi",
    ]
    assert {m.labels("0")["family"] for m in found.models.values()} == {"m"}
    one = load(tmp_path, {"estimator": LETTER}).models["m"]
    again = found.models["m.label_logprob"]
    for name in ("social", "semantics"):  # the same requests, so the same answers
        mine, other = (requests.of(found, each, name)["request"] for each in (one, again))
        assert mine.equals(other)
    (tmp_path / "pinned.json").write_text(json.dumps(found.content()))
    assert list(study.read(tmp_path / "pinned.json").models) == list(found.models)


@pytest.mark.parametrize(
    ("model", "keys", "said"),
    [
        ({"estimators": [UTTERANCE, UTTERANCE]}, {}, "utterance_logprob is there twice"),
        ({"estimators": [LETTER], "estimator": LETTER}, {}, "remove one of the two"),
        ({"estimator": {**LETTER, "score": "pmi"}}, {}, "only utterance_logprob scores"),
        ({"provider": "api", "estimator": UTTERANCE}, {}, "only vllm and transformers score"),
        (
            {"estimators": [UTTERANCE, LETTER]},
            {
                "models": {
                    "m.label_logprob": {
                        "provider": "vllm",
                        "source": "x/y",
                        "checkpoints": {"0": {}},
                    }
                }
            },
            "is called m.label_logprob already",
        ),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(
    tmp_path: Path, model: dict[str, Any], keys: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said) as raised:
        load(tmp_path, model, **keys)
    assert "study.yaml" in str(raised.value)


def test_a_domain_without_the_texts_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    shutil.copytree(POLITE, tmp_path / "own")
    file = tmp_path / "own/prompts.yaml"
    texts = yaml.safe_load(file.read_text())
    base, own = {"chat": False}, str(tmp_path / "own")
    for key, prompt in (("by_utterance", {}), ("base", base)):
        file.write_text(yaml.safe_dump({k: v for k, v in texts.items() if k != key}))
        with pytest.raises(UserError, match=f"the prompts have no key {key}"):
            load(tmp_path, {"estimator": UTTERANCE, "prompt": prompt}, domain=own)
        load(tmp_path, {"estimator": LETTER, "prompt": prompt}, domain=own)
    del texts["base"]["goals"]["social"]
    file.write_text(yaml.safe_dump(texts))
    with pytest.raises(UserError, match=r"base\.goals has no text for social"):
        load(tmp_path, {"estimator": UTTERANCE, "prompt": base}, domain=own)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"base": {"goals": {"kind": "x"}}}, "'kind' has no chat's text"),
        ({"base": {"semantics": {"opening": "Is it so?"}}}, "{utterance} must be in the opening"),
        ({"base": {"framings": {"third": {"scene": "x", "opening": "y"}}}}, "never told"),
        ({"by_utterance": {"production": {"opening": "{what}"}}}, "unknown placeholder {what}"),
    ],
)
def test_a_text_that_cannot_be_right_is_named_with_its_line(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    shutil.copytree(POLITE, tmp_path / "own")
    file = tmp_path / "own/prompts.yaml"

    def merged(old: Any, new: Any) -> Any:
        if not isinstance(new, dict) or not isinstance(old, dict):
            return new
        return {**old, **{k: merged(old.get(k), v) for k, v in new.items()}}

    file.write_text(yaml.safe_dump(merged(yaml.safe_load(file.read_text()), change)))
    with pytest.raises(UserError, match=said.replace("{", r"\{")) as raised:
        load(tmp_path, {}, domain=str(tmp_path / "own"))
    assert "prompts.yaml, line" in str(raised.value)
