"""The studies that come with the project: valid, planned, and honest about what is sent."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import graph
from graph import edit, plan, tactometer
from tactometer.planning import prices
from tactometer.providers.api import parameters
from tactometer.study import study

STUDIES = {"human": 0, "closed_source": 9 * 9880, "open_source": 8 * 10 * 9880}
README = graph.ROOT / "README.md"
GIVEN = {"none": 0, "low": 1024, "medium": 2048}


def ready(name: str) -> study.Study:
    """A study that comes with the project."""
    return study.load([graph.ROOT / "config/studies" / f"{name}.yaml"])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project in a folder of its own, where nothing was ever run."""
    return graph.lay_out(tmp_path_factory.mktemp("ready") / "project")


PLAN = """\
import sys
from tactometer.cli import parser
try: parser.main(["plan", sys.argv[1], "--json"])
except SystemExit as end: print(end.code, file=sys.stderr)
heavy = {"litellm", "torch", "vllm", "transformers", "arviz", "plotnine"}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.long
@pytest.mark.parametrize("name", STUDIES)
def test_a_ready_study_is_planned_without_weights_keys_network_or_engine(
    name: str, project: Path
) -> None:
    file = f"config/studies/{name}.yaml"
    alone = ["unshare", "--net", "--map-root-user"] if shutil.which("unshare") else []
    env = {**os.environ, "PYTHONPATH": str(project / "workflow")}
    done = subprocess.run(
        [*alone, sys.executable, "-c", PLAN, file],
        cwd=project, env=env, capture_output=True, text=True,
    )  # fmt: skip
    client = ["litellm"] if name == "closed_source" else []  # tells what goes over the wire
    assert done.stderr.splitlines() == ["0", str(client)]
    found = json.loads(done.stdout)
    assert found["total"]["requests"] == found["total"]["to_ask"] == STUDIES[name]
    jobs = {rule: states["new"] for rule, states in found["jobs"].items()}
    assert jobs == plan(project, "--configfile", file)
    assert f"{STUDIES[name]:,} of {STUDIES[name]:,} requests to ask" in found["summary"]
    if name == "closed_source":
        asked, _, _ = found["summary"].rpartition(";")  # jobs come with every analysis
        assert asked in README.read_text(), "the README shows this very plan"


def test_the_closed_suite_crosses_families_efforts_goals_and_framings() -> None:
    found = ready("closed_source")
    assert len({m.asked.source.split("/")[0] for m in found.asked}) == 3
    assert all(set(m.checkpoints) == {"none", "low", "medium"} for m in found.asked)
    assert len(found.settings.goals) == 4 and len(found.settings.framings) == 3


def test_each_wire_setting_of_the_closed_suite_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    api = parameters.litellm()
    for model in ready("closed_source").asked:
        settings = model.as_given
        monkeypatch.setenv(settings["api_key_env"], "dummy")
        for name, checkpoint in model.checkpoints.items():
            wanted = parameters.parameters(settings["estimator"], checkpoint.own_wire)
            sent = parameters.verify(settings["source"], wanted, None, f"{model.name}/{name}")
            budget = (sent.get("thinking") or sent.get("thinkingConfig") or {}) | sent
            told = [budget.get("budget_tokens"), budget.get("thinkingBudget")]
            word = sent.get("reasoning_effort")
            off = name == "none" and budget.get("type") == "disabled"
            assert word == name or GIVEN[name] in told or off
        info = api.get_model_info(settings["source"])
        listed = prices.listed(settings["source"])
        assert listed is not None, "the list is read as a file"
        for key in ("input_cost_per_token", "output_cost_per_token"):
            assert listed[key] == info[key]


def test_the_open_suite_crosses_bases_feedback_and_methods() -> None:
    found = ready("open_source")
    labels = [m.labels("1000") for m in found.asked]
    crossed = {(x["family"], x["dataset"], x["method"]) for x in labels}
    assert len(crossed) == 8 and all(len(set(kind)) == 2 for kind in zip(*crossed, strict=True))
    assert all(len(m.checkpoints) == 10 for m in found.asked)
    assert found.asked[0].labels("100")["progress"] == 0.1


@pytest.mark.long
def test_a_run_stops_at_the_first_folder_that_is_missing_and_names_it(tmp_path: Path) -> None:
    run = graph.lay_out(tmp_path / "run")
    file = "config/studies/open_source.yaml"
    edit(run / file, "name_pairs: 10, semantics_name_pairs: 4", "name_pairs: 1")
    edit(
        run / file,
        "goals: [default, informative, social, both]\nframings",
        "goals: [social]\nframings",
    )
    asked = "results/open_source/answers/qwen-uf-dpo/100.done"
    done = graph.snakemake(run, asked, "--configfile", file, check=False)
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if "is not there; train or copy" in line]
    assert said and all("checkpoint-0 is not there" in line for line in said)
    assert "Traceback" not in done.stderr


DEAR = """\
study: dear
goals: [default]
framings: [third]
sample: {name_pairs: 1, semantics_name_pairs: 1}
budget_usd: 0.01
prices: {dear: {input: 1, output: 1}}
models:
  dear:
    provider: api
    source: openai/dear
    api_base: http://127.0.0.1:9/v1
    checkpoints: {"0": {}}
"""


def test_the_exit_status_tells_a_plan_over_its_budget(project: Path) -> None:
    (project / "dear.yaml").write_text(DEAR)
    done = tactometer(project, "plan", "dear.yaml", status=3)
    assert "of $0.01" in done.stdout and "Over budget" in done.stdout
