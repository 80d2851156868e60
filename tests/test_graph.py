"""What is stale is done again, and nothing else: each kind of change, its jobs counted."""

import json
import os
import shutil
import time
from pathlib import Path

import polars as pl
import pytest
from filelock import FileLock

import graph
from graph import edit, plan, snakemake

ENDS = {"gather": 1, "tabulate": 1, "describe": 1, "draw": 1, "write_report": 1}
ALL_ENDS = {**ENDS, "gather": 3}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study that has run to its end, once for all workers."""
    folder = tmp_path_factory.getbasetemp().parent / "finished"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "results/small/report.html").exists():
            snakemake(graph.lay_out(folder))
    return folder


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished study, times and Snakemake's records included."""
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    return folder


def journals(folder: Path) -> dict[str, list[str]]:
    """The keys of each journal's lines, in order."""
    return {
        str(path.relative_to(folder)): [
            json.loads(line)["key"] for line in path.read_text().splitlines()
        ]
        for path in sorted(folder.glob("results/small/answers/*/*.jsonl"))
    }


def test_a_finished_run_has_nothing_to_do(run: Path) -> None:
    assert plan(run) == {}


def test_every_promised_file_is_there(run: Path) -> None:
    results = run / "results" / "small"
    for pattern in (
        "recipes/fit.json",
        "requests/kind/social.parquet",
        "requests/kind/semantics.parquet",
        "answers/kind/1.jsonl",
        "answers/kind/1.done",
        "choices/kind/1/semantics.parquet",
        "counts/people/recorded/social.parquet",
        "semantics/people/recorded.parquet",
        "fits/kind/0/default.nc",
        "tables/estimates.csv",
        "tables/diagnostics.parquet",
        "figures/phi.svg",
        "figures/phi.png",
        "report.html",
    ):
        assert (results / pattern).stat().st_size > 0, pattern
    people = pl.read_parquet(results / "tables/estimates.parquet").filter(model="people")
    assert people["framing"].unique().to_list() == ["pooled"]
    assert set(people["parameter"]) == {
        "alpha",
        "phi",
        "omega_inf",
        "omega_soc",
        "omega_pre",
        "cost",
    }


def test_touching_any_file_changes_nothing(run: Path) -> None:
    later = time.time() + 100
    for path in run.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts:
            os.utime(path, (later, later))
    assert plan(run) == {}


def test_a_lost_snakemake_folder_in_a_fresh_checkout_changes_nothing(run: Path) -> None:
    shutil.rmtree(run / ".snakemake")
    later = time.time() + 100
    for part in graph.PARTS:
        for path in [run / part, *(run / part).rglob("*")]:
            os.utime(path, (later, later))
    os.utime(run / "people.csv", (later, later))
    assert plan(run) == {}


def test_a_change_is_seen_although_snakemake_forgot_everything(run: Path) -> None:
    shutil.rmtree(run / ".snakemake")
    edit(run / "config/config.yaml", "warmup: 150", "warmup: 160")
    assert plan(run) == {"recipe": 4, "fit": 7, **ALL_ENDS}


CONFIG = "config/config.yaml"
PROMPTS = "resources/polite_speech/prompts.yaml"
VIGNETTES = "resources/polite_speech/vignettes.yaml"
PARSER = "workflow/tactometer/choices.py"
MEEK = """\
  meek:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.1, omega: {inf: 0.2, soc: 0.5, pre: 0.3}}
  people:"""
SECOND = """\
      "2": {alpha: 3.0, phi: 0.3, omega: {inf: 0.3, soc: 0.3, pre: 0.4}}
      "1": {"""
ASKS = {"requests": 2, "ask_checkpoint": 3, "parse": 3, "count": 3, "fit": 3, **ENDS, "gather": 2}
ONE = {"ask_checkpoint": 1, "parse": 3, "count": 2, "add_semantics": 1, "fit": 2}
REREAD = {"parse": 9, "count": 6, "add_semantics": 3, "fit": 6, **ENDS, "gather": 2}

# The file that changes, what is replaced by what, and the jobs that it should cost.
CHANGES: dict[str, tuple[str, str, str, dict[str, int]]] = {
    "a goal's text": (PROMPTS, "feeling good about\n", "happy about\n", {"recipe": 2, **ASKS}),
    "one vignette": (
        VIGNETTES, "a poem for", "a limerick for",
        {"recipe": 6, "requests": 6, "ask_checkpoint": 3, **REREAD},
    ),
    "one checkpoint's settings": (
        CONFIG, "alpha: 5.0, phi: 0.3", "alpha: 5.0, phi: 0.4", {"recipe": 2, **ONE, **ALL_ENDS},
    ),
    "one model's fit": (
        CONFIG, "{share: []}", "{share: [], draws: 160}", {"recipe": 2, "fit": 1, **ENDS},
    ),
    "a parser line": (PARSER, 'YES = "yes"', 'YES = str("yes")', {"recipe": 1, **REREAD}),
    "a Stan line": (
        "workflow/stan/s2.stan", "S2 over any subset", "S2, over any subset",
        {"recipe": 1, "fit": 7, **ALL_ENDS},
    ),
    "a new checkpoint": (CONFIG, '      "1": {', SECOND, {"recipe": 2, **ONE, **ALL_ENDS}),
    "a new model": (
        CONFIG, "  people:", MEEK,
        {"recipe": 6, "requests": 3, **ONE, **ENDS, "gather": 4},
    ),
    "a new goal": (CONFIG, "[default, social]", "[default, social, both]", {"recipe": 4, **ASKS}),
    "recorded counts": (
        "people.csv", "social,0,terrible,22", "social,0,terrible,23",
        {"recipe": 1, "import_people": 1, "fit": 1, **ENDS},
    ),
    "a label": (
        CONFIG, "{share: []}", "{share: []}\n    labels: {family: us}", {"recipe": 1, **ALL_ENDS},
    ),
}  # fmt: skip


def change(run: Path, name: str) -> dict[str, int]:
    """Make a change; gives the jobs that it should cost."""
    file, old, new, jobs = CHANGES[name]
    edit(run / file, old, new)
    return jobs


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_costs_exactly_what_depends_on_it(name: str, run: Path) -> None:
    before = journals(run)
    jobs = change(run, name)
    assert plan(run) == jobs
    snakemake(run)
    assert plan(run) == {}
    after = journals(run)
    for path, keys in after.items():
        held = before.get(path, [])
        assert keys[: len(held)] == held, "a journal is append-only"
        assert len(set(keys)) == len(keys), "an answer was asked twice"


def test_changes_together_cost_what_they_cost_alone(run: Path) -> None:
    for name in ("a goal's text", "a parser line", "a Stan line"):
        change(run, name)
    assert plan(run) == {
        **REREAD, "recipe": 4, "requests": 2, "ask_checkpoint": 3, "fit": 7, **ALL_ENDS,
    }  # fmt: skip
    snakemake(run)
    assert plan(run) == {}


def test_one_vignette_asks_its_own_requests_alone(run: Path) -> None:
    before = journals(run)
    change(run, "one vignette")
    snakemake(run, "ask")
    after = journals(run)
    for name in before:
        asked = len(after[name]) - len(before[name])
        assert asked == 2 * 5 + 5 * 8, "two goals x 5 states, and 5 states x 8 utterances"
