"""The key `training`: what it refuses, and what its checkpoints are known by."""

import json
from pathlib import Path

import pytest

from tactometer.report.stages import methods_of
from tactometer.study import study
from tactometer.study.fields import plain
from tactometer.study.study import Study
from tactometer.training.train import LAST, RECIPE, Run, begin, check_disk, disk
from tactometer.utils.errors import UserError

STUDY = """study: taught
models:
  kind:
    provider: transformers
    source: org/small-1b
    checkpoints: {steps: [0, 50, 100]}
    training:
      method: sft
      data: data.jsonl
      steps: 100
      save_steps: 50
"""


def load(folder: Path, text: str = STUDY, data: str = '{"text": "not bad"}\n') -> Study:
    (folder / "data.jsonl").write_text(data)
    (folder / "study.yaml").write_text(text)
    return study.load([folder / "study.yaml"])


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def identities(found: Study) -> dict[str, str]:
    from tactometer.elicitation.identity import identity

    model = found.models["kind"]
    return {name: json.dumps(identity(found, model, name)) for name in model.checkpoints}


def test_steps_are_checkpoints_in_the_folder_of_the_training_and_0_is_its_start(
    tmp_path: Path,
) -> None:
    model = load(tmp_path).models["kind"]
    assert [plain(own) for own in model.checkpoints.values()] == [
        {"step": 0},
        {"step": 50, "path": "runs/taught/kind/checkpoint-50"},
        {"step": 100, "path": "runs/taught/kind/checkpoint-100"},
    ]
    assert [model.labels(name)["progress"] for name in model.checkpoints] == [0.0, 0.5, 1.0]


CHANGES = {
    "data": ("", '{"text": "bad"}\n', True),
    "method": ("method: dpo", "", True),
    "seed": ("seed: 7\n      method: sft", "", True),
    "args": ("args: {learning_rate: 1.0e-4}\n      method: sft", "", True),
    "adapter": ("adapter: {r: 8}\n      method: sft", "", True),
    "base": ("base: org/other\n      method: sft", "", True),
    "what stays on disk": ("keep: all\n      method: sft", "", False),
    "resources": ("resources: {gpu: 4}\n      method: sft", "", False),
    "adapter in full": ("adapter: full\n      method: sft", "", False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_trained_is_known_by_what_it_was_made_from(name: str, tmp_path: Path) -> None:
    line, data, other = CHANGES[name]
    before = identities(load(tmp_path))
    text = STUDY.replace("method: sft", line) if line else STUDY
    after = identities(load(tmp_path, text, data or '{"text": "not bad"}\n'))
    changed = {step for step in before if before[step] != after[step]}
    begins = {"0"} if name == "base" else set()
    assert changed == ({"50", "100"} | begins if other else set())


def test_it_is_known_so_whether_its_folder_is_empty_full_or_gone(tmp_path: Path) -> None:
    before = identities(load(tmp_path))
    folder = tmp_path / "runs/taught/kind/checkpoint-50"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    assert identities(load(tmp_path)) == before


REFUSED = {
    "a step that is not saved": ("[0, 50, 100]", "[0, 70]", "checkpoints.70: step 70 is not saved"),
    "one after its end": ("[0, 50, 100]", "[150]", "step 150 is not saved: training ends with"),
    "a word for a step": ("[0, 50, 100]", "[start]", "checkpoints.steps"),
    "checkpoints of another kind": (
        "{steps: [0, 50, 100]}",
        "{late: {path: runs/x}}",
        "checkpoints.late: a model with training has the checkpoints that it makes",
    ),
    "data that is not there": ("data.jsonl", "dta.jsonl", "training.data: there is no file dta"),
    "an argument that follows": (
        "method: sft",
        "method: sft\n      args: {max_steps: 3}",
        "training.args.max_steps: follows from other keys",
    ),
    "grpo without a reward": ("method: sft", "method: grpo", "the key reward says what is good"),
    "a reward of sft": ("method: sft", "method: sft\n      reward: org/r", "is for grpo alone"),
    "ppo": ("method: sft", "method: ppo", "not 'ppo'; perhaps dpo was meant (Supervised"),
    "a step without a training": (
        STUDY[STUDY.index("    training") :],
        "",
        "pattern",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_trained_is_one_sentence_that_names_the_key(
    name: str, tmp_path: Path
) -> None:
    old, new, said = REFUSED[name]
    with pytest.raises(UserError) as told:
        load(tmp_path, STUDY.replace(old, new))
    assert said in str(told.value) and "study.yaml" in str(told.value)
    assert "\n" not in str(told.value)


def run_of(found: Study) -> Run:
    settings = found.models["kind"].settings
    folder = Path("runs/taught/kind")
    return Run(settings.training, settings.source, folder, (50, 100), Path("l"), "study.yaml")  # type: ignore[attr-defined]


def test_another_recipe_moves_what_is_there_aside_and_the_first_takes_it_back(
    tmp_path: Path,
) -> None:
    first = run_of(load(tmp_path))
    begin(first)
    weights = first.checkpoint(50)
    weights.mkdir()
    (weights / LAST).write_text("{}")
    other = run_of(load(tmp_path, data='{"text": "bad"}\n'))
    begin(other)
    assert other.there() == [] and (other.folder / RECIPE).exists()
    begin(run_of(load(tmp_path)))
    assert first.there() == [50], "nothing that took hours is lost"


def test_checkpoints_of_somebody_else_are_not_written_over(tmp_path: Path) -> None:
    one = run_of(load(tmp_path))
    (one.checkpoint(50)).mkdir(parents=True)
    (one.checkpoint(50) / "config.json").write_text("{}")
    with pytest.raises(UserError, match="did not make"):
        begin(one)


def test_checkpoints_that_do_not_fit_on_the_disk_are_told_before_anything_is_trained(
    tmp_path: Path,
) -> None:
    base = tmp_path / "base"
    base.mkdir()
    small = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    (base / "config.json").write_text(json.dumps({**small, "vocab_size": 1000}))
    (base / "model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    one = run_of(load(tmp_path, STUDY.replace("org/small-1b", str(base))))
    one.folder.mkdir(parents=True)
    needed = disk(one.training, one.base, one.wanted)
    assert needed is not None and 1e6 < needed < 1e8
    check_disk(one, lambda path: needed + 1)
    with pytest.raises(UserError, match="free the disk, or keep fewer"):
        check_disk(one, lambda path: needed - 1)


def test_what_does_not_stay_is_deleted_but_for_the_last_until_the_end(tmp_path: Path) -> None:
    one = run_of(load(tmp_path))
    for step in (25, 50, 75):
        one.checkpoint(step).mkdir(parents=True)
        (one.checkpoint(step) / LAST).write_text("{}")
        (one.checkpoint(step) / "optimizer.pt").write_bytes(b"state")
    one.prune(last=75)
    assert one.there() == [50, 75] and one.goes_on_from() == 75
    one.finish()
    assert one.there() == [50] and one.goes_on_from() is None


def test_a_checkpoint_that_a_kill_left_half_written_is_not_gone_on_from(tmp_path: Path) -> None:
    one = run_of(load(tmp_path))
    for step, files in ((50, ("config.json", "optimizer.pt", LAST)), (100, ("config.json",))):
        one.checkpoint(step).mkdir(parents=True)
        for name in (*files, "optimizer.pt"):
            (one.checkpoint(step) / name).write_text("{}")
    assert one.there() == [50] and one.goes_on_from() == 50


def test_methods_tell_how_checkpoints_were_trained_and_no_path_of_a_machine(tmp_path: Path) -> None:
    base = tmp_path / "bases" / "mine-1b"
    base.mkdir(parents=True)
    more = f"      base: {base}\n      adapter: {{r: 8}}\n      args: {{learning_rate: 1e-5}}\n"
    told = methods_of(load(tmp_path))["trained"]
    assert told == {"kind": "SFT of all weights of org/small-1b on data.jsonl, 100 steps, seed 1"}
    told = methods_of(load(tmp_path, STUDY + more))["trained"]
    assert told["kind"] == (
        "SFT of a LoRA (r 8) of mine-1b on data.jsonl, 100 steps, seed 1, learning_rate 1e-5"
    )
    assert str(tmp_path) not in told["kind"]


def test_a_study_that_trains_nothing_has_the_methods_that_it_had(tmp_path: Path) -> None:
    start = STUDY.replace("[0, 50, 100]", "[0]")
    assert "trained" not in methods_of(load(tmp_path, start))
