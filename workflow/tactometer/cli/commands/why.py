"""`tactometer why`: what changed since the results were made, and what it costs to follow."""

from argparse import ArgumentParser, Namespace

PURPOSE = "say why results are stale: which file or key changed, and what it costs"


def arguments(parser: ArgumentParser) -> None:
    """Which study, which of its results."""
    parser.add_argument(
        "words",
        nargs="+",
        metavar="STUDY [TARGET]",
        help="a study, by file or name (of several files, later ones count over earlier), and"
        " files below results/ or targets; else all",
    )
    parser.add_argument("--json", action="store_true", help="everything, as JSON")


def run(given: Namespace) -> None:
    """Print the reasons."""
    import json

    from tactometer.planning.why import why
    from tactometer.study import study_files

    files, targets = study_files.split(given.words)
    study, files = study_files.load(files)
    study_files.check_targets(study, targets)
    found = why(study, files, targets)
    if given.json:
        print(json.dumps(found.as_dict(), indent=1))
    else:
        print("\n".join(found.lines(files[-1])))
