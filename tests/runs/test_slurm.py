"""A sweep on a real cluster: whatever befalls its jobs, it ends complete, nothing asked twice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import graph
import slurm
import stub
from slurm import Cluster, until

pytestmark = pytest.mark.slurm

# A study of people and one speaker, with three models more, behind a slow server.
STUDY = """\
study: small
goals: [social]
fit: {share: [alpha, cost], chains: 2, warmup: 150, draws: 150}
models:
  people:
    provider: recorded
    production: resources/human/yoon2020_production.csv
    semantics: resources/human/yoon2020_semantics.csv
    domain: resources/human/hearts.yaml
  sycophant:
    provider: simulated
    checkpoints:
      "0": {alpha: 5.5, phi: 0.3, omega: {inf: 0.1, soc: 0.1, pre: 0.8}}
"""
SWEEP = """\
study: sweep
framings: [third]
sample: {name_pairs: 1, semantics_name_pairs: 1}
models:
"""
SLOW = """\
  {name}:
    provider: api
    source: openai/{name}
    api_base: {base}
    api_key_env: SWEEP_KEY
    estimator: {{kind: samples, k: 1}}
    limits: {{concurrency: {calls}, timeout: 900}}
    checkpoints: {{"0": {{}}}}
    resources: {resources}
"""
MODELS = {  # calls in flight and resources: what each is there for
    "cut": (2, "{gpu: 1}"),  # is cancelled, and outlives its controller
    "late": (1, "{runtime: 1}"),  # is over its first time limit, in minutes
    "big": (4, "{mem_mb: 260}"),  # is over its first memory limit
}
# One job of each kind at least; analyses alike are not run one by one, each in a job of its own.
TARGETS = [f"results/sweep/tables/{name}.parquet" for name in ("estimates", "position")]
ANSWERS = 13 * (5 + 5 * 8)  # vignettes, and states of the goal; states and utterances
# Jobs are looked at after 4, 18, 42 s ...: one of this study takes 8 s, 15 beside other tests.
PROFILE = """--profile slurm --slurm-status-command squeue --max-jobs-per-timespan 50/1s
--slurm-init-seconds-before-status-checks 4 --latency-wait 10 --set-threads fit=2
--configfile config/config.yaml config/sweep.yaml"""


class Sweep:
    """A study on a cluster: its folder, the server that it asks, and who runs it."""

    def __init__(self, folder: Path, cluster: Cluster, base: str) -> None:
        self.folder = graph.lay_out(folder, STUDY)
        self.cluster = cluster
        models = [
            SLOW.format(name=n, base=base, calls=c, resources=r) for n, (c, r) in MODELS.items()
        ]
        (folder / "config/sweep.yaml").write_text(SWEEP + "".join(models))
        (folder / "slurm").symlink_to("profiles/slurm")  # as `make slurm-profile` does
        self.env = {**cluster.env, "SWEEP_KEY": "none"}

    def run(self, log: str) -> subprocess.Popen[bytes]:
        """Start a Snakemake on the cluster, whose output goes to a file."""
        with (self.folder / log).open("w") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "snakemake", *TARGETS, *PROFILE.split()],
                cwd=self.folder, env=self.env, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def start(self, log: str) -> subprocess.Popen[bytes]:
        """Start the controller; whoever waits for one of its jobs notices when it has ended."""
        self.controller, self.log = self.run(log), self.folder / log
        return self.controller

    def keys(self, model: str) -> list[str]:
        """The keys of a journal's whole lines."""
        journal = self.folder / f"results/sweep/answers/{model}/0.jsonl"
        lines = journal.read_text().split("\n")[:-1] if journal.exists() else []
        return [json.loads(line)["key"] for line in lines]

    def number_of(self, about: str, state: str = "RUNNING") -> str:
        """The newest Slurm job of a rule, once there is one in this state."""

        def there() -> list[slurm.Job]:
            jobs = self.cluster.jobs(about, state)
            assert jobs or self.controller.poll() is None or self.controller.returncode < 0, (
                f"no {about} was {state} when the run ended: {self.log.read_text()[-2000:]}"
            )
            return jobs

        until(there, f"{about} is {state}")
        return self.cluster.jobs(about, state)[-1].number


def test_a_sweep_survives_what_a_cluster_does_to_it(tmp_path: Path) -> None:
    calls, hold = tmp_path / "calls", tmp_path / "hold"
    with (
        slurm.running(tmp_path / "cluster") as cluster,
        stub.running(calls, "--latency", "0.15", "--hold", str(hold)) as base,
    ):
        sweep = Sweep(tmp_path / "run", cluster, base)
        the_doctor_knows_its_partitions(sweep)
        controller = sweep.start("first.log")
        try:
            ask_cancelled(sweep)
            survivor = controller_killed(sweep, controller, hold)
            controller = sweep.start("second.log")
            writer_waited_for(sweep, survivor, hold)
            node_drained(sweep)
            fit_cancelled(sweep)
            assert controller.wait(timeout=900) == 0, (sweep.folder / "second.log").read_text()
        finally:
            if controller.poll() is None:
                os.killpg(controller.pid, signal.SIGKILL)
                controller.wait()
        over_its_limits(sweep)
        placed_by_what_they_ask_for(sweep)
    complete(sweep, calls)


def the_doctor_knows_its_partitions(sweep: Sweep) -> None:
    """The partitions that the profile names are compared with those that Slurm has."""

    def found() -> dict[str, Any]:
        command = [sys.executable, "-m", "tactometer", "doctor", "--json"]
        env = {**sweep.env, "PYTHONPATH": "workflow"}
        done = subprocess.run(command, cwd=sweep.folder, env=env, capture_output=True, check=True)
        return {each["name"]: each for each in json.loads(done.stdout)}["partitions"]

    assert found()["ok"]
    names = sweep.folder / "profiles/slurm/partitions.yaml"
    kept = names.read_text()
    names.write_text(kept.replace("gpu:", "a100:", 1))
    assert "cpu, gpu here, but no a100" in found()["found"]
    names.write_text(kept)


def ask_cancelled(sweep: Sweep) -> None:
    """Scancel in the middle of asking: the next attempt asks the rest."""
    number = sweep.number_of("ask_api_wildcards_cut")
    until(lambda: len(sweep.keys("cut")) > 40, "answers arrive")
    sweep.cluster.command("scancel", number)
    until(
        lambda: (
            sweep.cluster.jobs("ask_api_wildcards_cut", "RUNNING")
            and sweep.number_of("ask_api_wildcards_cut") != number
        ),
        "the executor tries again",
    )


def looked_at_with_another_study(sweep: Sweep) -> None:
    """Whoever plans an edited study meanwhile changes nothing that a job reads; nor may it run."""
    files = ["config/config.yaml", "config/sweep.yaml"]
    held = graph.contents(sweep.folder / ".snakemake/tactometer/sweep")
    kept = (sweep.folder / files[1]).read_text()
    graph.edit(sweep.folder / files[1], "{name_pairs: 1", "{name_pairs: 2")
    assert graph.plan(sweep.folder, "--configfile", *files)
    assert sweep.run("refused.log").wait(timeout=120) != 0
    refused = (sweep.folder / "refused.log").read_text()
    assert "another Snakemake is at work on this study" in refused
    now = graph.contents(sweep.folder / ".snakemake/tactometer/sweep")
    assert {path: now[path] for path in held} == held
    (sweep.folder / files[1]).write_text(kept)


def controller_killed(sweep: Sweep, controller: subprocess.Popen[bytes], hold: Path) -> str:
    """SIGKILL to Snakemake while its jobs live on; gives the job that is asking."""
    held = len(sweep.keys("cut"))
    until(lambda: len(sweep.keys("cut")) > held + 10, "the second attempt asks")
    hold.write_text("cut")  # it shall not be done before another controller is there
    looked_at_with_another_study(sweep)
    os.killpg(controller.pid, signal.SIGKILL)
    controller.wait()
    assert len(sweep.keys("cut")) < ANSWERS
    return sweep.number_of("ask_api_wildcards_cut")


def writer_waited_for(sweep: Sweep, survivor: str, hold: Path) -> None:
    """The next controller's job waits for the one that outlived the last, and says so."""
    log = sweep.folder / "logs/sweep/ask/cut/0.log"
    waits = f"Slurm job {survivor}: waiting until it ends"

    def told() -> bool:
        try:
            return waits in log.read_text()
        except FileNotFoundError:  # the controller has cleared it, the job has not yet begun
            return False

    until(told, "the second writer waits")
    assert len(sweep.cluster.jobs("ask_api_wildcards_cut", "RUNNING")) == 2
    hold.unlink()


def node_drained(sweep: Sweep) -> None:
    """Drain the node, so that nothing starts, and resume it: what runs goes on."""
    node = f"nodename={sweep.cluster.node}"
    sweep.cluster.command("scontrol", "update", node, "state=drain", "reason=test")
    until(lambda: sweep.cluster.jobs(state="PENDING"), "a job waits for the node")
    sweep.cluster.command("scontrol", "update", node, "state=resume")


def fit_cancelled(sweep: Sweep) -> None:
    """Scancel in the middle of a model's fits (the rule has the model's name in its own)."""
    number = sweep.number_of("rule_fit_")
    until(lambda: list(sweep.folder.glob("logs/sweep/fit/*/0.log")), "a fit has begun")
    sweep.cluster.command("scancel", number)


def over_its_limits(sweep: Sweep) -> None:
    """Slurm really ended jobs that had too little, and the next attempt had more."""
    assert sweep.cluster.jobs("ask_api_wildcards_late", "TIMEOUT")
    assert sweep.cluster.jobs("ask_api_wildcards_late", "COMPLETED")
    dead = {job.number for job in sweep.cluster.jobs("ask_api_wildcards_big", "FAILED")}
    log = sweep.cluster.log()
    assert any(f"StepId={number}." in line for number in dead for line in log.splitlines()
               if "exceeded memory limit" in line)  # fmt: skip
    assert sweep.cluster.jobs("ask_api_wildcards_big", "COMPLETED")


def placed_by_what_they_ask_for(sweep: Sweep) -> None:
    """The job that wants a GPU ran where there is one, the others did not."""
    wants_gpu = "ask_api_wildcards_cut_0"
    jobs = sweep.cluster.jobs()
    assert {job.partition for job in jobs if wants_gpu in job.comment} == {"gpu"}
    assert {job.partition for job in jobs if wants_gpu not in job.comment} == {"cpu"}


def complete(sweep: Sweep, calls: Path) -> None:
    """The tables are there, and asked for once, but for the calls that a kill cut off."""
    files = ("config/config.yaml", "config/sweep.yaml")
    assert graph.plan(sweep.folder, *TARGETS, "--configfile", *files) == {}
    for name in (*MODELS, "sycophant"):
        keys = sweep.keys(name)
        assert len(keys) == len(set(keys)) == ANSWERS
    cut_off = len(stub.calls(calls)) - len(MODELS) * ANSWERS
    kills = 7
    assert 0 <= cut_off <= kills * max(count for count, _ in MODELS.values())
