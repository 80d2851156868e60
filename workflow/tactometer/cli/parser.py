"""The command line: a subcommand for each stage, as rules call it, and those that people type."""

import argparse
import errno
import importlib
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from tactometer.analyses.analyse import ANALYSES
from tactometer.cli import commands, stages
from tactometer.utils.errors import UserError

# The disk is full, a quota is used up, or nothing may be written.
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
Command = Callable[[argparse.Namespace], int | None]


def main(arguments: list[str] | None = None) -> None:
    """Run a subcommand; a user's mistake is one sentence on stderr and exit status 1."""
    given = _parser().parse_args(arguments)
    try:
        sys.exit(given.run(given))
    except UserError as error:
        print(f"tactometer: {error}", file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        told = _disk(error)
        if told is None:
            raise
        print(f"tactometer: {told}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("tactometer: interrupted; run again to go on.", file=sys.stderr)
        sys.exit(130)


def _disk(error: Exception) -> str | None:
    """What to say if the disk is to blame; polars has the system's number in its text alone."""
    found = re.search(r"\(os error (\d+)\)", str(error))
    number = error.errno if isinstance(error, OSError) else found and int(found[1])
    if number not in DISK:
        return None
    where = getattr(error, "filename", None) or "what this stage makes"
    return (
        f"{where} cannot be written ({os.strerror(number)}): free the disk, or mount it for "
        "writing, then run again; what is there already is kept, answers too."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tactometer", description="Measure how a language model trades honesty for kindness."
    )
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in commands.NAMES:
        module = importlib.import_module(f"tactometer.commands.{name}")
        module.arguments(_command(parsers, name, module.run, module.PURPOSE))
    _add_questions(parsers)
    _add_answers(parsers)
    _add_results(parsers)
    command = _command(parsers, "cmdstan", stages.cmdstan, "find CmdStan, or build it")
    command.add_argument(
        "--compile", nargs="*", default=[], choices=stages.KNOWN, metavar="PROGRAM"
    )
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Command,
    purpose: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=purpose, description=purpose)
    command.set_defaults(run=run)
    return command


def _of_model(command: argparse.ArgumentParser) -> None:
    command.add_argument("--study", type=Path, required=True, help="the study as stamped")
    command.add_argument("--model", required=True)


def _add_questions(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "requests", stages.requests, "write a prompt set out")
    _of_model(command)
    command.add_argument("--prompt-set", required=True)
    command.add_argument("--out", type=Path, required=True)

    command = _command(commands, "ask", stages.ask, "ask checkpoints what their journals lack")
    _of_model(command)
    for name, purpose in (
        ("--who", "a checkpoint's recipe; repeat all three for each checkpoint"),
        ("--journal", "where its answers stand"),
        ("--done", "what to write when none is missing"),
    ):
        command.add_argument(name, type=Path, required=True, action="append", help=purpose)
    command.add_argument("requests", type=Path, nargs="+")


def _add_answers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for name, run, purpose in (
        ("judge", stages.judge, "let the judge read replies"),
        ("parse", stages.parse, "read choices from answers"),
    ):
        command = _command(commands, name, run, purpose)
        _of_model(command)
        command.add_argument("--requests", type=Path, required=True)
        command.add_argument("--done", type=Path, required=True)
        command.add_argument("--journal", type=Path, required=True)
        command.add_argument("--out", type=Path, required=True)
        if name == "judge":
            command.add_argument("--judge", type=Path, required=True, help="its recipe")
        else:
            command.add_argument("--judged", type=Path, help="what the judge said, if there is one")

    for name, run, purpose in (
        ("count", stages.count, "add choices up"),
        ("semantics", stages.semantics, "add yes/no answers up"),
    ):
        command = _command(commands, name, run, purpose)
        _of_model(command)
        command.add_argument("--choices", type=Path, required=True)
        command.add_argument("--out", type=Path, required=True)

    command = _command(commands, "import", stages.import_recorded, "read a recorded model's files")
    _of_model(command)
    command.add_argument("--semantics", type=Path, required=True)
    command.add_argument("counts", type=Path, nargs="+", help="{goal}.parquet, one for each goal")


def _add_results(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "fit", stages.fit, "sample posteriors")
    command.add_argument("--settings", type=Path, required=True, help="the model's fit recipe")
    command.add_argument("--semantics", type=Path, required=True)
    command.add_argument("--counts", type=Path, nargs="+", required=True, help="one for each goal")
    command.add_argument("--out", type=Path, nargs="+", required=True, help="{goal}.nc for each")
    command.add_argument("--threads", type=int, default=1)

    command = _command(commands, "compare-speakers", stages.compare, "compare speaker variants")
    command.add_argument("--settings", type=Path, required=True, help="the model's fit recipe")
    command.add_argument("--fits", type=Path, nargs="+", required=True, help="{goal}.nc for each")
    command.add_argument("--counts", type=Path, nargs="+", required=True, help="one for each goal")
    command.add_argument("--choices", type=Path, nargs="*", default=[], help="none if recorded")
    command.add_argument("--out", type=Path, required=True)

    command = _command(commands, "hold-out", stages.hold_out, "predict held-out vignettes")
    command.add_argument("--settings", type=Path, required=True, help="the model's heldout recipe")
    command.add_argument("--counts", type=Path, nargs="*", default=[], help="if it is recorded")
    command.add_argument("--choices", type=Path, nargs="*", default=[], help="of all prompt sets")
    command.add_argument("--out", type=Path, required=True)

    command = _command(commands, "gather", stages.gather, "gather the tables of one model")
    _of_model(command)
    command.add_argument("--results", type=Path, required=True)

    command = _command(commands, "tabulate", stages.tabulate, "put the tables together")
    command.add_argument("--study", type=Path, required=True)
    command.add_argument("--results", type=Path, required=True)

    command = _command(commands, "describe", stages.describe, "say what the columns mean")
    command.add_argument("--tables", type=Path, nargs="+", required=True)
    command.add_argument("--out", type=Path, required=True)

    command = _command(commands, "condense", stages.condense, "gather draws and answers")
    _of_model(command)
    command.add_argument("--results", type=Path, required=True)
    command.add_argument("--out", type=Path, required=True)

    command = _command(commands, "analyse", stages.analyse, "make the table of one analysis")
    command.add_argument("analysis", choices=ANALYSES)
    command.add_argument("--study", type=Path, required=True)
    command.add_argument("--tables", type=Path, required=True)
    command.add_argument("--condensed", type=Path, required=True, help="what `condense` made")

    for name, run, purpose in (
        ("draw", stages.draw, "draw the figures"),
        ("report", stages.report, "write the page that stands alone"),
    ):
        command = _command(commands, name, run, purpose)
        command.add_argument("--study", type=Path, required=True)
        command.add_argument("--tables", type=Path, required=True)
        command.add_argument("--out", type=Path, required=True)
        if name == "report":
            command.add_argument("--figures", type=Path, required=True)
