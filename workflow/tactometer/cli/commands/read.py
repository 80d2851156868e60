"""`tactometer read FILE`: read replies by rules, each as the option that it decides for."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

PURPOSE = "read replies of a CSV file by rules, as the option that each decides for"
NEEDED = ("text", "options")
MADE = ("read", "method", "reason")


def arguments(parser: ArgumentParser) -> None:
    """The replies, and where to write what they are read as."""
    parser.add_argument(
        "file", type=Path, help="a CSV file with columns text and options (as shown, joined by |)"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="CSV",
        help="its columns and read (an option or `invalid`), method and reason",
    )  # fmt: skip


def run(given: Namespace) -> int:
    """Write the file's rows with what each reply is read as, and say how many were read."""
    from collections import Counter

    from tactometer.replies.reply_reader import read_reply
    from tactometer.study.option_labels import LABELS
    from tactometer.utils.errors import UserError

    header, rows = _rows(given.file)
    methods: Counter[str] = Counter()
    for line, row in rows:
        options = row["options"].split("|")
        if not all(options) or len(set(options)) < len(options) or len(options) > len(LABELS):
            raise UserError(
                f"{given.file}, line {line}, column options: {row['options']!r} are no options; "
                f"write up to {len(LABELS)} different ones, joined by |."
            )
        reply = read_reply(row["text"], options)
        row["read"], row["method"] = reply.choice or "invalid", reply.method
        row["reason"] = reply.reason or ""
        methods[reply.method] += 1
    _write(given.out, [name for name in header if name not in MADE], [row for _, row in rows])
    told = ", ".join(f"{methods[name]:,} {name}" for name in sorted(methods))
    print(f"Replies: {len(rows):,} of {given.file} read ({told or 'none'}); see {given.out}.")
    return 0


def _rows(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """A file's columns, and its rows with the line on which each ends."""
    import csv

    from tactometer.utils.errors import UserError

    csv.field_size_limit(2**31 - 1)  # a reply may be long
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            header = list(reader.fieldnames or ())
            missing = [name for name in NEEDED if name not in header]
            if missing:
                raise UserError(
                    f"{path} has no column {' and no column '.join(missing)}: give it a header "
                    "with text (a reply) and options (as shown, joined by |)."
                )
            rows = []
            for row in reader:
                if None in row or None in row.values():
                    raise UserError(
                        f"{path}, line {reader.line_num}: it has not the header's {len(header)} "
                        "columns; quote replies that hold commas."
                    )
                rows.append((reader.line_num, row))
            return header, rows
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}; name a CSV file.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8: save it as UTF-8.") from error
    except csv.Error as error:
        raise UserError(f"{path} is no CSV file ({error}): quote replies as CSV does.") from error


def _write(path: Path, kept: list[str], rows: list[dict[str, str]]) -> None:
    import csv

    from tactometer.utils.atomic_files import atomic
    from tactometer.utils.errors import UserError

    try:
        with atomic(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*kept, *MADE], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise UserError(f"--out {path}: {error.strerror or error}.") from error
