"""No reply costs its neighbours: mutated replies of each wire format, from a seed."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import mutants
import stub
from asking import Job, inside, job, model, tables
from seeds import seed

DENSE, EVEN = 0.9, 0.5  # shares of the prompts that get a mutant
FORMATS: dict[str, dict[str, Any]] = {
    "chat": {},
    "chat, LiteLLM": {"source": "together_ai/m"},
    "logprobs": {"estimator": {"kind": "label_logprob"}},
    "logprobs, LiteLLM": {"source": "together_ai/m", "estimator": {"kind": "label_logprob"}},
    "batch": {"batch": True},
    "batch, logprobs": {"batch": True, "estimator": {"kind": "label_logprob"}},
}
UNTOLD = ("at", "seconds", "key")  # the address of a server is part of a key


def asked(
    folder: Path, wire: str, number: int, share: float, rows: int
) -> tuple[Job, set[str], str]:
    """A job against a server with this share of mutants; the prompts that got one, and all that was
    printed."""
    log = folder.with_suffix(".log")
    more = ["--mutants", str(number), "--share", str(share)]
    settings = dict(FORMATS[wire])
    source = settings.pop("source", "openai/m")
    more += ["--batches"] if "batch" in settings else []
    with stub.running(log, *more, script=mutants.__file__) as base:
        limits = {"concurrency": 32, "timeout": 5, "attempts": 8, "poll": 0.1}
        who = model(base, source, limits=limits, **settings)
        found = job(folder, who, rows=rows, goals=["default"], stop_at_unusable=1.0)
        done = inside(found)
    assert done.returncode == 0, done.stderr
    told = {call["prompt"] for call in stub.calls(log) if call.get("mutant")}
    return found, told, done.stdout + done.stderr


def answers(found: Job) -> dict[str, str]:
    """The journal by prompt, without what no two runs have in common."""
    lines = found.lines()
    assert len({line["key"] for line in lines}) == len(lines)
    requests = pl.concat([pl.read_parquet(path) for path in found.requests])
    prompts = {
        row["request"]: stub.fingerprint({"messages": row["messages"]})
        for row in requests.iter_rows(named=True)
    }
    told = ({k: v for k, v in line.items() if k not in UNTOLD} for line in lines)
    return {prompts[line["request"]]: json.dumps(line) for line in told}


def fuzz(folder: Path, wire: str, size: int, share: float, rows: int) -> None:
    """Hold `size` mutants at least against a run without; the other prompts are neighbours."""
    whole, _, _ = asked(folder / "whole", wire, 0, 0.0, rows)
    expected, choices, count = answers(whole), tables(whole), 0
    number = seed(1)
    while count < size:
        found, bent, said = asked(folder / f"run{number}", wire, number, share, rows)
        lines, read = answers(found), tables(found)
        assert lines.keys() == expected.keys(), "each prompt is answered"
        assert abs(len(bent) / len(lines) - share) < 0.2
        assert "Traceback" not in said
        for prompt in lines.keys() - bent:
            assert lines[prompt] == expected[prompt], "a neighbour is another"
        requests = {json.loads(lines[prompt])["request"] for prompt in bent}
        same = [frame.filter(~pl.col("request").is_in(requests)) for frame in (read, choices)]
        assert same[0].equals(same[1])
        number, count = number + 1, count + len(bent)


@pytest.mark.parametrize("wire", ["chat", "logprobs", "batch"])
def test_the_neighbours_of_a_mutated_reply_are_the_same_byte_for_byte(
    tmp_path: Path, wire: str
) -> None:
    fuzz(tmp_path, wire, 200, EVEN, rows=130)


@pytest.mark.long
@pytest.mark.parametrize("wire", FORMATS)
def test_two_thousand_mutants_of_each_format_cost_their_own_answers_alone(
    tmp_path: Path, wire: str
) -> None:
    """Fewer through LiteLLM, which reads the same two formats once more, slowly."""
    fuzz(tmp_path, wire, 500 if "LiteLLM" in wire else 2000, DENSE, rows=520)
