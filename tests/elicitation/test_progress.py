"""Long asking says how far it is, and asks goals interleaved."""

import io
import json
import time
from pathlib import Path

import polars as pl
import pytest

import batchstub
import stub
from asking import inside, job, model
from tactometer.elicitation import progress
from tactometer.elicitation.progress import Progress
from tactometer.journal.journal import Line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(count: int, **more: object) -> list[Line]:
    return [Line(str(i), "r", 0, "(A)", cost_usd=0.01, **more) for i in range(count)]  # type: ignore[arg-type]


def test_a_log_gets_a_line_a_minute_and_a_terminal_one_that_renews_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    ledger = tmp_path / "spending.json"
    ledger.write_text(json.dumps({"m/0": {"spent": 1.5, "lost": 0.25, "held": 9.0}}))
    for stream in (io.StringIO(), Terminal()):
        now[0] = 100.0
        told = Progress(1000, 25.0, ledger, stream)
        for _ in range(120):  # two minutes
            now[0] += 1.0
            told.see(lines(2) + lines(1, finish_reason="length"))
        told.end()
        said = stream.getvalue()
        last = (
            "360 of 1,000 answers, 640 to go, 3.0 a second, 4 min left, 1.75 of 25 USD spent; "
            "invalid: 120 cut"
        )
        assert last in said
        assert said.count("\n") == (1 if stream.isatty() else 2)
        assert said.count("\r") == (120 if stream.isatty() else 0)


def test_the_rate_holds_where_answers_come_in_hundreds_minutes_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    told = Progress(4000, None, tmp_path / "none", stream, lambda: "500 in the engine")
    for minute in range(1, 13):
        now[0] = 60.0 * minute
        told.see(lines(500) if minute % 3 == 0 else [])
    said = stream.getvalue().splitlines()
    assert len(said) == 12 and "a second" not in said[0] + said[1], "nothing has come"
    rates = [float(line.partition(" to go, ")[2].split()[0]) for line in said[2:]]
    assert all(1.6 < rate < 8.4 for rate in rates), rates  # 2.8 all in all
    assert said[4].startswith("500 of 4,000 answers, 3,500 to go, ") and "min left" in said[4]
    assert said[4].endswith("500 in the engine")


def test_it_is_told_while_no_answer_comes_and_what_waits_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "IN_LOG", 0.02)
    stream = io.StringIO()
    began = time.monotonic()
    with Progress(10, None, tmp_path / "none", stream, lambda: "one batch on order"):
        while stream.getvalue().count("\n") < 3 and time.monotonic() - began < 10:
            time.sleep(0.01)
    assert "0 of 10 answers, 10 to go, one batch on order" in stream.getvalue()
    told = stream.getvalue()
    time.sleep(0.1)
    assert stream.getvalue() == told, "it goes on though the asking has ended"


def test_batches_tell_what_is_done_at_their_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "IN_LOG", 0.05)
    log = tmp_path / "log"
    with stub.running(log, "--delay", "2", script=batchstub.__file__) as base:
        who = model(base, batch=True, limits={"poll": 0.1})
        done = inside(job(tmp_path / "run", who, rows=5))
    assert done.returncode == 0, done.stderr
    said = "0 of 15 answers, 15 to go, batches on order: 1 with 15 requests"
    assert f"{said}, 0 done there" in done.stdout
    assert f"{said}, 7 done there" in done.stdout, done.stdout


def test_goals_are_asked_interleaved_in_time(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with stub.running(log) as base:
        limits = {"concurrency": 1}
        asked = job(tmp_path / "run", model(base, limits=limits), stop_at_unusable=1.0, rows=65)
        assert inside(asked).returncode == 0
    goals: dict[str, str] = {}
    for path in asked.requests:
        for row in pl.read_parquet(path).iter_rows(named=True):
            goals[row["request"]] = row["prompt_set"]
    places: dict[str, list[int]] = {}
    for place, line in enumerate(asked.lines()):
        places.setdefault(goals[line["request"]], []).append(place)
    assert len(places) == 3
    for found in places.values():  # 195 calls: a third each, spread over all
        assert 70 < sum(found) / len(found) < 125 and found[0] < 30 and found[-1] > 165
