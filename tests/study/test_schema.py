"""The JSON Schema for editors: made from the types, in step with them, and of the same opinion."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tactometer.study import schema, study, yaml_lines
from tactometer.utils.errors import UserError
from tactometer.utils.paths import ROOT, WORKFLOW

STUDIES = [ROOT / "config/config.yaml", *sorted((ROOT / "config/studies").glob("*.yaml"))]
FOLDER = ROOT / "resources/polite_speech"
FAULTS: dict[str, dict[str, Any]] = {
    "an unknown key": {"gaols": []},
    "a number below its bound": {"sample": {"name_pairs": 0}},
    "a speaker that is none": {"fit": {"speakers": ["s3"]}},
    "a key of no analysis": {"analyses": {"cheks": {}}},
    "a share above 1": {"stop_at_unusable": 1.5},
    "a provider that is none": {"models": {"m": {"provider": "x", "checkpoints": {"0": {}}}}},
    "a key of another provider": {
        "models": {"m": {"provider": "simulated", "source": "x", "checkpoints": {"0": {}}}}
    },
    "steps without a place": {
        "models": {
            "m": {
                "provider": "vllm",
                "source": "x",
                "checkpoints": {"pattern": "runs/x", "steps": [1]},
            }
        }
    },
}


def validator(of: str) -> Draft202012Validator:
    found = yaml.safe_load(schema.text(of))
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


@pytest.mark.parametrize("of", ["study", "domain"])
def test_the_copies_are_what_the_types_say(of: str) -> None:
    assert (WORKFLOW / "schemas" / f"{of}.schema.yaml").read_text() == schema.text(of), (
        "run `make schemas`"
    )


@pytest.mark.parametrize("file", STUDIES, ids=lambda path: path.stem)
def test_it_takes_every_study_that_comes_with_the_project(file: Path) -> None:
    assert validator("study").is_valid(yaml_lines.read(file)[0])


def test_it_takes_every_file_of_a_domain() -> None:
    whole = validator("domain")
    for file in [FOLDER / "domain.yaml", ROOT / "resources/human/hearts.yaml"]:
        assert whole.is_valid(yaml_lines.read(file)[0])
    for name, file in {"VignettesFile": "vignettes", "PromptsFile": "prompts"}.items():
        part = whole.evolve(schema={**whole.schema, "$ref": f"#/$defs/{name}"})
        assert part.is_valid(yaml_lines.read(FOLDER / f"{file}.yaml")[0])


@pytest.mark.parametrize("fault", FAULTS)
def test_it_refuses_what_a_run_refuses(fault: str, tmp_path: Path) -> None:
    told = {**yaml_lines.read(STUDIES[0])[0], **FAULTS[fault]}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(told))
    with pytest.raises(UserError):
        study.load([tmp_path / "study.yaml"])
    assert not validator("study").is_valid(told)


def test_every_key_says_what_it_is_for_or_is_plain() -> None:
    """A key without a description has a name that says it (chains) or a type that does."""
    plain = {"chains", "draws", "dtype", "tensor_parallel_size", "max_model_len", "device", "steps"}
    plain |= {"gpu_memory_utilization", "alpha", "phi", "omega", "inf", "soc", "pre", "input"}
    plain |= {"output", "model", "checkpoint", "models", "checkpoints", "provider", "scale"}
    plain |= {"singular", "plural", "omega_inf", "omega_soc", "omega_pre"}
    for of in ("study", "domain"):
        for part in yaml.safe_load(schema.text(of))["$defs"].values():
            for key, told in part.get("properties", {}).items():
                assert "description" in told or "$ref" in told or key in plain, key
