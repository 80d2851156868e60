"""Real trainings of tiny models by TRL: to the end, broken off, refused."""

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

import engine_env
import forks
from tactometer.providers.local import checkpoint_files
from tactometer.study import study

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engines")]

WORDS = ("terrible", "bad", "good", "amazing", "not bad")
TRAINING = {
    "method": "sft",
    "data": "data.jsonl",
    "steps": 6,
    "save_steps": 2,
    "args": {"per_device_train_batch_size": 2, "learning_rate": 0.01},
}


def rows(method: str) -> list[dict[str, Any]]:
    """Two dozen rows as TRL wants them."""
    found = []
    for i in range(24):
        prompt = [{"role": "user", "content": f"the cake got {i % 5} stars, what would you say?"}]
        said, other = ([{"role": "assistant", "content": WORDS[(i + k) % 5]}] for k in (0, 1))
        kinds = {"sft": {"completion": said}, "dpo": {"chosen": said, "rejected": other}}
        found.append({"prompt": prompt, **kinds[method]})
    return found


def plan(folder: Path, base: Path, asked: list[int], **training: Any) -> list[str]:
    """The command that trains `kind` in a folder, whose study and data are written."""
    told = {**TRAINING, **training}
    lines = rows(told["method"])
    (folder / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    model = {
        "provider": "transformers",
        "source": str(base),
        "checkpoints": {"steps": asked},
        "training": {**told, "data": str(folder / "data.jsonl")},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump({"study": "t", "models": {"kind": model}}))
    (folder / "pinned.json").write_text(json.dumps(study.load([folder / "study.yaml"]).content()))
    paths = {"study": "pinned.json", "runs": "runs", "losses": "losses.jsonl", "done": "done.json"}
    options = [word for name, path in paths.items() for word in (f"--{name}", path)]
    return ["training.train", "--model", "kind", *options]


def ends(fork: forks.Fork) -> subprocess.CompletedProcess[str]:
    code = fork.wait()
    return subprocess.CompletedProcess([], code, fork.said("out"), fork.said("err"))


def losses(folder: Path) -> dict[int, float]:
    lines = map(json.loads, (folder / "losses.jsonl").read_text().splitlines())
    return {line["step"]: float(line["loss"]) for line in lines if "loss" in line}


def test_one_that_is_broken_off_goes_on_and_ends_with_the_same_weights(
    tmp_path: Path, models: Path
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
    command = plan(whole, models / "llama", [0, 2, 6])
    engine_env.run(command, whole)
    told = json.loads((whole / "done.json").read_text())
    assert told["steps"] == [2, 6], "what is not asked does not stay, nor does the state of Adam"
    assert not list(whole.glob("runs/checkpoint-*/optimizer.pt"))
    assert told["versions"]["trl"] and "not_locked" not in told
    assert len(losses(whole)) == 6 and losses(whole)[6] < losses(whole)[1]

    fork = engine_env.start(plan(broken, models / "llama", [0, 2, 6]), broken)
    log = broken / "losses.jsonl"
    while not (log.exists() and '"step": 1}' in log.read_text()) and fork.poll() is None:
        time.sleep(0.02)
    fork.send_signal(signal.SIGTERM)
    stopped = ends(fork)
    assert stopped.returncode == 143 and "run again to go on" in stopped.stderr
    assert not (broken / "done.json").exists()
    engine_env.run(command, broken)
    weights = [folder / "runs/checkpoint-6/model.safetensors" for folder in (whole, broken)]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    assert losses(broken) == pytest.approx(losses(whole), rel=1e-6), "each step is logged once"

    before = weights[0].stat().st_mtime_ns
    (whole / "done.json").unlink()
    engine_env.run(command, whole)
    assert weights[0].stat().st_mtime_ns == before, "what is there is not trained again"
    assert json.loads((whole / "done.json").read_text()) == told
    shutil.rmtree(whole / "runs/checkpoint-2")
    engine_env.run(command, whole)
    assert (whole / "runs/checkpoint-2").is_dir(), "what was deleted is made once more"


def test_preferences_train_an_adapter_that_is_asked_on_its_base(
    tmp_path: Path, models: Path
) -> None:
    steps = {"steps": 2, "save_steps": 2}
    command = plan(tmp_path, models / "llama", [0, 2], method="dpo", adapter={"r": 4}, **steps)
    engine_env.run(command, tmp_path)
    own = {"path": str(tmp_path / "runs/checkpoint-2"), "step": 2}
    declared = {"source": str(models / "llama"), "checkpoint": own}
    found = checkpoint_files.find(declared, "study")
    assert found.folder == models / "llama" and found.adapter is not None
    assert found.adapter.rank == 4


@pytest.mark.parametrize(
    ("training", "said"),
    [
        ({"args": {"learning_rat": 1}}, "TRL has no argument learning_rat; perhaps learning_rate"),
        (
            {"method": "dpo", "rows": "sft"},
            "has the columns prompt, completion, and dpo needs chosen",
        ),
    ],
)
def test_what_trl_cannot_take_is_one_sentence(
    tmp_path: Path, models: Path, training: dict[str, Any], said: str
) -> None:
    lines = rows(training.pop("rows", "sft"))
    command = plan(tmp_path, models / "llama", [6], **training)
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    ended = engine_env.run(command, tmp_path, check=False)
    assert ended.returncode == 1 and said in ended.stderr
    assert "Traceback" not in ended.stderr and "study.yaml, models.kind.training" in ended.stderr
