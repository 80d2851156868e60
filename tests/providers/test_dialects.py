"""Errors of real providers are read rightly, by the real LiteLLM and by the plain path."""

from pathlib import Path

import polars as pl
import pytest

import dialects
import stub
from asking import ROOT, inside, job, model
from dialects import CASES, END, ERROR, FILTERED, RETRY, SOURCES, Case, base_of


def named(case: Case) -> str:
    return f"{case.dialect}: {case.name}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_an_error_is_waited_out_is_one_answer_or_ends_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    monkeypatch.setenv("AZURE_API_VERSION", "2024-10-21")
    log, more = tmp_path / "log", ["--dialect", case.dialect, "--case", case.name]
    with stub.running(log, *more, script=dialects.__file__) as base:
        limits = {"concurrency": 1, "attempts": 3, "timeout": 10}
        asked = job(
            tmp_path / "run",
            model(base_of(case, base), SOURCES[case.dialect], limits=limits),
            rows=1,
        )
        for path in asked.requests:
            pl.read_parquet(path).head(1).write_parquet(path)
        done = inside(asked)
    lines, calls = asked.lines(), stub.calls(log)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    if case.do == END:
        assert done.returncode == 1 and case.says in done.stderr, said
        assert len(calls) == 2 and len(lines) == 1
        return
    assert done.returncode == 0, said
    assert len(lines) == len(asked.requests)
    reasons = [line.get("reason") or line["finish_reason"] for line in lines]
    if case.do == RETRY:
        assert len(calls) == len(lines) + 1
        assert reasons == ["stop"] * len(lines)
        assert calls[2]["sent"] - calls[1]["sent"] >= case.wait
    else:
        assert len(calls) == len(lines)
        named = {FILTERED: ("filtered", "content_filter"), ERROR: ("error",)}[case.do]
        assert reasons[1] in named and reasons.count("stop") == len(lines) - 1
        assert case.do != ERROR or "Provider returned error" in lines[1]["raw"]


def test_the_documentation_has_the_table_of_what_is_tried_here() -> None:
    text = (ROOT / "docs/providers.md").read_text()
    for row in table():
        assert row in text


def table() -> list[str]:
    """A row for each case, as the documentation has it."""
    return [f"| {c.dialect} | {c.name} | {c.status} | {dialects.DONE[c.do]} |" for c in CASES]
