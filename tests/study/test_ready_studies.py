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
from tactometer.study.presets import departures

STUDIES = {
    "human": 0,
    "closed_source": 9 * 9880,
    "open_source": 8 * 10 * 9880,
    "closed_source_replication": 9 * 9880,
    "open_source_replication": 8 * 11 * 4030,
    "matched": 2 * 3224,
}
CLOSED = ("closed_source", "closed_source_replication")
OPEN = ("open_source", "open_source_replication")
PLANNING = graph.ROOT / "docs/planning.md"
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
    client = ["litellm"] if name in CLOSED else []  # tells what goes over the wire
    assert done.stderr.splitlines() == ["0", str(client)]
    found = json.loads(done.stdout)
    assert found["total"]["requests"] == found["total"]["to_ask"] == STUDIES[name]
    jobs = {rule: states["new"] for rule, states in found["jobs"].items()}
    if name in ("human", "closed_source"):  # Snakemake's own dry run of the others tells no more
        assert jobs == plan(project, "--configfile", file)
    assert f"{STUDIES[name]:,} of {STUDIES[name]:,} requests to ask" in found["summary"]
    if name == "closed_source":
        asked, _, _ = found["summary"].rpartition(";")  # jobs come with every analysis
        assert asked in PLANNING.read_text(), "it shows this very plan"


@pytest.mark.parametrize("name", CLOSED)
def test_the_closed_suite_crosses_families_efforts_goals_and_framings(name: str) -> None:
    found = ready(name)
    assert len({m.asked.source.split("/")[0] for m in found.asked}) == 3
    assert all(set(m.checkpoints) == {"none", "low", "medium"} for m in found.asked)
    assert len(found.settings.goals) == 4 and len(found.settings.framings) == 3


@pytest.mark.parametrize("suite", CLOSED)
def test_each_wire_setting_of_the_closed_suite_arrives(
    suite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = parameters.litellm()
    for model in ready(suite).asked:
        settings = model.as_given
        monkeypatch.setenv(settings["api_key_env"], "dummy")
        for name, checkpoint in model.checkpoints.items():
            wanted = parameters.parameters(settings["estimator"], checkpoint.own_wire)
            sent = parameters.verify(settings["source"], wanted, None, f"{model.name}/{name}")
            budget = (sent.get("thinking") or sent.get("thinkingConfig") or {}) | sent
            told = [budget.get("budget_tokens"), budget.get("thinkingBudget")]
            word = sent.get("reasoning_effort")
            off = name == "none" and budget.get("type") == "disabled"
            assert word == name or _given(suite, model.name, name) in told or off
        info = api.get_model_info(settings["source"])
        listed = prices.listed(settings["source"])
        assert listed is not None, "the list is read as a file"
        for key in ("input_cost_per_token", "output_cost_per_token"):
            assert listed[key] == info[key]


def _given(suite: str, model: str, effort: str) -> int:
    """The tokens of thought of an effort: 8,000 for Claude's medium in the paper."""
    paper = suite == "closed_source_replication" and model.startswith("claude")
    return 8000 if paper and effort == "medium" else GIVEN[effort]


@pytest.mark.parametrize("suite", CLOSED)
def test_no_model_of_the_closed_suites_has_an_end_that_is_announced(suite: str) -> None:
    """By LiteLLM's map: a study that names a retired model fails at its first answer."""
    for model in ready(suite).asked:
        listed = prices.listed(model.asked.source)
        assert listed is not None and listed.get("deprecation_date") is None, model.name


def test_the_base_models_of_the_open_suite_are_still_served() -> None:
    """By LiteLLM's map: by one provider at least, without an end."""
    served = {
        name.lower().rpartition("/")[2]
        for name, told in parameters.litellm().model_cost.items()
        if not told.get("deprecation_date")
    }
    for source in {m.asked.source for m in ready("open_source").asked}:
        assert source.lower().rpartition("/")[2] in served, source


@pytest.mark.parametrize("name", OPEN)
def test_the_open_suite_crosses_bases_feedback_and_methods(name: str) -> None:
    found = ready(name)
    labels = [m.labels("1000") for m in found.asked]
    crossed = {(x["family"], x["dataset"], x["method"]) for x in labels}
    assert len(crossed) == 8 and all(len(set(kind)) == 2 for kind in zip(*crossed, strict=True))
    assert {len(m.checkpoints) for m in found.asked} == {11 if name.endswith("tion") else 10}
    assert found.asked[0].labels("100")["progress"] == 0.1


@pytest.mark.parametrize("name", OPEN)
def test_training_starts_after_sft_another_start_for_each_base_and_data_set(name: str) -> None:
    """Both methods share it, and it is not the model that the source names."""
    starts: dict[tuple[str, str], set[str]] = {}
    for model in ready(name).asked:
        labels = model.labels("0")
        path = model.as_given["checkpoints"]["0"]["path"]
        starts.setdefault((str(labels["family"]), str(labels["dataset"])), set()).add(path)
    assert len(starts) == 4 and all(len(paths) == 1 for paths in starts.values())
    assert len({path for paths in starts.values() for path in paths}) == 4


@pytest.mark.parametrize("name", ["closed_source_replication", "open_source_replication"])
def test_a_replication_is_fitted_as_the_paper_did_and_as_we_do(name: str) -> None:
    found = ready(name)
    for model in found.asked:
        assert model.headline == "murthy2025" and departures(model.fit) == []
        assert model.further["ours"].semantics == "joint"
        assert model.asked.estimator.kind == "samples" and model.asked.estimator.k == 1
    if name.startswith("open"):
        assert found.settings.goals == ("default",)


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
    assert said and all("runs/qwen-uf-sft is not there" in line for line in said)
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
