"""The command line: the commands that people type, and the stages as rules call them."""

import argparse
import errno
import importlib
import os
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn, cast

from tactometer import __version__
from tactometer.utils.errors import UserError, forbidden, nearest
from tactometer.utils.paths import PACKAGE

if TYPE_CHECKING:
    from tactometer.study.stages import Stage

CLOSED = 128 + 13  # the exit status of a command whose reader has gone, as shells have it
# The disk is full, a quota is used up, or nothing may be written.
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
SOMETHING = "what this stage reads or makes"
Command = Callable[[argparse.Namespace], int | None]


class _Parser(argparse.ArgumentParser):
    """A parser whose every fault is one sentence that says what is needed and where to look."""

    def error(self, message: str) -> NoReturn:
        """UserError with exit status 2; of what is missing it says what that is."""
        missing = message.partition("are required: ")[2].split(", ")
        needed = [
            f"{name} ({action.help})"
            for action in self._actions
            for name in ["/".join(action.option_strings) or str(action.metavar or action.dest)]
            if name in missing
        ]
        said = f" needs {' and '.join(needed)}" if needed else f": {message}"
        error = UserError(
            f"{self.prog.removeprefix('tactometer ')}{said}; `{self.prog} --help` has all."
        )
        error.status = 2  # type: ignore[attr-defined]
        raise error


def main(arguments: list[str] | None = None) -> None:
    """Run a command; a user's mistake is one sentence on stderr and exit status 1.

    Where its output goes to is closed (`tactometer summary ... | head`), it ends quietly.
    """
    # Every .nc is written whole, under another name, and never changed: HDF5 need not lock it, and
    # it cannot where the file system has no locks.
    os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")
    try:
        try:
            _main(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is left to flush
        sys.exit(CLOSED)


def _main(arguments: list[str] | None) -> None:
    try:
        words = sys.argv[1:] if arguments is None else list(arguments)
        name = words[0] if words and not words[0].startswith("-") else None
        parser = make_parser(name)
        given, unknown = parser.parse_known_args(_quoted(words))
        if unknown:
            _refuse(parser, unknown[0])
        if given.run is None:
            parser.print_help()
            sys.exit(0)
        sys.exit(given.run(given))
    except UserError as error:
        print(f"tactometer: {error}", file=sys.stderr)
        sys.exit(getattr(error, "status", 1))
    except BrokenPipeError:
        raise
    except Exception as error:
        told = _disk(error)
        if told is None:
            raise
        print(f"tactometer: {told}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("tactometer: interrupted; run again to go on.", file=sys.stderr)
        sys.exit(130)


def _refuse(parser: argparse.ArgumentParser, word: str) -> None:
    """UserError, with the nearest option of the command, for a word that it does not take."""
    inner = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    commands = [command for action in inner for command in action.choices.values()]
    options = [name for c in commands for name in c._option_string_actions if name[:2] == "--"]
    error = UserError(f"{word} is not known here{nearest(word, options)}.")
    error.status = 2  # type: ignore[attr-defined]
    raise error


def _quoted(words: list[str]) -> list[str]:
    """The words, those behind a command that hands on its options as they are."""
    if len(words) < 2 or words[1] in ("-h", "--help") or words[0] not in command_names():
        return words
    passes_on = getattr(_command_module(words[0]), "PASSES_ON", False)
    return [words[0], "--", *words[1:]] if passes_on else words


def _disk(error: Exception) -> str | None:
    """What to say if the disk is to blame; polars has the system's number in its text alone."""
    found = re.search(r"\(os error (\d+)\)", str(error))
    number = getattr(error, "errno", None) or (found and int(found[1]))
    named = re.search(r"\(os error \d+\): (\S.*)", str(error))
    where = getattr(error, "filename", None) or (named[1] if named else SOMETHING)
    if number == errno.ENAMETOOLONG:
        return (
            f"{where} has a name that is too long for its file system: shorten the name of the "
            "study, model or checkpoint that is in it."
        )
    if number in (errno.EACCES, errno.EPERM) and where != SOMETHING:
        return forbidden(where)
    if number == errno.ENOENT and where != SOMETHING:
        return f"{where} is not there: if something deleted it, run again, and it is made anew."
    if number not in DISK:
        return None
    return (
        f"{where} cannot be written ({os.strerror(number)}): free the disk, or mount it for "
        "writing, then run again; what is there already is kept, answers too."
    )


def make_parser(name: str | None = None) -> argparse.ArgumentParser:
    """The parser of one command or stage, or of all; `run` of what it gives is None without one.

    Raises UserError, with the nearest that there is, for a command that is none.
    """
    parser = _Parser(
        prog="tactometer",
        description="Measure how a language model trades honesty for kindness.",
        epilog="The stages that rules call are commands too: tactometer inference.fit --help.",
    )
    parser.add_argument("--version", action="version", version=f"tactometer {__version__}")
    parser.set_defaults(run=None)
    parsers = parser.add_subparsers(metavar="COMMAND")
    typed = command_names()
    for command in typed if name is None else {name}.intersection(typed):
        module = _command_module(command)
        module.arguments(_command(parsers, command, module.run, module.PURPOSE))
    if name is not None and name not in typed:
        stage = _stage(name)
        _add(stage, _command(parsers, name, partial(_run, name), stage.purpose))
    return parser


def _command_module(name: str) -> ModuleType:
    return importlib.import_module(f"tactometer.cli.commands.{name}")


def _stage(name: str) -> "Stage":
    """The stage whose logic is in that module: of its folder, which alone is read."""
    folder = name.partition(".")[0]
    if (PACKAGE / folder / "stages.py").is_file():
        module = importlib.import_module(f"tactometer.{folder}.stages")
        for stage in getattr(module, "STAGES", ()):
            if stage.module == name:
                return cast("Stage", stage)
    from tactometer.study import stages

    known = [*command_names(), *(stage.module for stage in stages.declared().values())]
    raise UserError(f"there is no command {name!r}{nearest(name, known)}.")


def command_names() -> list[str]:
    """The commands that people type: each is a module of `commands`."""
    files = os.listdir(PACKAGE / "cli/commands")  # noqa: PTH208  # names alone
    return sorted(name[:-3] for name in files if name.endswith(".py") and name[0] != "_")


def _command(
    parsers: "argparse._SubParsersAction[_Parser]",
    name: str,
    run: Command,
    purpose: str,
) -> argparse.ArgumentParser:
    command = parsers.add_parser(name, help=purpose.replace("%", "%%"), description=purpose)
    command.set_defaults(run=run)
    return command


def _run(module: str, given: argparse.Namespace) -> None:
    """Do a stage: only now its libraries are imported."""
    importlib.import_module(f"tactometer.{module}").run(given)


def _add(stage: "Stage", command: argparse.ArgumentParser) -> None:
    """The options of a stage: what it needs, makes and is told, by the words of its rule."""
    for part in (stage.needs, stage.options, stage.beside, stage.makes):
        for name, purpose in part.items():
            several = name in stage.several
            command.add_argument(
                f"--{name.replace('_', '-')}",
                type=str if part is stage.options else Path,
                nargs="*" if several else None,
                default=[] if several else None,
                required=not several and name not in stage.optional,
                metavar=name.upper(),
                help=purpose,
            )
