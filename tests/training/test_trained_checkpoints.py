"""Training and asking hang together by what was trained, and not by a look at a folder."""

import shutil
from pathlib import Path

import pytest

from graph import edit, lay_out, plan, snakemake

pytestmark = pytest.mark.long

STUDY = """study: taught
goals: [social]
framings: [third]
sample: {name_pairs: 1, semantics_name_pairs: 1}
models:
  kind:
    provider: transformers
    source: org/small
    checkpoints: {steps: [0, 50, 100]}
    training: {method: sft, data: data.jsonl, steps: 100, save_steps: 50}
"""
ALL = {"ask": 1, "recipe": 8, "requests": 2, "train": 1, "ask_checkpoint": 3}
AGAIN = {"ask": 1, "recipe": 3, "train": 1, "ask_checkpoint": 2}


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A study whose training and asking have left their outputs; no model trained or answered."""
    folder = lay_out(tmp_path / "run", STUDY)
    (folder / "data.jsonl").write_text('{"text": "not bad"}\n')
    assert plan(folder, "ask") == ALL
    results = "results/taught"
    recipes = ["train/kind", *(f"checkpoints/kind/{step}" for step in (0, 50, 100)), "ask"]
    before = [f"{results}/requests/kind/{name}.parquet" for name in ("social", "semantics")]
    snakemake(folder, *before, *(f"{results}/recipes/{name}.json" for name in recipes))
    for path in ("training/kind/trained.json", *(f"answers/kind/{s}.done" for s in (0, 50, 100))):
        made = folder / results / path
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text("{}\n")
    return folder


def test_what_is_trained_and_asked_stays_so_whatever_becomes_of_its_folder(trained: Path) -> None:
    assert plan(trained, "ask") == {}
    left = trained / "runs/taught/kind/checkpoint-50"
    left.mkdir(parents=True)
    (left / "config.json").write_text("{}")
    assert plan(trained, "ask") == {}, "full"
    shutil.rmtree(trained / "runs")
    assert plan(trained, "ask") == {}, "deleted once asked"
    shutil.rmtree(trained / ".snakemake")
    assert plan(trained, "ask") == {}, "nothing remembered"


def test_another_line_of_data_or_setting_trains_and_asks_anew_but_not_where_it_starts(
    trained: Path,
) -> None:
    (trained / "data.jsonl").write_text('{"text": "amazing"}\n')
    assert plan(trained, "ask") == AGAIN
    (trained / "data.jsonl").write_text('{"text": "not bad"}\n')
    assert plan(trained, "ask") == {}, "taken back"
    edit(trained / "config/config.yaml", "save_steps: 50", "save_steps: 50, seed: 2")
    assert plan(trained, "ask") == AGAIN
    edit(trained / "config/config.yaml", "seed: 2", "keep: all")
    assert plan(trained, "ask") == {}, "what stays on disk changes no answer"


def test_a_deleted_checkpoint_that_is_needed_is_one_sentence_with_the_remedy(
    trained: Path,
) -> None:
    edit(trained / "config/config.yaml", "goals: [social]", "goals: [social, both]")
    done = snakemake(trained, "results/taught/answers/kind/50.done", check=False)
    told = (trained / "logs/taught/ask/kind/50.log").read_text()
    assert done.returncode == 1 and "run again with --forcerun train" in told
    assert "models.kind, key checkpoints: runs/taught/kind/checkpoint-50 is needed" in told
