"""A budget is a cap: over jobs, kills and servers that do not say what a call took."""

import json
import time
from pathlib import Path

import pytest

import stub
from asking import TRANSPORTS, Job, inside, job, model


def test_a_budget_is_never_passed_and_says_what_is_left(tmp_path: Path) -> None:
    log = tmp_path / "log"
    prices = {"openai/m": {"input": 10.0, "output": 1000.0}}
    with stub.running(log, "--latency", "0.02") as base:
        asked = job(tmp_path / "run", model(base), rows=65, budget_usd=1.0, prices=prices)
        done = inside(asked)
        cost = sum(line["cost_usd"] for line in asked.lines())
        assert done.returncode == 1
        assert f"{195 - len(asked.lines())} of 195 answers are missing" in done.stderr
        assert "budget_usd" in done.stderr
        # It stops because one more call at its worst case would pass the cap, and not before.
        worst = 16 * 1e-3 + 4000 * 1e-5
        assert 1.0 - worst < cost <= 1.0
        assert len(stub.calls(log)) == len(asked.lines())
        more = job(asked.folder, model(base), rows=65, budget_usd=100.0, prices=prices)
        assert inside(more).returncode == 0
    assert len(more.lines()) == len(stub.calls(log)) == 195
    assert '"origin": "the study"' in more.journal.with_suffix(".prices.json").read_text()


@pytest.mark.parametrize("kind", TRANSPORTS)
@pytest.mark.parametrize("manner", ["no-usage", "no-count", "negative"])
def test_a_usage_that_is_not_told_is_taken_at_its_worst_case_and_marked(
    tmp_path: Path, manner: str, kind: str
) -> None:
    log, worst = tmp_path / "log", 16 * 1e-3
    prices = {f"{kind}/m": {"input": 0.0, "output": 1000.0}}
    with stub.running(log, "--manner", manner, "--latency", "0.02") as base:
        who = model(base, f"{kind}/m")
        asked = job(tmp_path / "run", who, budget_usd=25.5 * worst, prices=prices)
        done = inside(asked)
        assert done.returncode == 1 and "budget_usd" in done.stderr
        assert len(asked.lines()) == len(stub.calls(log)) == 25
        assert all(line["assumed"] and line["cost_usd"] == worst for line in asked.lines())
        asked.journal.parent.with_name(".spending.json").unlink()
        assert inside(asked).returncode == 1, "the journal alone holds the cap too"
    assert len(stub.calls(log)) == 25


def test_jobs_that_run_at_once_share_one_budget(tmp_path: Path) -> None:
    prices = {"openai/m": {"input": 0.0, "output": 1000.0}}
    with stub.running(tmp_path / "log", "--latency", "0.05") as base:
        both = {"0": {}, "1": {"wire": {"top_p": 0.9}}}
        one = job(tmp_path / "run", model(base, checkpoints=both), budget_usd=1.0, prices=prices)
        other = Job(one.folder, one.sweep, "1")
        running = [each.fork() for each in (one, other)]
        said = [process.communicate(timeout=600)[1] for process in running]
    assert all("budget" in text for text in said), said
    cost = sum(line["cost_usd"] for each in (one, other) for line in each.lines())
    assert 1.0 - 2 * 16e-3 < cost <= 1.0


def test_a_kill_leaves_its_calls_in_flight_on_the_budget(tmp_path: Path) -> None:
    prices = {"openai/m": {"input": 0.0, "output": 1000.0}}
    log = tmp_path / "log"
    with stub.running(log, "--latency", "5") as base:
        asked = job(tmp_path / "run", model(base), budget_usd=0.03, prices=prices)
        process = asked.fork()
        while not (asked.answers / ".spending.json").exists() or not _held(asked):
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()
        process.wait()
        done = inside(asked)
    assert "budget" in done.stderr and "cut off" in done.stderr
    assert not asked.lines()


def _held(asked: Job) -> float:
    return float(json.loads((asked.answers / ".spending.json").read_text())["m/0"]["held"])


def test_a_budget_without_a_price_is_told_before_any_call(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with stub.running(log) as base:
        done = inside(job(tmp_path / "run", model(base), budget_usd=1.0))
    assert "key prices" in done.stderr
    assert not stub.calls(log)
