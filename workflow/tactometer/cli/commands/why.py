"""`tactometer why`: what changed since the results were made, and what it costs to follow."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

PURPOSE = "say why results are stale: which file or key changed, and what it costs"


def arguments(parser: ArgumentParser) -> None:
    """Which study, which of its results."""
    parser.add_argument("study", type=Path, help="a study file")
    parser.add_argument("target", nargs="?", help="a file below results/ or a target; else all")
    parser.add_argument("--json", action="store_true", help="everything, as JSON")


def run(given: Namespace) -> None:
    """Print the reasons."""
    import json

    from tactometer.planning.why import why
    from tactometer.study import study

    found = why(study.load([given.study]), given.study, given.target)
    if given.json:
        print(json.dumps(found.as_dict(), indent=1))
    else:
        print("\n".join(found.lines(given.study)))
