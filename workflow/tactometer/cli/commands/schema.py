"""`tactometer schema`: every key of a study or of a domain, as JSON Schema, for editors too."""

from argparse import ArgumentParser, Namespace

PURPOSE = "print every key of a study or of a domain, with what it means, as JSON Schema"


def arguments(parser: ArgumentParser) -> None:
    """Of which files."""
    parser.add_argument(
        "of", choices=("study", "domain"), nargs="?", default="study", help="(study)"
    )
    parser.epilog = "copies stand in workflow/schemas; `make schemas` writes them"


def run(given: Namespace) -> int:
    """Print the schema."""
    from tactometer.study import schema

    print(schema.text(given.of), end="")
    return 0
