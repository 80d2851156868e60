"""A run: a bar a stage, the last event, failed jobs in a few lines; the rest is in the log."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from logging import WARNING, LogRecord
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from tactometer.study import stages, study_files
from tactometer.terminal import failed_jobs, slips
from tactometer.terminal.bars import Bars, Lines, Shown
from tactometer.terminal.views import shown

if TYPE_CHECKING:
    from tactometer.study.study import Study

TOLD_OTHERWISE = (
    "At least one job did not complete",
    "Exiting because a job",
    "CalledProcessError",
)
"""What Snakemake says of a failed job beside the record of its failure."""
_NOTHING = "Nothing to be done"
_STOPS = ("Terminating processes on user request", "Will exit after finishing")
_OWN = ("recipe", "calibrate")  # rules that are no stage


@dataclass
class _Job:
    """A job that has started: its stage, its name, and its log."""

    stage: str
    name: str
    log: Path | None


class RunView:
    """What a run shows: `Bars` on a terminal, lines elsewhere."""

    def __init__(self, workflow: Any, study: "Study", stream: TextIO) -> None:
        self._study, self._stream = study, stream
        self._file = shown(study.source)
        self._logs: list[str] = workflow.logger_manager.get_logfile()
        self._shown: Shown | None = None
        self._jobs: dict[int, _Job] = {}
        self._running: set[int] = set()
        self._totals: dict[str, int] = {}
        self._done: Counter[str] = Counter()
        self._failed: list[str] = []
        self._grouped: set[int] = set()  # jobs whose group has failed
        self._stopped = False
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._does: Mapping[str, Callable[[LogRecord], None]] = {
            "run_info": self._plan,
            "job_info": self._start,
            "job_finished": self._finish,
            "job_error": self._fail,
            "group_error": self._fail_group,
        }

    def see(self, record: LogRecord) -> None:
        """Take one record in."""
        with self._lock:
            does = self._does.get(str(getattr(record, "event", "")))
            if does is not None:
                does(record)
            elif record.levelno >= WARNING:
                if not any(words in record.getMessage() for words in TOLD_OTHERWISE):
                    self._write(slips.of_record(record))
            elif (text := record.getMessage()).startswith(_NOTHING):
                self._write(text)
            elif text.startswith(_STOPS):
                self._stopped = True
                self._write("Stopping: what is under way is ended.")
            elif text.startswith("Trying to restart"):
                self._event(text)

    def end(self) -> None:
        """Close the bars, and say how it ended and where the log is."""
        self._over.set()
        with self._lock:
            if self._shown is not None:
                self._shown.close()
                self._shown = None
                self._write(self._outcome())

    def _plan(self, record: LogRecord) -> None:
        """All jobs are known: draw the bars."""
        if self._shown is not None:
            return
        counts: Counter[str] = Counter()
        for rule, count in record.__dict__["stats"].items():
            if (stage := _stage(rule)) is not None:
                counts[stage] += count
        order = ["recipe", *stages.declared(), *counts]
        self._totals = {stage: counts[stage] for stage in order if counts[stage]}
        self._write(f"Run of {self._study.name} ({self._file}). Log: {self._log}")
        self._shown = (Bars if _draws(self._stream) else Lines)(self._totals, self._stream)
        threading.Thread(target=self._tell, args=(self._shown.pause,), daemon=True).start()

    @property
    def _log(self) -> str:
        """Where everything is, from this folder where that is shorter."""
        path = Path(self._logs[0]) if self._logs else Path(".snakemake/log")
        with suppress(ValueError):
            return str(path.relative_to(Path.cwd()))
        return str(path)

    def _start(self, record: LogRecord) -> None:
        told = record.__dict__
        stage = _stage(told["rule_name"])
        if stage is None:
            return
        logs = told.get("log") or []
        job = _Job(stage, _name(told, stage), Path(logs[0]) if logs else None)
        self._jobs[told["jobid"]] = job
        self._running.add(told["jobid"])
        self._now(job.stage)

    def _finish(self, record: LogRecord) -> None:
        number = record.__dict__["job_id"]
        job = self._jobs.get(number)
        self._running.discard(number)
        if job is not None and self._shown is not None:
            self._done[job.stage] += 1
            self._shown.advance(job.stage, self._done[job.stage])
            self._now(job.stage)
            self._event(f"{job.stage} {job.name} done".replace("  ", " "))

    def _fail(self, record: LogRecord) -> None:
        told = record.__dict__
        said = told.get("rule_msg") or ""
        if told["jobid"] in self._grouped:
            return  # told with its group
        self._failing(told["jobid"], told["rule_name"], told["log"] or [], said)

    def _fail_group(self, record: LogRecord) -> None:
        told = record.__dict__
        self._grouped |= {info["jobid"] for info in told["job_error_info"]}
        self._running -= self._grouped
        for info in told["job_error_info"]:
            logs = [path for path in info["log"] if failed_jobs.tail(Path(path))]
            if any(line.startswith(failed_jobs.MARK) for p in logs for line in _lines(p)):
                self._failing(info["jobid"], info["rule_name"], logs, "")
                return
        rules = ", ".join(info["rule_name"] for info in told["job_error_info"])
        self._write(failed_jobs.block(f"group {rules}", told["aux_logs"], told.get("msg") or ""))
        self._failed.append(rules)

    def _failing(self, number: int, rule: str, logs: Sequence[str], said: str) -> None:
        job = self._jobs.get(number)
        self._running.discard(number)
        if self._stopped:
            return  # it was ended, and has not failed
        name = f"{job.stage} {job.name}".strip() if job else rule
        self._failed.append(name)
        self._write(failed_jobs.block(f"{name} (rule {rule}, job {number})", logs, said))
        if job is not None:
            self._now(job.stage)

    def _event(self, text: str) -> None:
        if self._shown is not None:
            self._shown.event(text)

    def _now(self, stage: str) -> None:
        """Say what runs of a stage: the first of its jobs, and how far its log says that it is."""
        mine = [self._jobs[n] for n in sorted(self._running) if self._jobs[n].stage == stage]
        if self._shown is None:
            return
        text = ""
        if mine:
            first = next((job for job in mine if _said(job)), mine[0])
            more = f" and {len(mine) - 1} more" if len(mine) > 1 else ""
            text = " ".join(filter(None, [first.name + more, _said(first)]))
        self._shown.now(stage, text)

    def _tell(self, pause: float) -> None:
        """Look at the logs of what runs, from time to time."""
        while not self._over.wait(pause):
            with self._lock, suppress(OSError, ValueError):
                for stage in {self._jobs[number].stage for number in self._running}:
                    self._now(stage)
                if self._shown is not None:
                    self._shown.beat()

    def _write(self, text: str) -> None:
        if self._shown is not None:
            self._shown.write(text)
        else:
            print(text, file=self._stream, flush=True)

    def _outcome(self) -> str:
        done, total = self._done.total(), sum(self._totals.values())
        jobs = f"{done:,} of {total:,} jobs in {_span(time.monotonic() - self._began)}"
        if not self._failed and done >= total:
            return f"Done: {jobs}.{self._page()} Log: {self._log}"
        names = list(dict.fromkeys(self._failed))
        head = f"Failed: {', '.join(names[:5])}" if names else "Stopped"
        head += f" and {len(names) - 5} more" if len(names) > 5 else ""
        return (
            f"{head}; done are {jobs}. What is done stays: the same command goes on from there."
            f" Log: {self._log}"
        )

    def _page(self) -> str:
        """The page that the run made, where it made one."""
        page = Path("results", self._study.name, "report.html")
        return f" Page: {page}." if self._done["write_report"] and page.exists() else ""


def _draws(stream: TextIO) -> bool:
    """Whether bars can be drawn: on a terminal that has a size and moves its cursor."""
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return False
    return size.columns > 0 and os.environ.get("TERM") != "dumb"


def _stage(rule: str) -> str | None:
    """The stage of a rule; None of a target, which only asks for others."""
    from tactometer.planning.dry_run import stage_of

    if rule in study_files.TARGETS or rule == "total" or rule.startswith("model_"):
        return None
    stage = stage_of(rule)
    return stage if stage in stages.declared() or stage in _OWN else None


def _name(told: Mapping[str, Any], stage: str) -> str:
    """What a job is about: its wildcards, or what its rule is named after."""
    wildcards = "/".join(str(value) for value in dict(told["wildcards"] or {}).values())
    return wildcards or str(told["rule_name"]).removeprefix(stage).removeprefix("_")


def _said(job: _Job) -> str:
    """The last line of a running job's log, where it tells how far it is."""
    lines = _lines(str(job.log)) if job.log is not None and job.stage in ("ask", "judge") else []
    return lines[-1] if lines and " of " in lines[-1] else ""


def _lines(path: str) -> list[str]:
    return failed_jobs.tail(Path(path))


def _span(seconds: float) -> str:
    """A time as people say it: "40 s", "3 min 20 s", "1 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
