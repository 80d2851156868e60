"""A run reads what was pinned when it began; whoever looks meanwhile changes nothing it reads."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

import graph
from graph import contents, edit, plan, snakemake, tactometer
from tactometer.elicitation.requests import build
from tactometer.recipes import recipes
from tactometer.study import study
from tactometer.study.fields import plain

STUDY = """\
study: small
goals: [social]
framings: [third]
sample: {name_pairs: 1, semantics_name_pairs: 1}
models:
  kind:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.3, omega: {inf: 0.3, soc: 0.3, pre: 0.4}}
  blunt:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.8, soc: 0.1, pre: 0.1}}
"""
CONFIG, PROMPTS = "config/config.yaml", "resources/polite_speech/prompts.yaml"


@contextmanager
def stopped_in_the_middle(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A run that has begun its first jobs and is stopped while the block lasts, then goes on."""
    command = [sys.executable, "-m", "snakemake", *arguments]
    null = subprocess.DEVNULL
    run = subprocess.Popen(command, cwd=folder, stdout=null, stderr=null, start_new_session=True)
    try:
        while not any((folder / "logs").rglob("*.log")):
            assert run.poll() is None, "it ended before it could be stopped"
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGSTOP)
        yield run
        os.killpg(run.pid, signal.SIGCONT)
        assert run.wait(timeout=600) == 0
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()


def test_looking_at_another_study_in_the_middle_of_a_run_changes_nothing_of_it(
    tmp_path: Path,
) -> None:
    """A dry run, a plan and a `why` of an edited study and domain, while a run is stopped."""
    folder = graph.lay_out(tmp_path / "run", STUDY)
    config, prompts = (folder / CONFIG).read_text(), (folder / PROMPTS).read_text()
    with stopped_in_the_middle(folder, "ask"):
        pinned = contents(folder / ".snakemake/tactometer/small")
        edit(folder / CONFIG, "{name_pairs: 1", "{name_pairs: 2")
        edit(folder / PROMPTS, "feeling good about\n", "happy about\n")
        assert plan(folder, "ask")
        tactometer(folder, "plan", CONFIG)
        tactometer(folder, "why", CONFIG)
        for path, held in pinned.items():
            assert (path.read_bytes(), path.stat().st_mtime_ns) == held, path
    # the run went on with what it began with: one name pair, the old text
    for model in ("kind", "blunt"):
        requests = pl.read_parquet(folder / f"results/small/requests/{model}/social.parquet")
        assert requests.height == 13 * 5
        assert "feeling good about" in str(requests["messages"].to_list())
    assert plan(folder, "ask"), "the edited study is stale"
    (folder / CONFIG).write_text(config)
    (folder / PROMPTS).write_text(prompts)
    assert plan(folder, "ask") == {}


def test_a_second_run_with_another_content_is_refused_and_overwrites_nothing(
    tmp_path: Path,
) -> None:
    folder = graph.lay_out(tmp_path / "run", STUDY)
    with stopped_in_the_middle(folder, "ask"):
        edit(folder / CONFIG, "{name_pairs: 1", "{name_pairs: 2")
        before = contents(folder / "results")
        done = snakemake(folder, "ask", check=False)
        assert done.returncode != 0
        assert "another Snakemake is at work on this study" in done.stderr + done.stdout
        assert contents(folder / "results") == before
    requests = pl.read_parquet(folder / "results/small/requests/kind/social.parquet")
    assert requests.height == 13 * 5


def test_a_pinned_study_asks_what_the_study_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in the order of goals, framings and models: designs follow it."""
    monkeypatch.chdir(graph.ROOT)
    for file in (CONFIG, "config/studies/closed_source.yaml"):
        loaded = study.load([Path(file)])
        pinned = study.read(recipes.pin(loaded, tmp_path / "results", tmp_path / "pins"))
        assert list(pinned.models) == list(loaded.models) and pinned.goals == loaded.goals
        built = set()
        for one, other in zip(loaded.asked, pinned.asked, strict=True):
            same = one.domain, json.dumps(plain(one.estimator)), one.prompt_sets
            assert same == (other.domain, json.dumps(plain(other.estimator)), other.prompt_sets)
            if same in built:  # requests follow from these alone
                continue
            built.add(same)
            for prompt_set in one.prompt_sets:
                asked = [
                    build(
                        each.domain_of(model.domain),
                        prompt_set,
                        framings=each.settings.framings,
                        name_pairs=1,
                        semantics_name_pairs=1,
                        seed=1,
                        wire={},
                        estimator=plain(model.estimator),
                    )
                    for each, model in ((loaded, one), (pinned, other))
                ]
                assert asked[0].equals(asked[1]), (file, one.name, prompt_set)


def test_a_recorded_file_that_changes_in_the_middle_stops_its_job_in_a_sentence(
    tmp_path: Path,
) -> None:
    folder = graph.lay_out(tmp_path / "run")
    assert plan(folder, "results/small/counts/people/recorded/social.parquet")
    pinned = next((folder / ".snakemake/tactometer/small/studies").glob("*.json"))
    settings = json.loads(pinned.with_suffix(".recipes").read_text())["count_recorded/people"]
    people = folder / "people.csv"
    people.write_text(people.read_text().replace("social,0,terrible,22", "social,0,terrible,23"))
    done = tactometer(
        folder,
        *("reading.recorded_counts", "--study", str(pinned), "--model", "people"),
        *("--settings", settings, "--semantics", "s.parquet", "--counts", "social.parquet"),
        status=1,
    )
    assert "people.csv has changed since this run began" in done.stderr
