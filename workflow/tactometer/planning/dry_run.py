"""The jobs of a study as Snakemake's own dry run finds them.

Snakemake runs in a process of its own: it keeps state and prints as it likes.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tactometer.study import stages, study_files
from tactometer.utils.errors import UserError
from tactometer.utils.open_data import Json
from tactometer.utils.paths import WORKFLOW

State = Literal["new", "stale", "up to date"]


@dataclass(frozen=True)
class Job:
    """One job: its files, and those of its inputs (`updated`) that are newer than what it made.

    `inputs` lacks those behind an `ancient` edge, since no change passes through them. `missing`
    are outputs that are not there, needed or not.
    """

    rule: str
    outputs: tuple[str, ...]
    inputs: tuple[str, ...]
    missing: tuple[str, ...]
    updated: tuple[str, ...]
    runs: bool

    @property
    def state(self) -> State:
        """`new`: an output is missing; `stale`: all are there, and made again."""
        if not self.runs:
            return "up to date"
        return "new" if self.missing else "stale"


def jobs(files: Sequence[Path], targets: Sequence[str] = ()) -> list[Job]:
    """Every job of the study, or of these targets, in the graph that a dry run builds.

    `files` describe the study, later ones over earlier. Raises UserError where there is no
    Snakefile and for whatever stops a dry run.
    """
    snakefile = str(study_files.snakefile())
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "jobs.jsonl"
        what = {"files": list(map(str, files)), "targets": list(targets), "snakefile": snakefile}
        asked = json.dumps(what)
        command = [sys.executable, "-m", __spec__.name, str(out), asked]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", env=_environment())
        if not out.exists():
            raise UserError(f"Snakemake's dry run broke off: {done.stderr.strip()[-500:]}")
        told = [json.loads(line) for line in out.read_text().splitlines()]
    if done.returncode:
        raise UserError(_unplanned(files, targets, " ".join(told)))
    return [_job(job) for job in told]


def _unplanned(files: Sequence[Path], targets: Sequence[str], said: str) -> str:
    """Why there is no plan, in a sentence."""
    study = " and ".join(map(str, files))
    if targets and said.startswith(("No rule to produce", "Target rules may not")):
        return (
            f"{study} makes no {' '.join(targets)}: name {', '.join(study_files.TARGETS)}, "
            "model_NAME for one of its models, or a file below results/ that it makes."
        )
    return f"Snakemake cannot plan {study}: {said[:500]}."


def _environment() -> dict[str, str]:
    """The environment of a process that has this very package, and speaks UTF-8."""
    paths = [str(WORKFLOW), *filter(None, [os.environ.get("PYTHONPATH")])]
    utf8 = {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
    return {**os.environ, **utf8, "PYTHONPATH": os.pathsep.join(paths)}


def _job(told: Json) -> Job:
    files = {k: tuple(told[k]) for k in ("outputs", "inputs", "missing", "updated")}
    return Job(told["rule"], **files, runs=told["runs"])


def made(found: Iterable[Job]) -> set[str]:
    """The files that a run makes."""
    return {file for job in found if job.runs for file in job.outputs}


def by_rule(found: Iterable[Job]) -> dict[str, dict[State, int]]:
    """How many jobs of each rule are new, stale and up to date."""
    return _counted((job.rule, job.state) for job in found)


def by_stage(found: Iterable[Job]) -> dict[str, dict[State, int]]:
    """The same by stage, in their order: rules of one model are named {stage}_{model}."""
    counts = _counted((stage_of(job.rule), job.state) for job in found)
    order = ("recipe", *stages.declared(), *counts)
    return {stage: counts[stage] for stage in order if stage in counts}


def _counted(states: Iterable[tuple[str, State]]) -> dict[str, dict[State, int]]:
    counts: dict[str, dict[State, int]] = {}
    for name, state in states:
        counts.setdefault(name, {"new": 0, "stale": 0, "up to date": 0})[state] += 1
    return counts


def stage_of(rule: str) -> str:
    """The stage of a rule: rules of one model, or of one analysis, are named {stage}_{name}."""
    mine = [name for name in stages.declared() if rule == name or rule.startswith(f"{name}_")]
    return max(mine, key=len, default=rule)


class Reach:
    """Which jobs a change of files reaches; `found` are all jobs of the graph."""

    def __init__(self, found: Sequence[Job]) -> None:
        self._makers = {file: job for job in found for file in job.outputs}
        self._consumers: dict[str, list[Job]] = {}
        for job in found:
            for file in job.inputs:
                self._consumers.setdefault(file, []).append(job)

    def downstream(self, files: Iterable[str]) -> list[Job]:
        """The jobs to run that a change of the files reaches, those that make them included."""
        reached: dict[tuple[str, ...], Job] = {}
        todo = [self._makers[file] for file in files if file in self._makers]
        while todo:
            job = todo.pop()
            if job.outputs in reached or not job.runs:
                continue
            reached[job.outputs] = job
            todo += [other for file in job.outputs for other in self._consumers.get(file, [])]
        return list(reached.values())


def of_graph(graph: Any) -> list[Job]:
    """The jobs of a graph that Snakemake has built in this process."""
    return [_job(told) for told in _told(graph)]


def _told(graph: Any) -> Iterator[Json]:
    from snakemake.io import is_flagged

    for job in graph.jobs:
        if job.output:
            yield {
                "rule": job.rule.name,
                "outputs": list(map(str, job.output)),
                "inputs": [str(f) for f in job.input if not is_flagged(f, "ancient")],
                "missing": [str(f) for f in job.output if not Path(f).exists()],
                "updated": list(map(str, graph.reason(job).updated_input or ())),
                "runs": bool(graph.needrun(job)),
            }


def _dry_run(files: Sequence[str], targets: Sequence[str], snakefile: str) -> Iterator[Json]:
    """Let Snakemake build the graph and look at it; read by `jobs`, in the process above."""
    from snakemake import api
    from snakemake.settings import types
    from snakemake.settings.enums import Quietness

    output = types.OutputSettings(dryrun=True, quiet={Quietness.ALL})
    with api.SnakemakeApi(output) as snakemake:
        workflow = snakemake.workflow(
            resource_settings=types.ResourceSettings(cores=1),
            config_settings=types.ConfigSettings(configfiles=[Path(file) for file in files]),
            snakefile=Path(snakefile),
        )
        dag = workflow.dag(
            types.DAGSettings(
                targets=set(targets), force_incomplete=True, max_checksum_file_size=sys.maxsize
            )
        )
        dag.execute_workflow(
            executor="dryrun", execution_settings=types.ExecutionSettings(lock=False)
        )
        yield from _told(workflow._workflow.dag)  # the API ends at printing it


def _main(out: Path, files: Sequence[str], targets: Sequence[str], snakefile: str) -> int:
    """Write the jobs to a file, or the words of the error that stopped the dry run."""
    try:
        told: list[Any] = list(_dry_run(files, targets, snakefile))
        status = 0
    except Exception as error:  # Snakemake's own, of many classes
        told, status = str(error).rstrip(".").split(), 1
    out.write_text("".join(json.dumps(item) + "\n" for item in told))
    return status


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1]), **json.loads(sys.argv[2])))
