"""Errors, hangs, signals and kills together: every prompt once, and the bill is right."""

import signal
from pathlib import Path
from typing import Any

import pytest

import soak
from tactometer.providers.api.budget import Purse


@pytest.mark.parametrize("source", ["openai/m", "together_ai/m"])
def test_a_small_soak_answers_every_prompt_once_and_its_books_hold(
    tmp_path: Path, source: str
) -> None:
    signals = [signal.SIGKILL, signal.SIGTERM] if source == "openai/m" else [signal.SIGKILL]
    small: dict[str, Any] = {"rows": 195, "goals": ["default"]}
    found = soak.run(tmp_path, signals, every=90, source=source, forked=True, **small)
    lines = found.lines
    assert len(lines) == len({line["key"] for line in lines}) == 260
    assert len({line["fingerprint"] for line in found.arrived}) == len(found.arrived) > 240
    assert found.errors > 3
    assert found.off < 0.005, "the journal holds what the server charged for what arrived"
    assert found.short < 1e-9, "what is on the books is never below what the server charged"


def test_what_was_paid_for_and_not_yet_written_when_a_run_was_killed_stays_on_the_books(
    tmp_path: Path,
) -> None:
    """Killed between the account and the journal: the answer is gone, its price is not."""
    ledger, journal = tmp_path / ".spending.json", tmp_path / "m/0.jsonl"
    first = Purse(ledger, "m/0", 10.0, journal)
    assert first.take(0.5) and first.take(0.5)
    first.settle(0.5, 0.2)
    again = Purse(ledger, "m/0", 10.0, journal)
    assert again.room == pytest.approx(10.0 - 0.2 - 0.5)
    assert Purse(ledger, "m/0", 10.0, journal).room == pytest.approx(again.room), "counted once"
