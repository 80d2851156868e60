"""Long asking says how far it is, and asks goals interleaved."""

import io
import json
from pathlib import Path

import polars as pl
import pytest

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
