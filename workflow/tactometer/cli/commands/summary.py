"""`tactometer summary`: how a run ended and what to open."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

PURPOSE = "say how a run ended, what to open"


def arguments(parser: ArgumentParser) -> None:
    """Which results."""
    parser.add_argument("results", type=Path, help="results/{study}, or the study's name or file")


def run(given: Namespace) -> None:
    """Say how a run ended and what to open."""
    from tactometer.study import study_files
    from tactometer.tables.run_summary import lines

    for line in lines(study_files.results(given.results)):
        print(line)
