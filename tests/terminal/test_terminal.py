"""What Snakemake shows: a dry run in two screens, a run as bars, a failed job in ten lines."""

import logging
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest

import graph
from graph import edit
from snakemake_logger_plugin_tactometer import LogHandler
from tactometer.terminal import failed_jobs, slips
from tactometer.terminal.bars import Lines
from tactometer.terminal.run_view import RunView
from tactometer.utils.any_encoding import spell

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


# One study, one test after another: the second breaks what the first has run.
pytestmark = pytest.mark.xdist_group("terminal")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph.lay_out(tmp_path_factory.mktemp("terminal") / "a path, né", graph.ONE_SPEAKER)


def environment(folder: Path, more: Mapping[str, str] = {}) -> dict[str, str]:
    held = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "LC_ALL", "LANG")}
    return {**held, "PYTHONPATH": str(folder / "workflow"), **more}


def snakemake(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "snakemake", *words]
    return subprocess.run(command, cwd=folder, env=environment(folder, more), capture_output=True)


def on_a_terminal(folder: Path, *words: str, **more: str) -> str:
    """What Snakemake writes to a terminal of 30 lines of 80 characters."""
    child, screen = pty.fork()
    if child == 0:
        os.chdir(folder)
        termios.tcsetwinsize(1, (30, 80))
        command = [sys.executable, "-m", "snakemake", *words]
        os.execve(sys.executable, command, environment(folder, {"TERM": "xterm", **more}))
    said = b""
    while True:
        try:
            part = os.read(screen, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, said.decode()
    os.close(screen)
    return said.decode()


def test_a_run_on_a_terminal_draws_a_bar_a_stage_and_names_its_log(folder: Path) -> None:
    said = on_a_terminal(folder, "ask", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", said), "no colour"
    for stage, jobs in (("recipe", 5), ("requests", 2), ("ask", 1), ("all", 8)):
        assert re.search(rf"{stage} +█+ +{jobs}/{jobs}", said), said
    log = re.search(r"Log: (\S+)", said)
    assert log and "rule ask_checkpoint" in (folder / log[1]).read_text()
    last = [line for line in said.replace("\r", "\n").splitlines() if line.strip()][-1]
    assert last.startswith("Done: 8 of 8 jobs in ") and "Error" not in said


def test_a_failed_job_is_ten_lines_in_any_locale_and_the_exit_status_tells(folder: Path) -> None:
    journal = folder / "results/small/answers/blunt/0.jsonl"
    whole = journal.read_bytes()  # of the run before
    journal.write_bytes(whole.replace(b'{"key"', b'{"kex"', 1))
    (folder / "results/small/answers/blunt/0.done").unlink(missing_ok=True)
    done = snakemake(folder, "ask", **ASCII)
    journal.write_bytes(whole)
    said = done.stderr.decode("ascii")  # é is spelt e
    assert done.returncode == 1 and "Traceback" not in said and "Logging error" not in said
    lines = [row for row in said.splitlines() if "jobs done; now" not in row]  # one a minute
    block = lines[lines.index(next(row for row in lines if row.startswith("failed:"))) :]
    assert block[0].startswith("failed: ask blunt/0 (rule ask_checkpoint, job ")
    assert "0.jsonl, line 1: not a line of a journal; restore the file" in block[1]
    assert block[2].strip() == "log: logs/small/ask/blunt/0.log"
    assert lines[-1].startswith("Failed: ask blunt/0; done are ") and len(lines) < 15


def test_a_run_that_made_the_page_names_it(run: Path) -> None:
    (run / "results/small/report.html").unlink()
    last = graph.snakemake(run).stderr.splitlines()[-1]
    assert last.startswith("Done: 1 of 1 jobs in ")
    assert ". Page: results/small/report.html. Log: " in last


def test_a_dry_run_fits_two_screens_and_says_why_and_what_it_costs(run: Path) -> None:
    edit(run / "resources/polite_speech/prompts.yaml", "feeling good about\n", "happy about\n")
    done = graph.snakemake(run, "-n")
    lines = done.stdout.splitlines()
    assert len(lines) <= 48 and max(map(len, lines)) <= 120
    assert lines[0] == "Dry run of small (config/config.yaml): nothing has run."
    assert re.search(r"^requests +0 +2 +4$", done.stdout, re.MULTILINE)
    told = done.stdout[done.stdout.index("Stale:") :]
    assert "requests/kind/social" in told and "texts.goal" in told and "happy about" in told
    assert "Costs no dollars; 195 of 1,950 requests to ask" in told
    every = graph.snakemake(run, "-n", "-p").stdout
    assert "tactometer elicitation.requests --study" in every and "Reasons:" in every
    table = graph.snakemake(run, "-n", "--quiet", "rules").stdout
    assert "Job stats" in table and "rule requests" not in table


def test_a_dry_run_whose_reader_has_gone_ends_quietly_and_one_in_ascii_too(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "snakemake", "-n"]
    with os.fdopen(writer, "w") as closed:
        done = subprocess.run(
            command, cwd=folder, env=environment(folder), stdout=closed, stderr=subprocess.PIPE
        )
    assert done.returncode == 0 and b"Error" not in done.stderr and b"Broken" not in done.stderr
    plain = snakemake(folder, "-n", **ASCII)
    assert plain.returncode == 0 and "Dry run of small" in plain.stdout.decode("ascii")
    latin = {"PYTHONIOENCODING": "latin-1", "PYTHONPATH": str(folder / "workflow")}
    command = [sys.executable, "-m", "tactometer", "plan", "small"]
    told = subprocess.run(command, cwd=folder, env={**os.environ, **latin}, capture_output=True)
    assert told.returncode == 0 and b" -  " in told.stdout, told.stderr


@pytest.mark.parametrize(
    ("words", "type_this"),
    [
        ("--configfile config/config.yaml ask", "snakemake ask --configfile config/config.yaml"),
        ("-n --configfile config/config.yaml ask fits --cores 2",
         "snakemake ask fits -n --cores 2 --configfile config/config.yaml"),
        ("--configfile config/config.yaml results/demo/report.html",
         "snakemake results/demo/report.html --configfile config/config.yaml"),
        ("--configfiles config/config.yaml config/studies/human.yaml ask",
         "snakemake ask --configfile config/config.yaml config/studies/human.yaml"),
        ("ask --configfile config/config.yaml", ""),
        ("--configfile config/config.yaml -n ask", ""),
        ("-n --configfile nowhere.yaml", ""),
    ],
)  # fmt: skip
def test_a_target_that_configfile_took_is_told_with_what_to_type(
    words: str, type_this: str
) -> None:
    split = words.split()
    said = slips.swallowed(split, slips.configfiles(split))
    assert bool(said) == bool(type_this) and type_this in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--configfile config/config.yaml ask", "put the target first, `snakemake ask"),
        ("-n aks", "no target 'aks'; perhaps ask was meant"),
        ("-n requests", "no target 'requests'; known are ask, "),
        ("-n results/small/tables/nope.csv", "makes no results/small/tables/nope.csv"),
        ("-n --configfile nope.yaml", "there is no study 'nope.yaml'"),
        ("-n --configfile tab.yaml", "tab.yaml, line 2: the line begins with a tab"),
        ("-n --configfile config/config.yaml more.yaml", "more.yaml, line 1, key framinga"),
    ],
)
def test_what_stops_snakemake_is_one_sentence(folder: Path, words: str, told: str) -> None:
    (folder / "tab.yaml").write_text("study: x\n\tgoals: [default]\n")
    (folder / "more.yaml").write_text("framinga: [third]\n")
    done = graph.snakemake(folder, *words.split(), check=False)
    assert done.returncode == 1 and not done.stdout
    said = [row for row in done.stderr.splitlines() if not row.startswith("Using workflow")]
    assert len(said) == 1 and said[0].startswith("tactometer: ") and told in said[0], done.stderr


def test_a_log_without_a_sentence_shows_its_last_lines_and_no_log_says_so(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    log.write_text("\n".join(["start", *("x" * 1000 for _ in range(99)), "Killed"]))
    block = failed_jobs.block("fit kind/0", [str(log)]).splitlines()
    assert len(block) <= 10 and block[-2].strip() == "Killed" and max(map(len, block)) < 400
    log.write_text("10 of 99 answers\ntactometer: the key is not set.\nexit 1\n")
    assert failed_jobs.block("ask", [str(log)]).splitlines()[1].strip() == "the key is not set."
    assert "killed" in failed_jobs.block("fit kind/0", [str(tmp_path / "none.log")])


def test_a_view_that_fails_leaves_snakemakes_own_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    off = ("printshellcmds", "verbose", "debug_dag", "dryrun", "show_failed_logs")
    asked = {**dict.fromkeys(off, False), "quiet": None, "nocolor": True, "stdout": True}

    def fail(record: logging.LogRecord) -> None:
        raise ZeroDivisionError

    handler = LogHandler(SimpleNamespace(**asked), None)  # type: ignore[arg-type]
    handler.view = SimpleNamespace(see=fail, end=lambda: None)
    handler._running = True
    for text in ("first", "second"):
        handler.handle(logging.LogRecord("snakemake", logging.INFO, "", 0, text, None, None))
    out, err = capsys.readouterr()
    assert out.splitlines() == ["first", "second"] and err.count("Logging error") == 1


def test_letters_that_a_terminal_lacks_are_spelt(tmp_path: Path) -> None:
    for encoding, told in (("ascii", "cafe -> 3 x phi ?"), ("latin-1", "café -> 3 × phi ?")):
        with (tmp_path / encoding).open("w", encoding=encoding) as stream:
            spell(stream)
            stream.write("café → 3 × φ \udc80")
        assert (tmp_path / encoding).read_text(encoding=encoding) == told


def record(event: str, **told: object) -> logging.LogRecord:
    """A record as Snakemake logs it, behind a queue that has made its message text."""
    made = logging.LogRecord("snakemake", logging.INFO, "", 0, "None", None, None)
    made.__dict__.update(event=event, **told)
    return made


def started(number: int, rule: str, log: Path, **wildcards: str) -> logging.LogRecord:
    told = {"rule_name": rule, "wildcards": wildcards, "log": [str(log)], "output": ["x"]}
    return record("job_info", jobid=number, **told)


def test_a_group_of_a_cluster_that_fails_names_the_job_that_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(graph.ROOT)
    stream, log = StringIO(), tmp_path / "full.log"
    workflow = SimpleNamespace(logger_manager=SimpleNamespace(get_logfile=lambda: [str(log)]))
    study = SimpleNamespace(name="small", source="config/config.yaml")
    view = RunView(workflow, study, stream)  # type: ignore[arg-type]
    view.see(record("run_info", stats={"analyse_shifts": 1, "draw": 1, "all": 1, "total": 3}))
    good, bad = tmp_path / "shifts.log", tmp_path / "draw.log"
    good.write_text("")
    bad.write_text("tactometer: results/small cannot be written: free the disk.\n")
    view.see(started(1, "analyse_shifts", good))
    view.see(started(2, "draw", bad))
    view.see(record("job_finished", job_id=1))
    infos = [
        {"rule_name": name, "jobid": number, "log": [str(path)], "output": []}
        for name, number, path in (("analyse_shifts", 1, good), ("draw", 2, bad))
    ]
    view.see(record("group_error", msg="", aux_logs=["slurm.log"], job_error_info=infos))
    for info in infos:  # Snakemake logs each of them once more
        view.see(record("job_error", rule_msg=None, **info))
    view.end()
    said = stream.getvalue().splitlines()
    assert said[0] == f"Run of small (config/config.yaml). Log: {log}"
    assert said[1] == "analyse: 1 of 1 done"
    assert said[2:4] == [
        "failed: draw (rule draw, job 2)",
        "    results/small cannot be written: free the disk.",
    ]
    assert len(said) == 6 and said[-1].startswith("Failed: draw; done are 1 of 2 jobs in ")


def test_a_run_that_is_stopped_has_no_failed_jobs(tmp_path: Path) -> None:
    stream, log = StringIO(), tmp_path / "full.log"
    workflow = SimpleNamespace(logger_manager=SimpleNamespace(get_logfile=lambda: [str(log)]))
    study = SimpleNamespace(name="small", source="config/config.yaml")
    view = RunView(workflow, study, stream)  # type: ignore[arg-type]
    view.see(record("run_info", stats={"ask_checkpoint": 1, "total": 1}))
    view.see(started(1, "ask_checkpoint", log, model="kind", checkpoint="0"))
    stop = "Terminating processes on user request, this might take some time."
    view.see(logging.LogRecord("snakemake", logging.INFO, "", 0, stop, None, None))
    view.see(record("job_error", rule_msg=None, jobid=1, rule_name="ask_checkpoint", log=[]))
    view.end()
    said = stream.getvalue().splitlines()
    assert said[1:] == ["Stopping: what is under way is ended.", said[-1]]
    assert said[-1].startswith("Stopped; done are 0 of 1 jobs in ")


def test_in_a_pipe_a_long_stage_tells_how_far_it_is(tmp_path: Path) -> None:
    stream = StringIO()
    lines = Lines({"ask": 2, "fit": 3}, stream)
    lines.now("ask", "claude/none 120 of 9,880 answers, 40 min left")
    lines.beat()
    assert stream.getvalue() == "", "something was told a moment ago"
    lines._told -= lines.pause
    lines.beat()
    assert stream.getvalue() == (
        "0 of 5 jobs done; now ask claude/none 120 of 9,880 answers, 40 min left\n"
    )
