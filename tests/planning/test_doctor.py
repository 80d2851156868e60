"""The doctor says what is missing, with the remedy, and tells no secret."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

import graph
from tactometer.cli.parser import main
from tactometer.planning import doctor, keys, memory
from tactometer.providers.api import parameters
from tactometer.recipes import mtimes
from tactometer.study import study
from tactometer.utils.errors import UserError

CLOSED, OPEN = "config/studies/closed_source.yaml", "config/studies/open_source.yaml"


def examine(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Its exit status, its findings by name, and all that it printed."""
    with pytest.raises(SystemExit) as end:
        main(["doctor", *arguments, "--json"])
    said = capsys.readouterr().out
    assert isinstance(end.value.code, int)
    return end.value.code, {each["name"]: each for each in json.loads(said)}, said


def test_keys_are_named_and_never_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-1234")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    status, found, said = examine(capsys, CLOSED)
    assert status == 1
    assert found["key OPENAI_API_KEY"]["ok"] and "planted" not in said
    missing = found["key ANTHROPIC_API_KEY"]
    assert missing["needed"] and not missing["ok"]
    assert missing["remedy"] == "export ANTHROPIC_API_KEY=..."


@pytest.mark.parametrize(("provider", "name"), keys.USUAL.items())
def test_a_key_is_looked_for_where_litellm_looks(
    provider: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = parameters.litellm().validate_environment
    for each in (name, keys.TOO.get(name, name)):
        monkeypatch.delenv(each, raising=False)
    assert name in lookup(f"{provider}/m")["missing_keys"] and not keys.is_set(name)
    for each in (name, keys.TOO.get(name, name)):
        with monkeypatch.context() as here:
            here.setenv(each, "k")
            assert lookup(f"{provider}/m")["missing_keys"] == [] and keys.is_set(name)


def test_nothing_is_missing_that_a_study_does_not_need(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    status, found, _ = examine(capsys, "config/studies/human.yaml")
    assert status == 0, [each for each in found.values() if each["needed"] and not each["ok"]]
    assert found["CmdStan"]["ok"] and found["compiler"]["ok"]


def test_engines_and_weights_are_looked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TACTOMETER_ENGINES", str(tmp_path))
    status, found, _ = examine(capsys, OPEN)
    assert status == 1
    engines = found["engines"]
    assert engines["needed"] and not engines["ok"] and "make engines" in engines["remedy"]
    weights = found["weights of qwen-uf-dpo"]
    assert weights["found"].startswith("0 of 10") and "qwen-uf-sft" in weights["remedy"]


def test_what_trains_is_looked_for_and_no_checkpoint_that_training_makes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TACTOMETER_ENGINES", str(tmp_path))
    (tmp_path / "rows.jsonl").write_text("{}\n")
    training = f"{{method: sft, data: {tmp_path}/rows.jsonl, steps: 4, save_steps: 2}}"
    model = f"{{provider: vllm, source: a/b, checkpoints: {{steps: [0, 4]}}, training: {training}}}"
    (tmp_path / "s.yaml").write_text(f"study: s\nmodels:\n  kind: {model}\n")
    _, found, _ = examine(capsys, str(tmp_path / "s.yaml"))
    assert "make training" in found["engines"]["remedy"] and "trl" in found["engines"]["found"]
    assert "weights of kind" not in found


def test_without_a_compiler_nothing_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    status, found, _ = examine(capsys)
    assert status == 1 and found["compiler"]["found"] == "no g++ and no make"
    assert not found["Slurm"]["ok"] and not found["Slurm"]["needed"]


def test_a_profile_that_points_nowhere_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "snakemake").mkdir()
    link = tmp_path / "snakemake/slurm"
    link.symlink_to(tmp_path / "gone")
    (found,) = [each for each in doctor.findings(None) if each.name == "profile slurm"]
    assert not found.ok and "points nowhere" in found.found
    (tmp_path / "gone").mkdir()
    (found,) = [each for each in doctor.findings(None) if each.name == "profile slurm"]
    assert found.ok


def test_the_link_that_make_slurm_profile_sets_is_the_profile(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(graph.lay_out(tmp_path / "run"))
    shutil.copy2(graph.ROOT / "Makefile", "Makefile")
    profile = {each.name: each for each in doctor.findings(None)}["profile slurm"]
    assert not profile.ok and profile.remedy == "run make slurm-profile"
    subprocess.run(["make", "slurm-profile"], check=True, capture_output=True)
    profile = {each.name: each for each in doctor.findings(None)}["profile slurm"]
    assert profile.ok and profile.found.endswith("profiles/slurm")


def test_a_file_from_the_future_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sweep = study.load([Path("config/studies/human.yaml").resolve()])
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "results/human/recipes/fit.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    later = time.time() + 3600
    os.utime(path, (later, later))
    found = doctor._clock(sweep)
    assert not found.ok and "1 files are dated in the future" in found.found


def test_files_from_the_future_keep_their_order(tmp_path: Path) -> None:
    now = time.time()
    ages = {"old": -100.0, "soon": 5.0, "b": 7300.0, "a": 7200.0, "alike": 7200.0}
    for name, age in ages.items():
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (now + age, now + age))
    assert "4 files" in mtimes.settle(tmp_path, tmp_path / "not there")
    times = {name: (tmp_path / name).stat().st_mtime_ns for name in ages}
    assert times["old"] < times["soon"] < times["a"] == times["alike"] < times["b"]
    assert times["b"] <= time.time_ns()
    assert mtimes.settle(tmp_path) == ""


def test_a_server_that_is_seconds_ahead_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ahead = time.time() + 20
    os.utime(tmp_path / "file", (ahead, ahead))
    assert mtimes.settle(tmp_path) == "" and mtimes.ahead(tmp_path) == []


def test_a_clock_that_cannot_be_made_up_for_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time() + 3600
    (tmp_path / "file").touch()
    os.utime(tmp_path / "file", (later, later))

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "utime", refused)  # root may date any file: there is no other way
    with pytest.raises(UserError, match="dated in the future and cannot be dated anew"):
        mtimes.settle(tmp_path)


def weights(folder: Path, billions: float) -> Path:
    """A folder whose header tells of as many parameters; its weights are a hole in a file."""
    folder.mkdir(parents=True)
    count = int(billions * 1e9)
    tensor = {"dtype": "BF16", "shape": [count], "data_offsets": [0, 2 * count]}
    header = json.dumps({"w": tensor}).encode()
    with (folder / "model.safetensors").open("wb") as stream:
        stream.write(len(header).to_bytes(8, "little") + header)
    told = {"num_hidden_layers": 32, "num_attention_heads": 32, "hidden_size": 4096}
    told |= {"num_key_value_heads": 8, "torch_dtype": "bfloat16"}
    (folder / "config.json").write_text(json.dumps(told))
    (folder / "tokenizer.json").write_text("{}")
    return folder


def test_weights_and_cache_are_held_against_the_memory_that_is_here(tmp_path: Path) -> None:
    def need(provider: str, source: Path | str, **changes: Any) -> memory.Need:
        model = {"provider": provider, "source": str(source), "checkpoints": {"0": {}}, **changes}
        file = tmp_path / "study.yaml"
        file.write_text(json.dumps({"study": "s", "models": {"m": model}}))
        return memory.need(study.load([file]).models["m"], on_gpu=changes.pop("gpu", True))

    seven = weights(tmp_path / "seven", 7)
    found = need("transformers", seven)
    assert found.weights == pytest.approx(14.0) and "bfloat16, by its safetensors" in found.told
    each = 2 * 32 * 8 * 128 * 2  # keys and values of 8 heads of 128 in 32 layers, two bytes each
    assert found.cache == pytest.approx(each * 512 * 128 / 1e9)
    assert need("transformers", seven, engine={"dtype": "float32"}).weights == pytest.approx(28.0)
    halves = need("transformers", seven, engine={"tensor_parallel_size": 2})
    assert halves.weights == pytest.approx(7.0)
    assert need("vllm", "org/not-here").whole is None
    file = tmp_path / "small.gguf"
    file.write_bytes(b"GGUF")
    assert "GGUF" in need("vllm", file).why and not need("transformers", file).why
    room, where = memory.here(["NVIDIA H100, 81559 MiB", "NVIDIA T4, 15360 MiB"])
    assert room == pytest.approx(16.1, abs=0.1) and where == "on a GPU"
