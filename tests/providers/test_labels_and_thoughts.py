"""Labels and thoughts of local models: what of them is an answer, on real engines."""

import json
from pathlib import Path
from typing import Any

import pytest

from asking import Job, job, tables
from engine_env import ask, reference, run

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engines")]


def asked(folder: Path, source: Path, rows: int = 55, most: float = 1, **changes: Any) -> Job:
    """A tiny model with random weights, which says little that can be read."""
    engine = {"dtype": "float32", "max_model_len": 1024}
    found = {"provider": "transformers", "source": str(source), "engine": engine, **changes}
    found["min_label_mass"] = 0
    return job(folder, found, rows=rows, goals=["default"], stop_at_unusable=most)


def test_a_journal_that_began_without_the_forms_with_a_space_goes_on_without(
    tmp_path: Path, models: Path
) -> None:
    """Old answers keep their keys, and what joins them is measured as they were; it is told."""
    found = asked(tmp_path / "run", models / "llama", rows=20)
    ask(found)
    lines = found.lines()
    truth = reference(models / "llama", found)
    old = [{k: v for k, v in line.items() if k != "forms"} for line in lines[:10]]
    for line in old:
        line["logprobs"] = truth[line["request"]]["bare"]
    found.journal.write_text("".join(json.dumps(line) + "\n" for line in old))
    said = ask(found).stdout
    assert "30 to ask" in said and "forms with a space" in said
    assert {line["key"] for line in found.lines()} == {line["key"] for line in lines}
    for line in found.lines():
        assert "forms" not in line
        assert line["logprobs"]["A"] == pytest.approx(truth[line["request"]]["bare"]["A"], abs=1e-3)


SPOKEN = """
from transformers import AutoTokenizer
from tactometer.providers.local.checkpoint_files import find
from tactometer.providers.local.settings import EngineSettings
from tactometer.providers.local.transformers import TorchEngine

found = find({"checkpoint": {}, "source": FOLDER}, "here", True)
tokenizer = AutoTokenizer.from_pretrained(FOLDER)
engine = TorchEngine(found, EngineSettings(dtype="float32", device="cpu"), tokenizer, "here")
ids = tokenizer("Hm, C.</think>(D)<|im_start|>", add_special_tokens=False)["input_ids"]
print(engine._sampled([*ids, *engine._ends, 5, 6], None).text)
"""


def test_decoding_keeps_the_special_tokens_that_part_thought_from_answer(
    tmp_path: Path, models: Path
) -> None:
    """Without them the thought would be read as the answer, or the answer as thought."""
    said = run([], tmp_path, SPOKEN.replace("FOLDER", repr(str(models / "always")))).stdout
    assert said.strip() == "Hm, C.</think>(D)"


def test_a_thought_that_is_never_closed_is_cut_and_no_answer(tmp_path: Path, models: Path) -> None:
    once = {"kind": "samples", "k": 1, "temperature": 1.0, "max_tokens": 24}
    found = asked(tmp_path / "run", models / "always", estimator=once)
    ask(found)
    cut = [line for line in found.lines() if line.get("reason") == "cut"]
    assert len(cut) > 20
    assert all(line["thinking"] is not None for line in found.lines())
    assert (tables(found)["reason"] == "cut").sum() >= len(cut)


@pytest.mark.parametrize("kind", ["samples", "label_logprob"])
def test_thoughts_that_are_cut_stop_their_set_with_the_remedy(
    tmp_path: Path, models: Path, kind: str
) -> None:
    found = asked(
        tmp_path / "run",
        models / "always",
        estimator={"kind": kind, "max_tokens": 3, "temperature": 1.0},
        most=0.5,
    )
    done = ask(found, check=False)
    assert done.returncode == 1 and "estimator.max_tokens" in done.stderr
    assert len(found.lines()) == 2 * 50
