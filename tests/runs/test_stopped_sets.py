"""A prompt set that a model refuses, through the graph: the others go on, and so it can later."""

import shutil
from pathlib import Path

import polars as pl
import pytest

import graph
import stub

SOCIAL = "feeling good about"  # in the prompts of the goal social alone
STUDY = """\
study: small
goals: [default, social]
framings: [third]
sample: {name_pairs: 1, semantics_name_pairs: 1, seed: 3}
models:
  m:
    provider: api
    source: openai/m
    api_base: BASE
    checkpoints: {"0": {}}
"""


def counted(run: Path) -> dict[str, int]:
    """Answers by prompt set, as parsed."""
    folder = run / "results/small/choices/m/0"
    return {path.stem: pl.read_parquet(path).height for path in folder.glob("*.parquet")}


@pytest.mark.long
def test_a_refused_set_stops_the_rest_is_counted_and_what_is_asked_again_is_read_again(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    manner = ("--bodies", "--manner", "refusal", "--only", SOCIAL, "--times", "1")
    goals = [f"results/small/counts/m/0/{goal}.parquet" for goal in ("default", "social")]
    wanted = [*goals, "results/small/semantics/m/0.parquet"]
    with stub.running(log, *manner) as base:
        run = graph.lay_out(tmp_path / "run", STUDY.replace("BASE", base))
        graph.snakemake(run, "--cores", "1", *wanted)
        assert counted(run) == {"default": 65, "social": 50, "semantics": 520}
        assert len(stub.calls(log)) == 65 + 50 + 520
        told = graph.tactometer(run, "plan", "config/config.yaml").stdout
        assert "stopped, as most of its first answers" in told and "no longer" not in told
        assert "Nothing to be done" in graph.snakemake(run, "-n", *wanted).stdout
        others = {p: (run / p).stat().st_mtime_ns for p in (goals[0], wanted[2])}
        on = f"stop_at_unusable: 1\n{STUDY.replace('BASE', base)}"
        (run / "config/config.yaml").write_text(on)
        graph.snakemake(run, "--cores", "1", *wanted)
        assert len(stub.calls(log)) == 65 + 65 + 520 and counted(run)["social"] == 65
        assert {p: (run / p).stat().st_mtime_ns for p in others} == others
        assert "Nothing to be done" in graph.snakemake(run, "-n", *wanted).stdout
        (run / "config/config.yaml").write_text(f"{on}    ask_again: [refused]\n")
        graph.snakemake(run, "--cores", "1", *wanted)
        assert len(stub.calls(log)) == 65 + 65 + 520 + 65
        read = pl.read_parquet(run / "results/small/choices/m/0/social.parquet")
        assert read["choice"].null_count() == 0
        assert "Nothing to be done" in graph.snakemake(run, "-n", *wanted).stdout
    shutil.rmtree(run)
