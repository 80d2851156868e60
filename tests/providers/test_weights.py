"""What a checkpoint is, told from its files: the same content is the same model."""

import os
import shutil
from pathlib import Path

import pytest

from graph import lay_out, plan
from tactometer.elicitation.identity import identity
from tactometer.providers.local import checkpoint_files
from tactometer.study import study
from weights import checkpoint


def recipe(folder: Path) -> object:
    file = folder.parent / "study.yaml"
    text = "study: s\nmodels: {m: {provider: vllm, source: %s, checkpoints: {'0': {}}}}\n"
    file.write_text(text % folder)
    sweep = study.load([file])
    return identity(sweep, sweep.models["m"], "0")


def content(folder: Path) -> object:
    return checkpoint_files.find({"source": str(folder), "checkpoint": {}}, "here").content()


def test_weights_replaced_in_place_make_a_checkpoint_stale_and_another_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = checkpoint(tmp_path / "one")
    planned, asked = recipe(folder), content(folder)
    shutil.rmtree(folder)
    checkpoint(folder, seed=2)
    assert recipe(folder) != planned
    assert content(folder) != asked


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
def test_another_config_or_tokenizer_is_another_model(tmp_path: Path, name: str) -> None:
    folder = checkpoint(tmp_path / "one")
    planned, asked = recipe(folder), content(folder)
    (folder / name).write_text('{"model_type": "other"}')
    assert recipe(folder) != planned
    assert content(folder) != asked


def test_a_touched_or_moved_checkpoint_is_the_same_model(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "one")
    planned, asked = recipe(folder), content(folder)
    for path in folder.iterdir():
        os.utime(path)
    assert recipe(folder) == planned
    folder.rename(tmp_path / "two")
    assert content(tmp_path / "two") == asked


def test_one_byte_of_the_weights_makes_another_model(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "one")
    asked = content(folder)
    with (folder / "model.safetensors").open("r+b") as stream:
        stream.seek(123_457)
        byte = stream.read(1)
        stream.seek(123_457)
        stream.write(bytes([byte[0] ^ 1]))
    assert content(folder) != asked


def test_checkpoints_that_share_an_engine_are_asked_by_one_job(tmp_path: Path) -> None:
    steps = {str(step): checkpoint(tmp_path / "runs" / str(step), seed=step) for step in (0, 50)}
    text = "study: small\ngoals: [default]\nmodels:\n"
    for name, share in (("together", "true"), ("apart", "false")):
        text += f"  {name}:\n    provider: vllm\n    source: {steps['0']}\n"
        text += f"    engine: {{share: {share}}}\n"
        text += f"    checkpoints: {{pattern: '{tmp_path}/runs/{{step}}', steps: [0, 50]}}\n"
    planned = plan(lay_out(tmp_path / "run", text), "ask")
    asks = {rule: n for rule, n in planned.items() if rule.startswith("ask_")}
    assert asks == {"ask_together": 1, "ask_checkpoint": 2}
