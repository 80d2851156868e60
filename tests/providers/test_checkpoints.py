"""Every kind of checkpoint that people have: revisions, subfolders and adapters, hub or folder."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import hub
from asking import Job, job
from engine_env import HOME, ask, reference, run

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engines")]


@pytest.fixture(scope="module")
def adapted(models: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An adapter of `llama`, and a folder that has it in its weights, added by hand."""
    folder = tmp_path_factory.mktemp("adapted")
    paths = ", ".join(f"pathlib.Path({str(p)!r})" for p in (models / "llama", folder / "lora"))
    out = f"pathlib.Path({str(folder / 'whole')!r})"
    script = f"import tiny, pathlib\ntiny.adapter({paths})\ntiny.with_adapter({paths}, {out})"
    run([], folder, script)
    return folder / "lora", folder / "whole"


def asked(folder: Path, provider: str, source: str | Path, checkpoints: dict[str, Any]) -> Job:
    model = {
        "provider": provider,
        "source": str(source),
        "engine": {"dtype": "float32", "max_model_len": 1024},
        "min_label_mass": 0,
        "checkpoints": checkpoints,
    }
    first, *others = checkpoints if "steps" not in checkpoints else map(str, checkpoints["steps"])
    found = job(folder, model, checkpoint=first, rows=10, goals=["default"], stop_at_unusable=1)
    return Job(found.folder, found.sweep, first, together=tuple(others))


def answers(found: Job) -> dict[str, dict[str, float]]:
    lines = found.lines()
    assert len(lines) == 20
    return {line["request"]: line["logprobs"] for line in lines}


def close(one: dict[str, dict[str, float]], other: dict[str, Any], most: float = 1e-4) -> bool:
    return (
        all(max(abs(one[at][c] - other[at][c]) for c in one[at]) < most for at in one)
        and one.keys() == other.keys()
    )


def exact(model: Path, found: Job) -> dict[str, dict[str, float]]:
    return {at: told["both"] for at, told in reference(model, found).items()}


@pytest.mark.parametrize("provider", ["transformers", "vllm"])
def test_an_adapter_answers_as_its_base_with_the_adapter_in_its_weights(
    tmp_path: Path, models: Path, adapted: tuple[Path, Path], provider: str
) -> None:
    """Merged by PEFT, or served by vLLM beside the base; and otherwise than the base."""
    lora, whole = adapted
    found = asked(tmp_path / "run", provider, models / "llama", {"0": {"adapter": str(lora)}})
    ask(found)
    assert close(answers(found), exact(whole, found))
    assert not close(answers(found), exact(models / "llama", found), most=0.1)


def test_an_adapter_is_known_by_its_content_and_by_its_bases(
    tmp_path: Path, models: Path, adapted: tuple[Path, Path]
) -> None:
    """As trainers leave them: a path of checkpoints that hold adapters."""
    lora, _ = adapted
    for step in (50, 100):
        shutil.copytree(lora, tmp_path / f"runs/checkpoint-{step}")
    steps = {"pattern": f"{tmp_path}/runs/checkpoint-{{step}}", "steps": [50, 100]}
    found = asked(tmp_path / "run", "transformers", models / "llama", steps)
    ask(found)
    later = Job(found.folder, found.sweep, "100")
    first, second = (json.loads(each.done.read_text())["digest"] for each in (found, later))
    assert first == second and answers(found) == answers(later)
    other = asked(tmp_path / "other", "transformers", models / "llama-later", steps)
    ask(other)
    assert json.loads(other.done.read_text())["digest"] != first


def test_revisions_subfolders_and_adapters_of_the_hub_are_resolved_and_asked(
    tmp_path: Path, models: Path, adapted: tuple[Path, Path]
) -> None:
    nested = tmp_path / "nested"
    shutil.copytree(models / "llama", nested / "checkpoints/late")
    for path in models.joinpath("qwen").iterdir():
        shutil.copy(path, nested / path.name)
    served = {
        hub.NAME: {"main": models / "qwen", "step-1": models / "llama", "step-2": nested},
        "org/lora": {"main": adapted[0]},
    }
    with hub.serving_all(served) as address:
        env = {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path / "home")}
        env |= {"HF_HUB_DISABLE_XET": "1", "TACTOMETER_ENGINES": str(HOME)}
        three = {
            "late": {"revision": "step-2", "subfolder": "checkpoints/late"},
            "plain": {"revision": "step-1"},
            "lora": {"revision": "step-1", "adapter": "org/lora"},
        }
        found = asked(tmp_path / "run", "transformers", hub.NAME, three)
        found.run(**env)
        none = {"0": {"revision": "step-1", "subfolder": "no/such"}}
        lost = asked(tmp_path / "lost", "vllm", hub.NAME, none).run(check=False, **env)
    plain, lora = (Job(found.folder, found.sweep, name) for name in ("plain", "lora"))
    truth = exact(models / "llama", found)
    assert close(answers(found), truth) and close(answers(plain), truth)
    assert close(answers(lora), exact(adapted[1], found))
    content = {j.checkpoint: json.loads(j.done.read_text())["identity"]["content"]
               for j in (found, plain, lora)}  # fmt: skip
    at = {name: hub.commit_of(hub.NAME, name) for name in ("step-1", "step-2")}
    assert content["plain"] == {"source": hub.NAME, "revision": at["step-1"]}
    late = {"source": hub.NAME, "revision": at["step-2"], "subfolder": "checkpoints/late"}
    assert content["late"] == late
    own = {"source": "org/lora", "revision": hub.commit_of("org/lora", "main")}
    assert content["lora"] == {"base": content["plain"], "adapter": own}
    said = lost.stderr.strip().splitlines()[-1]
    assert lost.returncode == 1 and "org/tiny has no checkpoint in no/such" in said
