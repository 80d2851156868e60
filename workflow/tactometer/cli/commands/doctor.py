"""`tactometer doctor`: what is here, what is missing, and the remedy."""

from argparse import ArgumentParser, Namespace

PURPOSE = "say what is here and what is missing, each with the remedy"


def arguments(parser: ArgumentParser) -> None:
    """Whose needs count, and whether a program reads the answer."""
    parser.add_argument("study", nargs="?", help="a study, by file or name, whose needs count")
    parser.add_argument("--json", action="store_true", help="everything, as JSON")
    parser.epilog = "exit status 1: something is missing that every study needs, or this one"


def run(given: Namespace) -> int:
    """Print a line for each finding."""
    import json

    from tactometer.planning.doctor import findings
    from tactometer.study import study_files

    sweep = study_files.load([given.study])[0] if given.study else None
    found = list(findings(sweep))
    if given.json:
        print(json.dumps([each.as_dict() for each in found], indent=1))
    else:
        print("\n".join(each.line() for each in found))
    return int(any(each.needed and not each.ok for each in found))
