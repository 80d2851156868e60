"""What is stale is done again, and nothing else: each kind of change, its jobs counted."""

import json
import os
import shutil
import time
from pathlib import Path

import polars as pl
import pytest

import graph
from graph import ANALYSED, PAGE, edit, plan, snakemake
from seeds import seed
from tactometer.planning import dry_run
from tactometer.study import study_files
from tactometer.study.analyses import names as analysis_names


def ends(gather: int, condense: int = 0) -> dict[str, int]:
    """What follows once so many models are gathered and condensed anew."""
    jobs = {"gather": gather, "tabulate": 1, **ANALYSED, **PAGE}
    return {**jobs, "condense": condense} if condense else jobs


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
    assert plan(run) == {"recipe": 4, "fit": 7, **ends(3, 3)}


CONFIG = "config/config.yaml"
PROMPTS = "resources/polite_speech/prompts.yaml"
VIGNETTES = "resources/polite_speech/vignettes.yaml"
PARSER = "workflow/tactometer/reading/choices.py"
MEEK = """\
  meek:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.1, omega: {inf: 0.2, soc: 0.5, pre: 0.3}}
  people:"""
BLUNT = """\
  blunt:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.8, soc: 0.1, pre: 0.1}}
"""
SECOND = """\
      "2": {alpha: 3.0, phi: 0.3, omega: {inf: 0.3, soc: 0.3, pre: 0.4}}
      "1": {"""
COUNTED = {"count": 6, "count_orders": 6}
ASKS = {
    "requests": 2,
    "ask_checkpoint": 3,
    "parse": 3,
    "count": 3,
    "count_orders": 3,
    "fit": 3,
    **ends(2, 2),
}
ONE = {
    "ask_checkpoint": 1,
    "parse": 3,
    "count": 2,
    "count_orders": 2,
    "count_semantics": 1,
    "fit": 2,
}
REREAD = {"parse": 9, "count": 6, "count_orders": 6, "count_semantics": 3, "fit": 6, **ends(2, 2)}

# The file that changes, what is replaced by what, and the jobs that it should cost.
CHANGES: dict[str, tuple[str, str, str, dict[str, int]]] = {
    "a goal's text": (PROMPTS, "feeling good about\n", "happy about\n", {"recipe": 2, **ASKS}),
    "one vignette": (
        VIGNETTES, "a poem for", "a limerick for",
        {"recipe": 6, "requests": 6, "ask_checkpoint": 3, **REREAD},
    ),
    "one checkpoint's settings": (
        CONFIG, "alpha: 5.0, phi: 0.3", "alpha: 5.0, phi: 0.4", {"recipe": 2, **ONE, **ends(3, 1)},
    ),
    "one model's fit": (
        CONFIG, "{share: []}", "{share: [], draws: 160}", {"recipe": 2, "fit": 1, **ends(1, 1)},
    ),
    "a parser line": (PARSER, 'YES = "yes"', 'YES = str("yes")', {"recipe": 1, **REREAD}),
    "a Stan line": (
        "workflow/stan/s2.stan", "target += s2_log_posterior(", "target += 0 + s2_log_posterior(",
        {"recipe": 3, "fit": 7, **ends(3, 3)},
    ),
    "a new checkpoint": (CONFIG, '      "1": {', SECOND, {"recipe": 2, **ONE, **ends(3, 1)}),
    "a new model": (
        CONFIG, "  people:", MEEK,
        {"recipe": 7, "requests": 3, **ONE, **ends(4, 1)},  # the page has its words
    ),
    "a new goal": (CONFIG, "[default, social]", "[default, social, both]",
        {"recipe": 4 + len(analysis_names()), **ASKS},
    ),
    "an analysis": (
        "workflow/tactometer/analyses/position/computation.py",
        '"found": pl.Boolean,', '"found": pl.Boolean(),',
        {"recipe": 1, "analyse_position": 1, **PAGE},
    ),
    "recorded counts": (
        "people.csv", "social,0,terrible,22", "social,0,terrible,23",
        {"recipe": 1, "count_recorded_people": 1, "fit": 1, **ends(1, 1)},
    ),
    "a label": (
        CONFIG, "{share: []}", "{share: []}\n    labels: {family: us}", {"recipe": 1, **ends(3)},
    ),
}  # fmt: skip


def change(run: Path, name: str) -> dict[str, int]:
    """Make a change; gives the jobs that it should cost."""
    file, old, new, jobs = CHANGES[name]
    edit(run / file, old, new)
    return jobs


# Changes that are made together and run: what they cost, and the answers that they ask for.
TOGETHER: dict[str, tuple[tuple[str, ...], str, dict[str, int], dict[str, int]]] = {
    "what is asked, read and fitted": (
        (
            "a goal's text", "one checkpoint's settings", "one model's fit", "a new checkpoint",
            "recorded counts", "a parser line",
        ),
        "all",
        {
            "recipe": 9, "requests": 2, "ask_checkpoint": 4, "parse": 12, "count": 8,
            "count_orders": 8, "count_semantics": 4, "count_recorded_people": 1, "fit": 9,
            **ends(3, 3),
        },
        {"kind/0": 65, "kind/1": 650, "kind/2": 650, "blunt/0": 65},
    ),
    "who is asked, and how it is analysed": (
        (
            "one vignette", "a Stan line", "a new model", "a new goal", "an analysis", "a label",
        ),
        "results/small/tables/estimates.parquet results/small/tables/position.parquet",
        {
            "recipe": 20 + len(analysis_names()), "requests": 12, "ask_checkpoint": 4, "parse": 16,
            "count": 12, "count_orders": 12, "count_semantics": 4, "fit": 13, **ends(4, 4),
        },
        {"kind/0": 50 + 65, "kind/1": 50 + 65, "blunt/0": 50 + 65, "meek/0": 715},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOGETHER)
def test_changes_together_cost_what_they_cost_alone_and_leave_nothing_to_do(
    name: str, run: Path
) -> None:
    changes, target, jobs, asked = TOGETHER[name]
    before = journals(run)
    for each in changes:
        change(run, each)
    assert plan(run) == jobs
    snakemake(run, *target.split())
    left = {rule: n for rule, n in ends(4).items() if rule in (ANALYSED | PAGE)}
    del left["analyse_position"]  # the others are alike, and run in the first case
    made_as_before = 1  # what describes the tables
    recipes = len(left) - made_as_before
    assert plan(run) == ({} if target == "all" else {"recipe": recipes, **left})
    after = journals(run)
    assert {path: len(keys) - len(before.get(path, [])) for path, keys in after.items()} == {
        f"results/small/answers/{who}.jsonl": count for who, count in asked.items()
    }
    for path, keys in after.items():
        held = before.get(path, [])
        assert keys[: len(held)] == held, "a journal is append-only"
        assert len(set(keys)) == len(keys), "an answer was asked twice"
    if "one vignette" in changes:
        assert own_requests(run, len(before["results/small/answers/kind/0.jsonl"])) == {
            ("poem", "default"): 5, ("poem", "social"): 5, ("poem", "semantics"): 5 * 8,
        }  # fmt: skip


def own_requests(run: Path, held: int) -> dict[tuple[str, str], int]:
    """Of what kind/0 was asked behind so many lines: vignettes and prompt sets, not of `both`."""
    lines = (run / "results/small/answers/kind/0.jsonl").read_text().splitlines()[held:]
    asked = [json.loads(line)["request"] for line in lines]
    found: dict[tuple[str, str], int] = {}
    for prompt_set in ("default", "social", "semantics"):
        requests = pl.read_parquet(run / f"results/small/requests/kind/{prompt_set}.parquet")
        for vignette in requests.filter(pl.col("request").is_in(asked))["vignette"]:
            found[vignette, prompt_set] = found.get((vignette, prompt_set), 0) + 1
    return found


def test_every_change_is_run_with_others() -> None:
    assert {each for changes, *_ in TOGETHER.values() for each in changes} == CHANGES.keys()


# What else a recipe pins, and what no result depends on; planned, not run.
ASKED = {
    "ask_checkpoint": 3,
    "parse": 9,
    "count": 6,
    "count_orders": 6,
    "count_semantics": 3,
    "fit": 6,
}
PLANNED: dict[str, tuple[str, str, str, dict[str, int]]] = {
    "a framing's text": (
        PROMPTS, "Now {listener} asks {speaker}:", "Then {listener} asks {speaker}:",
        {**ASKS, "recipe": 4, "requests": 4, "parse": 6, "fit": 6, **COUNTED, **ends(2, 2)},
    ),
    "a yes/no prompt's text": (
        PROMPTS, "    Does {speaker} think", "    Would {speaker} say",
        {"recipe": 2, "requests": 2, "ask_checkpoint": 3, "parse": 3}
        | {"count_semantics": 3, "fit": 6, **ends(2, 2)},
    ),
    "what base models go on with, where all chat": (
        PROMPTS, '"{listener}: {asked}\\n{speaker}: It was"', '"{asked}\\n{speaker}: It was"', {},
    ),
    "more name pairs": (
        CONFIG, "{name_pairs: 1", "{name_pairs: 2",
        {**ASKS, "recipe": 5, "requests": 4, "parse": 6, "fit": 6, **COUNTED, **ends(2, 2)},
    ),
    "the seed": (
        CONFIG, f"seed: {seed(3)}", f"seed: {seed(4)}",
        {"recipe": 8, "requests": 6, **ASKED, "count_recorded_people": 1, "fit": 7, **ends(3, 3)},
    ),
    "one model's estimator": (
        CONFIG, "  blunt:\n    provider: simulated",
        "  blunt:\n    estimator: {kind: samples, k: 2}\n    provider: simulated",
        {"recipe": 3, "requests": 3, **ONE, **ends(1, 1)},
    ),
    "a line of the speakers that are simulated": (
        "workflow/tactometer/providers/simulated/provider.py", "BATCH = 500", "BATCH = 501",
        {},
    ),
    "a line of the tables": (
        "workflow/tactometer/tables/word_intervals.py", "HDI = 0.95", "HDI = 0.96",
        {"recipe": 1, **ends(3)},
    ),
    "a line of a figure": (
        "workflow/tactometer/figures/style.py", "DPI = 200", "DPI = 201",
        {"recipe": 1, "draw": 1, "write_report": 1},
    ),
    "the report's template": (
        "workflow/tactometer/report/templates/report.html.j2", "<h2>The answer</h2>",
        "<h2>What we found</h2>", {"recipe": 1, "write_report": 1},
    ),
    "a model that leaves": (CONFIG, BLUNT, "", {"recipe": 2, **ends(2)}),
    "another fit of the same choices": (
        CONFIG, "fit: {chains: 2, warmup: 150, draws: 150}",
        "fits: {main: {chains: 2, warmup: 150, draws: 150}, plugged: {semantics: fixed}}",
        {"recipe": 5 + len(analysis_names()), "fit_kind+plugged": 4, "fit_blunt+plugged": 2}
        | {"fit_people+plugged": 1, **ends(3, 3)},  # its draws are the multiverse's
    ),
    "a budget, and its prices": (
        CONFIG, "study: small", "study: small\nbudget_usd: 3\nprices: {x: {input: 1, output: 2}}",
        {},
    ),
    "a line of a reader that no stage is made of": (
        "workflow/tactometer/study/study.py", "import json", "import json  # !", {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [*CHANGES, *PLANNED])
def test_a_change_plans_exactly_what_depends_on_it(name: str, run: Path) -> None:
    file, old, new, jobs = (CHANGES | PLANNED)[name]
    edit(run / file, old, new)
    assert plan(run) == jobs


TARGETS = {
    "ask": {"requests": 6, "ask_checkpoint": 3},
    "semantics": {"requests": 6, "ask_checkpoint": 3, "parse": 3, "count_semantics": 3}
    | {"count_recorded_people": 1},
    "fits": {
        "requests": 6,
        "ask_checkpoint": 3,
        "parse": 9,
        "count": 6,
        "count_orders": 6,
        "count_semantics": 3,
    }
    | {"count_recorded_people": 1, "fit": 7},
    "model_blunt": {"requests": 3, **ONE, "gather": 1},
}
SUMMED = {**TARGETS["fits"], "gather": 3, "condense": 3, "tabulate": 1, **ANALYSED}
TARGETS["tables"] = {**SUMMED, "describe": 1}
TARGETS["report"] = {**SUMMED, "draw": 1, "write_report": 1}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which nothing has run; dry runs leave it so."""
    return graph.lay_out(tmp_path_factory.mktemp("fresh") / "run")


@pytest.mark.xdist_group("targets")
@pytest.mark.parametrize("name", TARGETS)
def test_a_target_makes_what_it_names_and_nothing_more(name: str, fresh: Path) -> None:
    jobs = plan(fresh, name)
    assert not (fresh / "results").exists()
    assert jobs.pop(name) == 1
    assert jobs.pop("recipe") > 0
    assert jobs == TARGETS[name]


def test_every_target_is_tried() -> None:
    assert {*TARGETS, "all"} == {*study_files.TARGETS, "model_blunt"}


def test_a_change_taken_back_changes_nothing(run: Path) -> None:
    file, old, new, jobs = CHANGES["a Stan line"]
    edit(run / file, old, new)
    assert plan(run) == jobs
    edit(run / file, new, old)
    assert plan(run) == {}


def test_a_clock_that_was_ahead_hides_no_change(run: Path) -> None:
    for path in [*run.glob("results/**/*"), *run.glob(".snakemake/tactometer/**/*")]:
        if path.is_file():
            later = path.stat().st_mtime + 7200
            os.utime(path, (later, later))
    done = snakemake(run, "-n")
    assert (
        "the clock has jumped" in done.stderr and "Nothing to be done" in done.stdout + done.stderr
    )
    jobs = change(run, "one model's fit")
    assert plan(run) == jobs


def test_a_new_checkpoint_of_a_shared_engine_leaves_the_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = """\
  open:
    provider: vllm
    source: Qwen/Qwen2.5-7B-Instruct
    checkpoints: {pattern: "runs/{step}", steps: [0, 50]}
    engine: {share: true}
  people:"""
    run = graph.lay_out(tmp_path / "run", graph.STUDY.replace("  people:", shared))
    monkeypatch.chdir(run)
    jobs_of_all, now = dry_run.jobs([Path(CONFIG)]), time.time()
    for job in jobs_of_all:  # no weights are here: files stand for what a run makes
        for name in job.outputs:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(Path(job.inputs[0]).read_text() if job.rule == "recipe" else "")
            os.utime(name, (now, now))
    assert plan(run) == {}
    edit(run / CONFIG, "steps: [0, 50]", "steps: [0, 50, 100]")
    jobs = {rule: n for rule, n in ONE.items() if rule != "ask_checkpoint"}
    assert plan(run) == {"recipe": 2, "ask_open": 1, **jobs, **ends(4, 1)}
