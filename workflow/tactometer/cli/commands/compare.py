"""`tactometer compare A B`: what moved between two studies, or two commits of one."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tactometer.utils.open_data import Row

PURPOSE = "say what moved between two studies, or two commits' tables, with intervals"


def arguments(parser: ArgumentParser) -> None:
    """The two sides, and how much of the comparison to tell."""
    side = "a study, its results/{study}, a folder of tables, or COMMIT:results/{study} in git"
    parser.add_argument("a", help=side)
    parser.add_argument("b", help=side)
    parser.add_argument("--framing", default="pooled", help="which framing; `all` for every one")
    parser.add_argument("--limit", type=_rows, default=20, help="rows to show (default: 20)")
    parser.add_argument("--out", type=Path, metavar="CSV", help="write every row to a file")
    parser.add_argument("--json", action="store_true", help="print every row as JSON lines")
    parser.add_argument(
        "--task",
        action="store_true",
        help="the effect of another task: B less A, the mean over all fits that both have",
    )


def _rows(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is no number of rows")
    return int(text)


def run(given: Namespace) -> int:
    """Print what moved, or what another task does."""
    given.a, given.b = _side(given.a), _side(given.b)
    if given.task:
        return _task(given)
    import polars as pl

    from tactometer.tables.compare_studies import compare
    from tactometer.utils.errors import UserError

    rows = compare(_estimates(given.a), _estimates(given.b))
    if given.framing != "all":
        known = ", ".join([*sorted(set(rows["framing"])), "all"])
        rows = rows.filter(pl.col("framing") == given.framing)
        if rows.is_empty():
            raise UserError(f"--framing {given.framing}: no fit has it; there are {known}.")
    if given.out:
        _write(rows, given.out)
    if given.json:
        print(rows.write_ndjson(), end="")
    else:
        _tell(rows, given)
    return 0


def _side(word: str) -> str:
    """A side as it was named, the folder of its results where that was a study."""
    from tactometer.study import study_files

    is_study = Path(word).is_file() or word in study_files.ready()
    return str(study_files.results(word)) if is_study and not Path(word).is_dir() else word


def _task(given: Namespace) -> int:
    """Print the effect of the task of B against that of A."""
    from tactometer.analyses.phrases import several
    from tactometer.analyses.task_effect import effect, of_results
    from tactometer.tables.cells import interval, number

    rows = effect(of_results(Path(given.a)), of_results(Path(given.b)))
    if given.out:
        _write(rows, given.out)
    if given.json:
        print(rows.write_ndjson(), end="")
        return 0
    first = rows.row(0, named=True)
    left = f"; {first['left_out']:,} more may not be read" * bool(first["left_out"])
    print(
        f"{given.b} less {given.a}: mean over {several(first['fits'], 'fit')} of"
        f" {several(first['models'], 'model')} that both asked{left}."
        " Posterior mean [95% HDI], of these models alone:"
    )
    for row in rows.iter_rows(named=True):
        ends = interval(row["hdi_low"], row["hdi_high"])
        print(f"  {row['parameter']:<10} {number(row['mean'], '+.2f')} {ends}")
    return 0


def _write(rows: Any, out: Path) -> None:
    from tactometer.utils.errors import UserError

    try:
        rows.write_csv(out)
    except OSError as error:
        raise UserError(f"--out {out}: {error.strerror or error}.") from error


def _estimates(side: str) -> Any:
    """The estimates of one side, from disk or from a commit; `UserError` if they are none."""
    import difflib
    import io

    import polars as pl

    from tactometer.tables.compare_studies import NEEDED
    from tactometer.utils.errors import UserError

    content = next((found for found in _found(side) if found is not None), None)
    if content is None:
        made = [str(folder) for folder in Path("results").glob("*") if str(folder) != side]
        near = difflib.get_close_matches(side, made, n=1)
        meant = f"; perhaps {near[0]} was meant" if near else ""
        raise UserError(
            f"{side} has no tables/estimates.parquet{meant}: name results/STUDY of a study that "
            "has run, or COMMIT:results/STUDY where the tables are committed."
        )
    remedy = "make it anew with `snakemake tables`."
    try:
        rows = pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError as error:
        raise UserError(f"{side}: tables/estimates.parquet cannot be read; {remedy}") from error
    missing = [name for name in NEEDED if name not in rows.columns]
    if missing:
        raise UserError(
            f"{side}: tables/estimates.parquet has no column {', '.join(missing)}: it is of another"
            f" version, or of a study without fits; {remedy}"
        )
    return rows


def _found(side: str) -> Iterator[bytes | None]:
    """The file that a side may mean, in each place where it may stand."""
    for folder in (Path(side), Path(side) / "tables"):
        path = folder / "estimates.parquet"
        yield path.read_bytes() if path.is_file() else None
    commit, _, there = side.partition(":")
    for place in (there, f"{there}/tables") if there else ():
        yield _of_commit(commit, f"{place}/estimates.parquet")


def _of_commit(commit: str, path: str) -> bytes | None:
    import subprocess

    # `--end-of-options`: a side that starts with a dash is a name, not an option.
    command = ["git", "show", "--end-of-options", f"{commit}:./{path}"]
    shown = subprocess.run(command, capture_output=True, check=False)
    return shown.stdout if shown.returncode == 0 else None


FIT = ("model", "checkpoint", "goal", "framing", "fit", "speaker")


def _tell(rows: Any, given: Namespace) -> None:
    counts = dict(rows.group_by("what").len().iter_rows())
    lines = [
        _line(row)
        for what in ("moved", "unread")
        for row in rows.filter(what=what).iter_rows(named=True)
    ]
    lines += [line for what in ("only a", "only b") for line in _alone(rows, what, given)]
    print("".join(f"{line}\n" for line in lines[: given.limit]), end="")
    if len(lines) > given.limit:
        print(f"{len(lines) - given.limit:,} lines more: --limit, --out or --json shows them.")
    total = ", ".join(f"{counts[what]:,} {what}" for what in sorted(counts))
    print(f"{rows.height:,} parameters of {given.a} and {given.b}: {total or 'none'}.")
    read = counts.get("moved", 0) + counts.get("same", 0)
    if counts.get("moved"):
        print(f"Intervals are 95% each: by chance alone about {0.05 * read:,.0f} would seem moved.")
    elif not read:
        print("They have no fit in common that may be read.")


def _alone(rows: Any, what: str, given: Namespace) -> Iterator[str]:
    """The fits that one side alone has: a line each."""
    side = given.a if what == "only a" else given.b
    for row in rows.filter(what=what).unique(FIT, maintain_order=True).iter_rows(named=True):
        yield f"{_named(row)}: only in {side}"


def _line(row: Row) -> str:
    where = f"{_named(row)} {row['parameter']}"
    change = f"{row['mean_a']:.3f} -> {row['mean_b']:.3f}"
    interval = f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
    return f"{where}: {change}, {interval}" + (" (suspect)" if row["what"] == "unread" else "")


def _named(row: Row) -> str:
    """A fit by its names; the main one of a model needs no name of its own."""
    names = [row[name] for name in FIT if name != "fit" or row[name] != "main"]
    return " ".join(map(str, names))
