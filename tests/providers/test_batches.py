"""`batch: true`: submitted once, whatever happens, against a server that keeps what it is given."""

import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import batchstub
import stub
from asking import KEY, Job, inside, job, model, tables, texts
from seeds import seed
from tactometer.journal import journal

ALL = 65 + 65  # requests of a goal, and as many of the yes/no ones


def server(log: Path, *arguments: str) -> Any:
    return stub.running(log, *arguments, script=batchstub.__file__)


def batched(folder: Path, base: str, source: str = "openai/m", **changes: Any) -> Job:
    limits = {"attempts": 8, "poll": 0.1, **changes.pop("limits", {})}
    study = {k: changes.pop(k) for k in ("budget_usd", "prices") if k in changes}
    settings = {"batch": True, "limits": limits, **changes}
    return job(folder, model(base, source, **settings), rows=65, goals=["default"], **study)


def run(asked: Job) -> str:
    """Ask in this process; gives the error's sentence, or nothing."""
    return inside(asked).stderr.strip()


def calls(log: Path, what: str) -> list[dict[str, Any]]:
    return [call for call in stub.calls(log) if call["what"] == what]


def ordered(log: Path) -> Counter[str]:
    """How often each key was submitted."""
    return Counter(key for call in calls(log, "create") for key in call["keys"])


@pytest.mark.parametrize("source", ["openai/m", "hosted_vllm/m", "azure/m", "mistral/m"])
def test_every_request_is_answered_from_one_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setenv("AZURE_API_VERSION", "2024-10-21")
    log = tmp_path / "log"
    with server(log, "--delay", "0.5") as base:
        asked = batched(tmp_path / "run", base, source)
        assert run(asked) == ""
        assert run(asked) == ""  # nothing is left to order
    lines = asked.lines()
    assert len(lines) == len({line["key"] for line in lines}) == ALL
    assert [c["size"] for c in calls(log, "upload")] == [ALL]
    assert set(ordered(log).values()) == {1} and len(ordered(log)) == ALL
    assert set(tables(asked)["method"]) == {"letter"}
    assert all(line["usage"]["completion_tokens"] == 5 for line in lines)
    assert KEY not in texts(asked.folder)


def test_a_batch_says_what_single_calls_say(tmp_path: Path) -> None:
    exact = {"kind": "label_logprob"}
    with stub.running(tmp_path / "one") as base:
        single = job(tmp_path / "single", model(base, estimator=exact), rows=65, goals=["default"])
        assert run(single) == ""
        one = tables(single)
    with server(tmp_path / "log") as base:
        asked = batched(tmp_path / "run", base, estimator=exact)
        assert run(asked) == ""
    assert tables(asked).equals(one)


def test_requests_that_fail_are_ordered_again_within_the_attempts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with server(log, "--trouble", "0.2") as base:
        asked = batched(tmp_path / "run", base, limits={"batch_requests": 50})
        assert run(asked) == ""
    assert len(asked.lines()) == ALL
    assert max(c["size"] for c in calls(log, "upload")) == 50
    assert 1 < max(ordered(log).values()) <= 8
    hopeless = tmp_path / "hopeless"
    with server(hopeless, "--trouble", "1", "--kinds", "500") as base:
        asked = batched(tmp_path / "again", base, limits={"attempts": 2})
        said = run(asked)
    assert f"{ALL} of {ALL} answers are missing: the last error was: 2 attempts failed" in said
    assert set(ordered(hopeless).values()) == {2}


@pytest.mark.parametrize(
    ("arguments", "said", "answered"),
    [
        (["--creates", "refuse"], "(400): ", 0),
        (["--trouble", "0.05", "--kinds", "400"], "the request was refused (400)", None),
        (["--ends", "failed:invalid_json_line"], "batch batch-0 failed: stub says invalid", 0),
        (["--ends", "cancelled"], "batch batch-0 cancelled", ALL // 2),
    ],
)
def test_what_no_try_would_mend_stops_with_a_sentence_and_keeps_what_came(
    tmp_path: Path,
    arguments: list[str],
    said: str,
    answered: int | None,
) -> None:
    log = tmp_path / "log"
    with server(log, *arguments) as base:
        asked = batched(tmp_path / "run", base)
        told = run(asked)
    assert said in told and "run again" in told, told
    assert len(calls(log, "create")) + len(calls(log, "refuse")) == 1
    assert len(asked.lines()) == answered if answered is not None else asked.lines()


@pytest.mark.parametrize("end", ["expired", "failed:token_limit_exceeded"])
def test_what_a_batch_left_undone_is_ordered_again(tmp_path: Path, end: str) -> None:
    log = tmp_path / "log"
    with server(log, "--ends", end) as base:
        asked = batched(tmp_path / "run", base)
        assert run(asked) == ""
    assert len(asked.lines()) == ALL
    sizes = [len(call["keys"]) for call in calls(log, "create")]
    assert sizes == ([ALL, ALL // 2] if end == "expired" else [ALL, ALL // 2, ALL // 2])


@pytest.mark.parametrize("plan", ["500", "drop", "lost", "lost,500"])
def test_an_unclear_submission_is_looked_for_before_it_is_made_again(
    tmp_path: Path, plan: str
) -> None:
    log = tmp_path / "log"
    with server(log, "--creates", plan) as base:
        asked = batched(tmp_path / "run", base)
        assert run(asked) == ""
    assert len(asked.lines()) == ALL
    assert set(ordered(log).values()) == {1}
    assert len(calls(log, "lost")) == plan.count("lost")
    assert calls(log, "list")


@pytest.mark.long
def test_kills_at_every_step_submit_nothing_twice(tmp_path: Path) -> None:
    """Killed before and after each call reaches the server, and at random moments."""
    log = tmp_path / "log"
    draw = random.Random(seed(5))
    steps = [("upload", 0.0), ("create", 0.0), ("list", 0.0), ("look", 0.3), ("content", 0.0)]
    steps += [(step, draw.random() * 0.3) for step in ("create", "content")]
    with server(log, "--latency", "0.15", "--delay", "1", "--trouble", "0.2") as base:
        asked = batched(tmp_path / "run", base, limits={"batch_requests": 45})
        for step, pause in steps:
            before = len(calls(log, step)) if log.exists() else 0
            process = asked.fork()
            began = time.monotonic()
            while time.monotonic() - began < 30 and process.poll() is None:
                if len(calls(log, step) if log.exists() else []) > before:
                    break  # the server has it, and answers 150 ms later
                time.sleep(0.005)
            time.sleep(pause)
            process.kill()
            process.wait()
        with asked.journal.with_suffix(".batches.jsonl").open("ab") as stream:
            stream.write(b'{"key": "torn')
        assert run(asked) == ""
    lines = asked.lines()
    assert len(lines) == len({line["key"] for line in lines}) == ALL
    failed = Counter(
        key
        for line in journal.read(asked.journal.with_suffix(".batches.jsonl"))
        for key in line.get("failed", ())
    )
    # A key is submitted once, and once more for each time that the server failed it.
    assert ordered(log) == Counter({line["key"]: 1 + failed[line["key"]] for line in lines})
    assert asked.done.exists()


def test_the_budget_counts_the_worst_case_of_batches_at_half_the_price(tmp_path: Path) -> None:
    log = tmp_path / "log"
    prices = {"openai/m": {"input": 0.0, "output": 1000.0}}
    worst, cost = 16 * 0.5e-3, 5 * 0.5e-3  # of one answer, as feared and as it comes
    with server(log, "--delay", "0.3") as base:
        budget: dict[str, Any] = {"prices": prices, "budget_usd": 20.5 * worst}
        asked = batched(tmp_path / "run", base, **budget)
        said = run(asked)
        assert "budget" in said and "answers are missing" in said
        assert len(calls(log, "create")[0]["keys"]) == 20
        paid = sum(line["cost_usd"] for line in asked.lines())
        assert paid == pytest.approx(cost * len(asked.lines()))
        assert 20.5 * worst - worst < paid <= 20.5 * worst
        more = batched(asked.folder, base, prices=prices, budget_usd=100.0)
        assert run(more) == ""
    assert len(more.lines()) == ALL
    assert set(ordered(log).values()) == {1}


@pytest.mark.long
def test_a_killed_batch_stays_on_the_budget_until_it_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    budget: dict[str, Any] = {"prices": {"openai/m": {"input": 0.0, "output": 1000.0}}}
    with server(log, "--delay", "4") as base:
        asked = batched(tmp_path / "run", base, **budget, budget_usd=ALL * 16 * 0.5e-3 + 1e-9)
        process = asked.fork()
        while not (log.exists() and calls(log, "look")):
            assert process.poll() is None
            time.sleep(0.02)
        process.kill()
        process.wait()
        ledger = json.loads((asked.answers / ".spending.json").read_text())
        assert ledger["m/0"]["held"] == pytest.approx(ALL * 16 * 0.5e-3)
        # Without `batch` the same answers would be paid for twice.
        single = job(asked.folder, model(base), rows=65, goals=["default"], **budget)
        assert f"{ALL} of the answers are on order in batch batch-0" in run(single)
        again = batched(asked.folder, base, **budget, budget_usd=ALL * 16 * 0.5e-3 + 1e-9)
        assert run(again) == ""
    assert set(ordered(log).values()) == {1}
    ledger = json.loads((asked.answers / ".spending.json").read_text())["m/0"]
    assert ledger["held"] == pytest.approx(0.0) and ledger["lost"] == 0.0
    assert ledger["spent"] == pytest.approx(ALL * 5 * 0.5e-3)


def test_a_provider_without_batches_is_told_before_any_call(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with server(log) as base:
        said = run(batched(tmp_path / "run", base, "anthropic/claude-sonnet-4-5"))
    assert "key batch" in said and "not to anthropic; remove the key" in said
    assert not stub.calls(log)


def test_what_was_cut_in_a_batch_is_ordered_once_more_and_no_third_time(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with server(log, "--delay", "0.2", "--manner", "cut", "--only", "photo|song") as base:
        asked = batched(tmp_path / "run", base)
        assert run(asked) == ""
        cut = (tables(asked)["reason"] == "cut").sum()
        assert 0 < cut < 30
        for _ in range(3):
            assert run(batched(tmp_path / "run", base, ask_again=["cut"])) == ""
    assert Counter(ordered(log).values()) == {1: ALL - cut, 2: cut}
    assert len(asked.lines()) == ALL + cut


def test_a_set_that_stops_is_ordered_no_further(tmp_path: Path) -> None:
    """Batches of 60: the first is paid for, and what it brings keeps the rest of its set back."""
    log = tmp_path / "log"
    with server(log, "--delay", "0.2", "--manner", "refusal") as base:
        asked = batched(tmp_path / "run", base, limits={"batch_requests": 60})
        said = run(asked)
    assert said == "" and asked.done.exists()
    assert len(asked.lines()) == sum(call["size"] for call in calls(log, "upload"))


def test_a_batch_endpoint_that_gets_no_extra_headers_is_told_before_any_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANT", "a-value-that-nobody-may-see")
    log = tmp_path / "log"
    with server(log) as base:
        own = {"extra_headers": {"X-Tenant": "TENANT"}}
        said = run(batched(tmp_path / "run", base, "mistral/m", **own))
    assert "key extra_headers" in said and len(said.splitlines()) == 1 and not stub.calls(log)


@pytest.mark.parametrize("source", ["openai/m", "hosted_vllm/m", "azure/m"])
def test_extra_headers_go_with_every_call_of_a_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setenv("TENANT", "a-value-that-nobody-may-see")
    monkeypatch.setenv("AZURE_API_VERSION", "2024-10-21")
    log = tmp_path / "log"
    with server(log, "--delay", "0.5") as base:
        own = {"extra_headers": {"X-Tenant": "TENANT"}}
        asked = batched(tmp_path / "run", base, source, **own)
        assert run(asked) == ""
    tenants = stub.calls(log)[-1]["tenants"]
    assert len(tenants) >= 4 and set(tenants.values()) == {"a-value-that-nobody-may-see"}, tenants
    assert "a-value-that-nobody-may-see" not in texts(asked.folder)


def test_a_kill_between_journal_and_ledger_counts_and_asks_nothing_twice(tmp_path: Path) -> None:
    """What such a kill leaves: the answers on disk, the order not read, its worst case held."""
    log, worst = tmp_path / "log", ALL * 16 * 0.5e-3
    price: dict[str, Any] = {"prices": {"openai/m": {"input": 0.0, "output": 1000.0}}}
    with server(log, "--manner", "cut", "--only", "photo|song") as base:
        asked = batched(tmp_path / "run", base, **price, budget_usd=100, ask_again=["cut"])
        spending = asked.answers / ".spending.json"
        orders = asked.journal.with_suffix(".batches.jsonl")
        assert run(asked) == ""
        *noted, read = orders.read_bytes().splitlines(keepends=True)
        assert json.loads(read)["step"] == "read"
        orders.write_bytes(b"".join(noted))
        spending.write_text(json.dumps({"m/0": {"spent": 0.0, "held": worst, "lost": 0.0}}))
        cut = (tables(asked)["reason"] == "cut").sum()
        assert run(asked) == ""
    assert Counter(ordered(log).values()) == {1: ALL - cut, 2: cut}
    assert Counter(Counter(line["key"] for line in asked.lines()).values()) == {
        1: ALL - cut,
        2: cut,
    }
    ledger = json.loads(spending.read_text())["m/0"]
    assert ledger["held"] == pytest.approx(0.0) and ledger["lost"] == 0.0
    assert ledger["spent"] == pytest.approx(sum(line["cost_usd"] for line in asked.lines()))
