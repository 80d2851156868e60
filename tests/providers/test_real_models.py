"""Two small real models: what the engines give is what one plain forward pass a prompt gives.

`make test-real` fetches them. TACTOMETER_REAL_REQUESTS is how many requests of each estimator are
compared (24); 200 take a quarter of an hour.
"""

import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from asking import ROOT, Job, job
from engine_env import ask, reference, utterances

MODELS = ROOT / ".real-models"
COUNT = int(os.environ.get("TACTOMETER_REAL_REQUESTS", "24"))
pytestmark = [pytest.mark.real, pytest.mark.xdist_group("engines")]
KINDS = {
    "smollm2-135m-instruct": ("label_logprob", "utterance_logprob"),
    "gemma3-270m-base": ("utterance_logprob",),
}
CASES = [(name, kind) for name, kinds in KINDS.items() for kind in kinds]


def asked(folder: Path, provider: str, name: str, kind: str) -> Job:
    """A job with as many requests as wanted, half of them yes/no, spread over the design."""
    model: dict[str, Any] = {
        "provider": provider,
        "source": str(MODELS / name),
        "engine": {"dtype": "float32", "max_model_len": 1024},
        "estimator": {"kind": kind},
        "min_label_mass": 0,
    }
    if name.endswith("base"):
        model["prompt"] = {"chat": False}
    found = job(folder, model, stop_at_unusable=1)
    for path in found.requests:
        few = COUNT // 2 if path.stem == "semantics" else COUNT // 4
        pl.read_parquet(path).sample(few, seed=1).write_parquet(path)
    return found


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_both_engines_answer_as_a_plain_forward_pass_does(
    tmp_path: Path, name: str, kind: str
) -> None:
    assert (MODELS / name).is_dir(), "run `make test-real`, which fetches the models"
    seen = {}
    for provider in ("transformers", "vllm"):
        found = asked(tmp_path / provider, provider, name, kind)
        ask(found)
        seen[provider] = {line["request"]: line["logprobs"] for line in found.lines()}
    truth = exact(MODELS / name, found, kind)
    assert len(truth) == 2 * (COUNT // 4) + COUNT // 2
    off = {provider: farthest(lines, truth) for provider, lines in seen.items()}
    between = farthest(seen["transformers"], seen["vllm"])
    print(f"{name}, {kind}, {len(truth)} requests: {off} nats off, {between} between")
    assert max(off.values()) < 1e-4 and between < 2e-4


def test_a_gguf_file_answers_as_the_folder_that_was_made_of_it(tmp_path: Path) -> None:
    """Its tokenizer and its chat template too; what the file says of BOS is kept."""
    seen = []
    for name in ("smollm2-135m-instruct", "smollm2-135m-instruct.gguf"):
        found = asked(tmp_path / name, "transformers", name, "utterance_logprob")
        ask(found)
        seen.append({line["request"]: line["logprobs"] for line in found.lines()})
    assert farthest(*seen) < 1e-5
    told = json.loads(found.done.read_text())["identity"]["content"]
    assert list(told) == ["gguf"]


def exact(model: Path, found: Job, kind: str) -> dict[str, dict[str, float]]:
    """The log-probabilities of each request by the script of the tests."""
    if kind == "utterance_logprob":
        told = utterances(model, found, chat=not model.name.endswith("base"))
        return {r: {u: p for u, (p, _) in each["each"].items()} for r, each in told.items()}
    return {r: each["both"] for r, each in reference(model, found).items()}


def farthest(one: dict[str, Any], other: dict[str, Any]) -> float:
    """The most that two sets of answers differ by, in nats."""
    assert one.keys() == other.keys()
    return max(abs(one[r][x] - other[r][x]) for r in one for x in other[r])
