"""The profiles: caps that hold, and no cluster outside of them."""

import itertools
import re
from pathlib import Path

import graph
import stub
from tactometer.study import study, yaml_lines

HEAD = """\
study: small
goals: [default]
framings: [third]
sample: {name_pairs: 1, semantics_name_pairs: 1}
models:
"""
MODEL = """\
  {name}:
    provider: api
    source: openai/{name}
    api_base: {base}
    checkpoints: {{"0": {{}}}}
"""


def test_a_cap_on_a_provider_holds_over_all_its_models(tmp_path: Path) -> None:
    log, names = tmp_path / "log", ["a", "b"]
    with stub.running(log, "--bodies", "--latency", "0.1") as base:
        text = HEAD + "".join(MODEL.format(name=name, base=base) for name in names)
        run = graph.lay_out(tmp_path / "run", text)
        graph.few_vignettes(run, 2)
        graph.snakemake(run, "ask", "--cores", "4", "--resources", "api=3", "api_127_0_0_1=1")
    calls = sorted(stub.calls(log), key=lambda call: float(call["at"]))
    turns = [name for name, _ in itertools.groupby(call["body"]["model"] for call in calls)]
    assert sorted(turns) == names, "one model after the other"


def test_the_profile_caps_each_provider_of_the_closed_suite() -> None:
    profile, _ = yaml_lines.read(graph.ROOT / "profiles/slurm/profile.yaml")
    capped = {entry.partition("=")[0] for entry in profile["resources"]}
    for model in study.load([Path("config/studies/closed_source.yaml")]).asked:
        counted = {name for name in model.resources if name.startswith("api")}
        assert len(counted) == 2 and counted <= capped


def test_no_rule_names_a_cluster() -> None:
    for path in [graph.ROOT / "Snakefile", *(graph.ROOT / "workflow/rules").glob("*.smk")]:
        assert not re.search(r"slurm_|partition\b *=|account *=|qos", path.read_text()), path
