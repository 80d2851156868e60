"""`tactometer compare A B`: what moved between two studies, or two commits of one."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

PURPOSE = "say what moved between two studies, or two commits' tables, with intervals"


def arguments(parser: ArgumentParser) -> None:
    """The two sides, and how much of the comparison to tell."""
    side = "results/{study}, a folder of tables, or COMMIT:results/{study} where tables are in git"
    parser.add_argument("a", help=side)
    parser.add_argument("b", help=side)
    parser.add_argument("--framing", default="pooled", help="which framing; `all` for every one")
    parser.add_argument("--limit", type=int, default=20, help="rows to show (default: 20)")
    parser.add_argument("--out", type=Path, metavar="CSV", help="write every row to a file")
    parser.add_argument("--json", action="store_true", help="print every row as JSON lines")


def run(given: Namespace) -> int:
    """Print what moved."""
    import polars as pl

    from tactometer.comparison import compare

    rows = compare(_estimates(given.a), _estimates(given.b))
    if given.framing != "all":
        rows = rows.filter(pl.col("framing") == given.framing)
    if given.out:
        rows.write_csv(given.out)
    if given.json:
        print(rows.write_ndjson(), end="")
    else:
        _tell(rows, given)
    return 0


def _estimates(side: str) -> Any:
    """The estimates of one side, from disk or from a commit."""
    import io

    import polars as pl

    from tactometer.errors import UserError

    for folder in (Path(side), Path(side) / "tables"):
        if (folder / "estimates.parquet").is_file():
            return pl.read_parquet(folder / "estimates.parquet")
    commit, _, folder_there = side.partition(":")
    if folder_there:
        for place in (folder_there, f"{folder_there}/tables"):
            content = _of_commit(commit, f"{place}/estimates.parquet")
            if content is not None:
                return pl.read_parquet(io.BytesIO(content))
    raise UserError(
        f"{side} has no tables/estimates.parquet: name results/STUDY of a study that has run, or "
        "COMMIT:results/STUDY where the tables are committed."
    )


def _of_commit(commit: str, path: str) -> bytes | None:
    import subprocess

    # `--end-of-options`: a side that starts with a dash is a name, not an option.
    command = ["git", "show", "--end-of-options", f"{commit}:./{path}"]
    shown = subprocess.run(command, capture_output=True, check=False)
    return shown.stdout if shown.returncode == 0 else None


def _tell(rows: Any, given: Namespace) -> None:
    counts = dict(rows.group_by("what").len().iter_rows())
    told = rows.filter(rows["what"].is_in(["moved", "unread", "only a", "only b"]))
    for row in told.head(given.limit).iter_rows(named=True):
        print(_line(row))
    total = ", ".join(f"{counts[what]:,} {what}" for what in sorted(counts))
    print(f"{rows.height:,} parameters of {given.a} and {given.b}: {total or 'nothing in common'}.")
    if told.height > given.limit:
        print(f"{told.height - given.limit:,} more: --limit, --out or --json shows them.")


def _line(row: dict[str, Any]) -> str:
    names = (row[k] for k in ("model", "checkpoint", "goal", "framing", "speaker", "parameter"))
    where = " ".join(str(name) for name in names)
    if row["what"].startswith("only"):
        return f"{where}: {row['what']}"
    change = f"{row['mean_a']:.3f} -> {row['mean_b']:.3f}"
    interval = f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
    return f"{where}: {change}, {interval}" + (" (suspect)" if row["what"] == "unread" else "")
