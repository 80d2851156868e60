"""What stopped Snakemake before a run began, in a sentence that says what to type."""

import re
import shlex
import sys
from collections.abc import Sequence
from logging import LogRecord
from pathlib import Path

from tactometer.study import stages, study_files, yaml_lines
from tactometer.utils.errors import UserError

ERROR = "error"
"""The event of Snakemake's records of an exception."""
_TRACE = re.compile(r"^(\w*(?:Error|Exception)\b.* in file .*|  File .*|    .*)$")


def sentence(record: LogRecord, words: Sequence[str]) -> str:
    """What to say of an error; LookupError for one that is no slip of a user's.

    `words` are the arguments of Snakemake, `record` what it logged.
    """
    try:
        return f"tactometer: {_said(record, words)}"
    except UserError as error:
        return f"tactometer: {error}"


def _said(record: LogRecord, words: Sequence[str]) -> str:
    files = configfiles(words)
    if said := swallowed(words, files):
        return said
    _check_read(files)
    kind, text = getattr(record, "exception", ""), record.getMessage()
    if kind == "MissingRuleException":
        found = re.search(r"No rule to produce (\S+)", text)
        _no_target(found[1] if found else text, files)
    if "Target rules may not contain wildcards" in text:  # a rule that has many jobs
        rules = {"recipe", *stages.declared()}
        _no_target(next((word for word in words if word in rules), text), files)
    if kind in ("WorkflowError", "CliException", "ApiError"):
        return bare(text)
    raise LookupError(kind)


def bare(text: str) -> str:
    """The words of an error alone, without where in the Snakefile it was raised."""
    kept = [row for row in text.splitlines() if row.strip() and not _TRACE.match(row)]
    kept = [row.removesuffix(":") if row == "WorkflowError:" else row for row in kept]
    said = " ".join(row.strip() for row in kept if row != "WorkflowError")
    return said.removeprefix("Error: ") or text


def configfiles(words: Sequence[str]) -> list[str]:
    """What Snakemake takes for study files: all words behind --configfile, up to an option."""
    found: list[str] = []
    taking = False
    for word in words:
        if word.startswith("-"):
            name, _, value = word.partition("=")
            taking = name in ("--configfile", "--configfiles")
            found += [value] if taking and value else []
        elif taking:
            found.append(word)
    return found


def swallowed(words: Sequence[str], files: Sequence[str]) -> str:
    """What to type where --configfile has taken a target for a study file; else ""."""
    lost = [word for word in files if not word.endswith(study_files.SUFFIXES)]
    lost = [word for word in lost if not Path(word).is_file() or word.startswith("results/")]
    real = [word for word in files if word not in lost]
    if not lost or not real:
        return ""
    rest = [w for w in words if w not in (*lost, *real, "--configfile", "--configfiles")]
    rest = [word for word in rest if not word.startswith("--configfile")]
    right = shlex.join(["snakemake", *lost, *rest, "--configfile", *real])
    return (
        f"--configfile takes every word behind it for a study file, {lost[0]} too: put the target "
        f"first, `{right}`."
    )


def _check_read(files: Sequence[str]) -> None:
    """UserError for the first study file that cannot be read as YAML."""
    for file in files or [str(study_files.DEFAULT)]:
        yaml_lines.read(study_files.find(file))


def _no_target(target: str, files: Sequence[str]) -> None:
    """UserError, with the nearest, for a target that the study lacks."""
    study, _ = study_files.load(files or [study_files.DEFAULT])
    study_files.check_targets(study, [target])
    raise UserError(
        f"{study.source} makes no {target}: correct the path, or name a target "
        f"({', '.join(study_files.TARGETS)}, model_NAME)."
    )


def of_record(record: LogRecord) -> str:
    """An error or a warning as it is shown: in a sentence, or as Snakemake has it."""
    if getattr(record, "event", None) != ERROR:
        return record.getMessage()
    try:
        return sentence(record, sys.argv[1:])
    except LookupError:
        return record.getMessage()
