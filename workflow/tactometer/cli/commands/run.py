"""`tactometer run`: run a study, or one target of it, by the snakemake command that it prints."""

import os
import shlex
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

PURPOSE = "run a study, or one target of it (ask, fits, model_NAME, ...); options go to Snakemake"
PASSES_ON = True
"""Options of this command are Snakemake's."""


def arguments(parser: ArgumentParser) -> None:
    """Which study, what of it, and what Snakemake shall know besides."""
    parser.add_argument(
        "words",
        nargs="+",
        metavar="STUDY [TARGET ...] [OPTION ...]",
        help="a study, by file or name (several files: later ones over earlier); targets: ask,"
        " semantics, fits, tables, report, model_NAME or a file below results/, all by default;"
        " options of Snakemake: -n for a dry run, --cores 4, --profile slurm",
    )
    parser.usage = "tactometer run STUDY [TARGET ...] [OPTION ...]"


def run(given: Namespace) -> None:
    """Check what is named, print the command, and become it."""
    words = command(given.words)
    print(f"tactometer: {shlex.join(['snakemake', *words])}", file=sys.stderr, flush=True)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "snakemake", *words])


def command(words: list[str]) -> list[str]:
    """The arguments of Snakemake: targets first, so that no option takes one for its own."""
    from tactometer.study import study_files

    start = next((i for i, word in enumerate(words) if _is_study(word)), None)
    if start is None:
        plain = [word for word in words if not word.startswith("-")]
        study_files.find(plain[0] if plain else words[0])  # which says what is nearest
    assert start is not None
    end = next((i for i in range(start, len(words)) if words[i].startswith("-")), len(words))
    named, options = words[start:end], [*words[:start], *words[end:]]
    study, files = study_files.load(study_files.split(named)[0])
    targets = study_files.split(named)[1]
    study_files.check_targets(study, targets)
    where = _snakefile(options)
    return [*targets, *options, *where, "--configfile", *map(str, files)]


def _snakefile(options: list[str]) -> list[str]:
    """What Snakemake must be told where it does not find the Snakefile by itself."""
    from tactometer.study import study_files
    from tactometer.utils.paths import ROOT

    if any(word.split("=")[0] in ("-s", "--snakefile") for word in options):
        return []
    if any(word.split("=")[0] in ("-d", "--directory") for word in options):
        return [] if Path("Snakefile").is_file() else ["--snakefile", str(ROOT / "Snakefile")]
    found = study_files.snakefile()
    return [] if found == Path("Snakefile") else ["--snakefile", str(found)]


def _is_study(word: str) -> bool:
    from tactometer.study import study_files

    return study_files.is_named(word) or (not word.startswith("-") and Path(word).is_file())
