"""A pilot asks a small share for real, under the cap, and its cost of the rest holds."""

import json
import math
import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

import inside
import stub
from asking import KEY, ROOT, STUDY, model
from tactometer.elicitation import requests
from tactometer.planning.pilot import Seen
from tactometer.study.comprehension import READ_BACK
from tactometer.study.study import load

WANTED = {"default": 65, "social": 65, "semantics": 520}
PRICES = {"openai/m": {"input": 1000, "output": 1000}}


def pilot(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The command in this process, which has LiteLLM imported already from the second one on."""
    return inside.command(folder, ["pilot", "s.yaml", *options], TEST_API_KEY=KEY)


def pilot_alone(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a user has it."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "workflow"), "TEST_API_KEY": KEY}
    command = [sys.executable, "-m", "tactometer", "pilot", "s.yaml", *options]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def study(folder: Path, base: str, **changes: Any) -> None:
    limits = {"concurrency": 32, "timeout": 60}
    who = {
        **model(base, limits=limits),
        "checkpoints": {"0": {}, "1": {"wire": {"temperature": 0.5}}},
    }
    told = {**STUDY, "prices": PRICES, "models": {"m": who}, **changes}
    (folder / "s.yaml").write_text(yaml.safe_dump(told))


def lines(folder: Path, checkpoint: str) -> list[dict[str, Any]]:
    path = folder / f"results/asked/answers/m/{checkpoint}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def interval(said: str) -> list[float]:
    """The two ends of what a sentence gives in parentheses."""
    inner = said.partition("(")[2].partition(")")[0].replace("$", "").replace(",", "")
    return [float(end) for end in inner.split(" to ")]


def test_a_pilot_asks_a_share_nothing_twice_and_what_it_says_of_the_rest_holds(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    with stub.running(log) as base:
        study(tmp_path, base)
        first = pilot_alone(tmp_path, "--share", "0.05")
        assert first.returncode == 0, first.stderr
        few = sum(math.ceil(0.05 * n) for n in WANTED.values())
        before = [lines(tmp_path, c) for c in "01"]
        assert [len(each) for each in before] == [few, few]
        assert not list(tmp_path.glob("results/asked/answers/m/*.done")), "it is not done"
        whole = pilot(tmp_path, "--share", "1")
        assert whole.returncode == 0, whole.stderr
    assert len(stub.calls(log)) == 2 * sum(WANTED.values()), "something was asked twice"
    for checkpoint, known in zip("01", before, strict=True):
        assert lines(tmp_path, checkpoint)[:few] == known
    cost = sum(x["cost_usd"] for c in "01" for x in lines(tmp_path, c)[few:])
    said = first.stdout.splitlines()[-1]
    low, high = interval(said)
    # of 95%, and which answers are asked first changes with the port: 3.5 standard errors
    assert abs(cost - (low + high) / 2) <= 3.5 / 1.96 * (high - low) / 2, (said, cost)
    assert high - low < 0.2 * cost
    assert f"{2 * (sum(WANTED.values()) - few):,} answers to ask" in said
    assert "0 answers to ask" in whole.stdout.splitlines()[-1]


def test_a_pilot_keeps_the_cap_and_says_where_the_rest_would_pass_it(tmp_path: Path) -> None:
    with stub.running(tmp_path / "log") as base:
        study(tmp_path, base, budget_usd=8)
        done = pilot(tmp_path)
        assert done.returncode == 3 and "Over budget" in done.stdout, done.stdout + done.stderr
        # room for any one call at its worst case (1.7 USD), and not for all: which prompt is the
        # first changes with the port
        study(tmp_path, base, budget_usd=2.5, study="poor")
        poor = pilot_alone(tmp_path)
    assert poor.returncode == 1 and "the budget of 2.5 USD has no room" in poor.stderr
    spent = json.loads((tmp_path / "results/poor/answers/.spending.json").read_text())
    assert 0 < sum(sum(job.values()) for job in spent.values()) <= 2.5


def test_each_prompt_set_counts_by_its_own_mean() -> None:
    found = Seen({"social": [1.0, 3.0], "semantics": [0.1, 0.1]})
    rest = found.rest({"social": 10, "semantics": 100})
    assert rest is not None and rest[0] == pytest.approx(10 * 2 + 100 * 0.1)
    assert rest[1] == pytest.approx(math.sqrt(10**2 * 2 / 2 + 10 * 2))
    assert found.rest({"informative": 1}) is None
    assert Seen({"social": [None]}).rest({"social": 1}) is None


def test_a_pilot_asks_what_a_run_asks_of_every_prompt_set_those_of_checks_too(
    tmp_path: Path,
) -> None:
    """Its answers are found again: by the requests that the stage of a run writes."""
    on = {"analyses": {"checks": {"comprehension": True}}}
    with stub.running(tmp_path / "log") as base:
        study(tmp_path, base, **on)
        done = pilot(tmp_path, "--share", "0.01")
        assert done.returncode == 0, done.stderr
    (tmp_path / "study.json").write_text(json.dumps(load([tmp_path / "s.yaml"]).content()))
    asked = {line["request"] for checkpoint in "01" for line in lines(tmp_path, checkpoint)}
    for prompt_set in (*WANTED, *READ_BACK):
        out = tmp_path / f"{prompt_set}.parquet"
        requests.run(
            Namespace(study=tmp_path / "study.json", model="m", prompt_set=prompt_set, out=out)
        )
        wanted = set(pl.read_parquet(out)["request"])
        assert len(asked & wanted) >= 2, prompt_set
        asked -= wanted
    assert not asked, "what no run asks for was paid for"
