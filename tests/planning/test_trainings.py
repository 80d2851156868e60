"""What a plan says of trainings: those that a run would begin, from their data and settings."""

import json
from pathlib import Path

import pytest
import yaml

from tactometer.planning import trainings
from tactometer.study import study
from tactometer.study.study import Study

DONE = "results/taught/training/kind/trained.json"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def taught(method: str, **told: object) -> Study:
    rows = [{"prompt": "a" * 200, "completion": "b" * 200} for _ in range(5)]
    if method == "dpo":
        rows = [{"chosen": "a" * 400, "rejected": "b" * 400} for _ in range(5)]
    Path("data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    training = {"method": method, "data": "data.jsonl", "steps": 100, "save_steps": 50, **told}
    model = {"provider": "vllm", "source": "org/small-2b", "checkpoints": {"steps": [0, 50]}}
    whole = {"study": "taught", "models": {"kind": {**model, "training": training}}}
    Path("study.yaml").write_text(yaml.safe_dump(whole))
    return study.load([Path("study.yaml")])


def test_a_training_that_a_run_begins_is_told_with_steps_tokens_hours_and_disk() -> None:
    assert trainings.forecasts(taught("sft"), []) == [], "none begins"
    (found,) = trainings.forecasts(taught("sft"), [DONE])
    assert found.steps == 100 and found.tokens == pytest.approx(100 * 8 * 400 / 3.8)
    assert found.hours == pytest.approx(4 * found.tokens / 30_000 / 3600), (
        "at two billion parameters"
    )
    assert found.bytes is None, "its files are not here"
    assert "kind: 100 steps" in found.told() and "disk not known" in found.told()


def test_batches_longest_rows_and_methods_count() -> None:
    plain, _ = trainings.tokens(settings("sft"))
    args = {"per_device_train_batch_size": 2, "gradient_accumulation_steps": 2, "max_length": 50}
    assert trainings.tokens(settings("sft", args=args))[0] == 100 * 4 * 50
    assert trainings.tokens(settings("dpo"))[0] == pytest.approx(plain * 2.5), (
        "both answers, and the reference"
    )
    read, sampled = trainings.tokens(settings("grpo", reward="org/r"))
    assert sampled == 100 * 8 * 256 and read > sampled


def settings(method: str, **told: object) -> trainings.Training:
    return taught(method, **told).models["kind"].settings.training  # type: ignore[attr-defined, no-any-return]
