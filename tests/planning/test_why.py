"""What is stale is explained: which file or key changed, old and new, and what it costs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graph import edit, plan, tactometer
from tactometer.planning.recipe_diff import changes
from tactometer.study.analyses import names as analysis_names

CONFIG, PROMPTS = "config/config.yaml", "resources/polite_speech/prompts.yaml"
PARSER = "workflow/tactometer/reading/choices.py"


def why(run: Path, *target: str) -> dict[str, Any]:
    """What `tactometer why` says, as JSON."""
    found: dict[str, Any] = json.loads(tactometer(run, "why", CONFIG, *target, "--json").stdout)
    return found


BOTH = """\
import json, sys
from pathlib import Path
from tactometer.planning.why import why
from tactometer.study import study
file = Path(sys.argv[1])
found = why(study.load([file]), [file], [])
print(json.dumps([found.as_dict(), "\\n".join(found.lines(file))]))
"""


def both(run: Path) -> tuple[dict[str, Any], str]:
    """What `why` would say as JSON, and as text, of one dry run."""
    env = {**os.environ, "PYTHONPATH": str(run / "workflow")}
    command = [sys.executable, "-c", BOTH, CONFIG]
    done = subprocess.run(command, cwd=run, env=env, capture_output=True, text=True, check=True)
    found, text = json.loads(done.stdout)
    return found, text


def runs(jobs: dict[str, dict[str, int]]) -> dict[str, int]:
    """Jobs to run by rule, as `graph.plan` has them."""
    counts = {rule: states["new"] + states["stale"] for rule, states in jobs.items()}
    return {rule: count for rule, count in counts.items() if count}


@pytest.mark.long
def test_changed_texts_settings_and_code_are_told_apart_with_their_costs(run: Path) -> None:
    assert "Nothing is stale" in tactometer(run, "why", CONFIG).stdout
    edit(run / PROMPTS, "feeling good about\n", "happy about\n")
    edit(run / PARSER, 'YES = "yes"', 'YES = str("yes")')
    edit(run / CONFIG, "{share: []}", "{share: [], draws: 160}")
    found, said = both(run)
    told = {recipe: each for each in found["stale"] for recipe in each["recipes"]}
    asked = {"requests/kind/social", "requests/blunt/social"}
    assert set(told) == {*asked, "parse", "fit/people", "write_report"}, "draws are told of"
    (text,) = told["requests/kind/social"]["changes"]
    assert text["key"] == "texts.goal" and not text["code"]
    assert "good about" in text["old"] and "happy about" in text["new"]
    (code,) = told["parse"]["changes"]
    assert code["key"] == "reading/choices.py" and code["code"] and len(code["old"]) == 32
    (draws,) = told["fit/people"]["changes"]
    assert (draws["key"], draws["old"], draws["new"]) == ("fit.draws", 150, 160)
    assert runs(found["jobs"]) == plan(run)
    assert runs(told["fit/people"]["jobs"]) == {
        **{"recipe": 1, "fit": 1, "gather": 1, "tabulate": 1, "describe": 1, "draw": 1},
        **{f"analyse_{name}": 1 for name in analysis_names()},
        **{"condense": 1, "write_report": 1},
    }
    assert found["to_ask"] == told["requests/kind/social"]["to_ask"] == 3 * 13 * 5
    assert told["parse"]["to_ask"] == 0 or "ask_checkpoint" in told["parse"]["jobs"]
    assert "feeling good about" in said and "accept config/config.yaml parse" in said

    one = why(run, "results/small/fits/people/recorded/social.nc")
    assert [each["recipes"] for each in one["stale"]] == [["fit/people"]]
    wrong = tactometer(run, "why", CONFIG, "results/small/nothing.nc", status=1).stderr
    assert "makes no results/small/nothing.nc: name ask, semantics, fits" in wrong
    for target, near in (("fitz", "fits"), ("parse", "")):
        wrong = tactometer(run, "why", CONFIG, target, status=1).stderr
        assert (f"has no target {target!r}" in wrong and f"{near} was meant" in wrong) or not near


def test_files_that_were_lost_or_edited_by_hand_are_named(run: Path) -> None:
    (run / "results/small/choices/kind/0/social.parquet").unlink()
    found = why(run)
    assert any("Missing, but nothing needs it" in remark for remark in found["remarks"])
    counts = run / "results/small/counts/blunt/0/social.parquet"
    counts.write_bytes(counts.read_bytes() + b" ")
    journal = run / "results/small/answers/blunt/0.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:-7]))
    text = tactometer(run, "why", CONFIG).stdout
    assert "counts/blunt/0/social.parquet changed after" in text
    assert (
        "7 answers are no longer in its journal; delete results/small/answers/blunt/0.done" in text
    )


LEAVES: dict[str, tuple[Any, Any, list[str]]] = {
    "nothing": ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 2]}}, []),
    "a number": ({"a": {"b": 1}}, {"a": {"b": 2}}, ["a.b  1 → 2"]),
    "a new key": ({}, {"wire": {"effort": "low"}}, ['wire.effort  none → low']),
    "code first": (
        {"keys": 1, "sources": {"x.py": "a" * 32}},
        {"keys": 2, "sources": {"x.py": "b" * 32, "y.py": "c" * 32}},
        ["x.py  aaaaaaaa → bbbbbbbb", "y.py  none → cccccccc", "keys  1 → 2"],
    ),
    "one vignette of several": (
        {"v": [{"id": "cake", "made": "a cake"}, {"id": "poem", "made": "a poem"}]},
        {"v": [{"id": "cake", "made": "a cake"}, {"id": "poem", "made": "an ode"}]},
        ['v.poem.made  "a poem" → "an ode"'],
    ),
    "a long text": (
        {"goal": "say " * 30 + "what is true" + " now" * 30},
        {"goal": "say " * 30 + "what is kind" + " now" * 30},
        ['goal  …"say say say what is true now now now now now"… → '
         '…"say say say what is kind now now now now now"…'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAVES)
def test_a_difference_is_said_in_a_line(name: str) -> None:
    used, wanted, said = LEAVES[name]
    assert [str(change) for change in changes(used, wanted)] == said
