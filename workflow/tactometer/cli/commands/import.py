"""`tactometer import`: the two CSV files of recorded behaviour from an experiment's export."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

PURPOSE = "write the CSV files of recorded people from an export (jsPsych, Qualtrics, Yoon's form)"
WORDS = Path("resources/polite_speech")


def arguments(parser: ArgumentParser) -> None:
    """Which exports, how their columns are called, and where the counts go."""
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="exports, CSV or JSON")
    parser.add_argument("--map", type=Path, help="how the columns are called: see --example")
    parser.add_argument("--example", action="store_true", help="print a mapping to begin with")
    parser.add_argument("--domain", type=Path, help=f"whose words and states ({WORDS})")
    parser.add_argument(
        "--out", default="data/people", help="files OUT_production.csv, OUT_semantics.csv"
    )


def run(given: Namespace) -> None:
    """Count, write, and say what a study names."""
    from tactometer.reading import exports, recorded_files
    from tactometer.study import domain, export_settings, yaml_lines
    from tactometer.study.faults import validated
    from tactometer.utils.errors import UserError
    from tactometer.utils.paths import locate

    if given.example:
        print(export_settings.EXAMPLE, end="")
        return
    if not given.files:
        raise UserError("name an export: tactometer import FILE.")
    how = None
    if given.map:
        data, lines = yaml_lines.read(given.map)
        how = validated(data, lines, export_settings.ExportMapping, given.map)
    words = domain.load(locate(given.domain or WORDS))
    counted = exports.Counted()
    for path in given.files:
        rows = exports.rows_of(path)
        exports.count(path, rows, how or exports.mapping_of(rows, path), words, counted)
    for line in recorded_files.write(counted, words, given.out, given.domain):
        print(line)
