"""A plan tells what is sent beside the messages, and shows one prompt of each kind."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import templates
from asking import ROOT
from tactometer.planning import prompts_shown
from tactometer.study import study
from weights import checkpoint

GOALS = ["default", "social"]
KIND = "Choose the words with one aim: the answer should be kind."


def sweep(folder: Path, models: dict[str, dict[str, Any]], **more: Any) -> study.Study:
    """A study of these models, with two goals in one framing."""
    data = {
        "study": "s",
        "domain": str(ROOT / "resources/polite_speech"),
        "goals": GOALS,
        "framings": ["first", "third"],
        "sample": {"name_pairs": 2, "semantics_name_pairs": 1},
        "models": models,
        **more,
    }
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(data))
    return study.load([file])


def local(folder: Path, template: str, **settings: Any) -> dict[str, Any]:
    """A model in a folder with this template in its tokenizer's configuration."""
    source = checkpoint(folder)
    config = {"chat_template": template, "bos_token": "<s>"}
    (source / "tokenizer_config.json").write_text(json.dumps(config))
    return {"provider": "vllm", "source": str(source), "checkpoints": {"0": {}}, **settings}


def told(found: study.Study) -> dict[str, str]:
    """What is said of each model."""
    return {m.name: "; ".join(prompts_shown.sent(found, m, "0")) for m in found.asked}


def test_a_plan_tells_what_a_template_does_without_engines_or_network(tmp_path: Path) -> None:
    server = {"provider": "api", "source": "openai/m", "checkpoints": {"0": {}}}
    models = {
        "plain": local(tmp_path / "a", templates.PLAIN),
        "drops": local(tmp_path / "b", templates.DROPS),
        "adds": local(tmp_path / "c", templates.ADDS),
        "dates": local(tmp_path / "d", templates.DATES),
        "none": local(tmp_path / "e", templates.ADDS, prompt={"default_system": "none"}),
        "server": {**server, "prompt": {"system": "fold"}},
        "hub": {"provider": "vllm", "source": "nobody/nothing", "checkpoints": {"0": {}}},
    }
    said = told(sweep(tmp_path, models))
    assert said["plain"] == said["none"] == ""
    assert (
        "before the first user message, for all goals, as the chat template drops it"
        in (said["drops"])
    )
    assert templates.OWN in said["adds"] and "default_system: none" in said["adds"]
    assert "2024-07-26" in said["dates"] and "before the first user" in said["server"]
    assert said["hub"] == prompts_shown.UNKNOWN


def test_the_messages_of_a_server_are_shown_as_they_will_be_sent(tmp_path: Path) -> None:
    server = {"provider": "api", "source": "openai/m", "checkpoints": {"0": {}}}
    models = {
        "plain": server,
        "fold": {**server, "prompt": {"system": "fold", "default_system": "Be Ada."}},
    }
    shown = "\n".join(prompts_shown.lines(sweep(tmp_path, models)))
    heads = [line for line in shown.splitlines() if line.startswith("=====")]
    assert len(heads) == len(set(heads)) == 2 * 5  # two goals in two framings, and yes/no
    parts = {part.partition(" =====")[0]: part for part in shown.split("\n===== ")}
    plain, fold = (parts[f"{name} (0): goal social, framing third"] for name in ("plain", "fold"))
    assert f"[system]\n{KIND}" in plain and f"[user]\nBe Ada.\n\n{KIND}" in fold
    assert "[system]" not in fold and "[system]" not in parts["plain (0): yes/no"]


def test_without_engines_the_messages_are_shown_and_said_to_be_not_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TACTOMETER_ENGINES", str(tmp_path / "none"))
    hub = {"provider": "vllm", "source": "Qwen/Qwen2.5-7B-Instruct"}
    first, *parts = prompts_shown.lines(
        sweep(tmp_path, {"m": {**hub, "checkpoints": {"0": {"revision": "main"}}}})
    )
    assert first.startswith("The messages alone, which no chat template has rendered: ")
    assert "make engines" in first
    assert parts[0] == "===== m (0): goal default, framing first ====="
    assert "[user]\nRead the scene" in parts[1]


@pytest.mark.engine
@pytest.mark.xdist_group("engines")
def test_the_command_shows_the_rendered_text_of_each_kind(tmp_path: Path) -> None:
    """By the real command, which goes on in the engines' environment, and loads no weights."""
    from engine_env import HOME, run

    run([], tmp_path, f"import tiny, pathlib; tiny.make(pathlib.Path({str(tmp_path)!r}))")
    (tmp_path / "llama" / "model.safetensors").write_bytes(b"nobody loads these")
    shutil.copytree(tmp_path / "llama", tmp_path / "later")
    steps = {"0": {"path": str(tmp_path / "llama")}, "9": {"path": str(tmp_path / "later")}}
    file = tmp_path / "template.jinja"
    file.write_text(templates.DROPS)
    source = {"provider": "vllm", "source": str(tmp_path / "llama"), "checkpoints": steps}
    sweep(tmp_path, {"m": {**source, "engine": {"chat_template": str(file)}}})
    path = os.pathsep.join([str(ROOT / "workflow")])
    env = {**os.environ, "PYTHONPATH": path, "TACTOMETER_ENGINES": str(HOME)}
    command = [sys.executable, "-m", "tactometer", "plan", "study.yaml", "--show-prompt"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    parts = done.stdout.split("===== m (0, 9): ")[1:]
    assert len(parts) == 5
    social = next(part for part in parts if part.startswith("goal social, framing first"))
    assert f"<s><user>\n{KIND}" in social and "having asked.\n\nRead the scene" in social
    assert social.rstrip().endswith("(H) good\n<model>")
    assert not (tmp_path / "results").exists()
