"""`tactometer answers`: look at any answer of any model, and let people code a sample of them."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from tactometer.utils.open_data import Row

PURPOSE = "look at answers: prompt, reply, choice, and how it was read"
PICKED = ("model", "checkpoint", "prompt_set", "framing", "vignette", "method", "choice", "request")


def arguments(parser: ArgumentParser) -> None:
    """Which answers of which results, and what to do with them."""
    parser.add_argument("results", type=Path, help="results/{study}, or the study's name or file")
    for name in PICKED:
        parser.add_argument(f"--{name.replace('_', '-')}", help=f"only answers of this {name}")
    parser.add_argument("--state", type=int, help="only answers about this state")
    parser.add_argument("--contains", metavar="TEXT", help="only replies with this text in them")
    parser.add_argument("--limit", type=int, default=5, help="how many to show (default: 5)")
    coding = parser.add_argument_group("coding by people")
    coding.add_argument(
        "--export-for-coding", type=int, metavar="N",
        help="write a blind random sample of N answers in words for two coders",
    )  # fmt: skip
    coding.add_argument("--out", type=Path, metavar="CSV", help="where to write the sample")
    coding.add_argument("--seed", type=int, default=1, help="of the sample (default: 1)")
    coding.add_argument(
        "--coded", type=Path, nargs=2, metavar=("A", "B"),
        help="print Cohen's kappa of two coders with each other and with the reader",
    )  # fmt: skip


def run(given: Namespace) -> int:
    """Print the answers that are asked for, smallest request digest first: as good as at random."""
    from tactometer.study import study_files

    folder = study_files.results(given.results) / "choices"
    _check(given, folder)
    parts = sorted(folder.glob(f"{given.model or '*'}/{given.checkpoint or '*'}/*.parquet"))
    if given.prompt_set:
        parts = [part for part in parts if part.stem == given.prompt_set]
    found = _found(parts, given)
    if given.coded:
        return _compare(found, given.coded)
    if given.export_for_coding is not None:
        return _export(found, given)
    for row in found.head(given.limit).iter_rows(named=True):
        print(_told(row))
    print(f"Answers: {found.height:,} match, {min(given.limit, found.height):,} shown.")
    return 0


def _check(given: Namespace, folder: Path) -> None:
    """UserError for a model, checkpoint or prompt set of which there are no answers."""
    from tactometer.utils.errors import UserError, nearest

    there = [
        part.relative_to(folder).with_suffix("").parts for part in folder.glob("*/*/*.parquet")
    ]
    if not there:
        raise UserError(f"{folder} has no choices yet: give `tactometer run {folder.name}` first.")
    for place, name in enumerate(("model", "checkpoint", "prompt_set")):
        wanted = getattr(given, name)
        known = dict.fromkeys(parts[place] for parts in there)
        if wanted is not None and wanted not in known:
            raise UserError(f"there is no {name} {wanted!r} in {folder}{nearest(wanted, known)}.")
        there = [parts for parts in there if wanted in (None, parts[place])]


def _check_value(frames: list[Any], given: Namespace) -> None:
    """UserError for a value that no answer has in its column."""
    import polars as pl

    from tactometer.utils.errors import UserError, nearest

    for name in (*PICKED[3:], "state"):
        wanted = getattr(given, name)
        if wanted is None or name in ("request", "choice"):
            continue
        columns = [
            frame.select(pl.col(name).cast(pl.String).unique()).collect() for frame in frames
        ]
        known = sorted({v for column in columns for v in column[name] if v is not None})
        if str(wanted) not in known:
            option = f"--{name.replace('_', '-')}"
            raise UserError(f"{option}: no answer has {wanted!r}{nearest(str(wanted), known)}.")


def _export(found: Any, given: Namespace) -> int:
    """Write a blind sample, and say what is to be done with it."""
    from tactometer.reading import human_coding
    from tactometer.utils.errors import UserError

    if given.out is None or given.export_for_coding < 1:
        raise UserError("--export-for-coding: write a number from 1 on, and --out FILE.csv.")
    human_coding.write(given.out, human_coding.sample(found, given.export_for_coding, given.seed))
    print(
        f"Answers: {given.export_for_coding:,} drawn, see {given.out}. Give each of two coders a "
        "copy; each fills in `choice`: an option, its letter (the first is A), or none. Then: "
        "tactometer answers RESULTS --coded A.csv B.csv"
    )
    return 0


def _compare(found: Any, paths: list[Path]) -> int:
    """Print how two coders agree with each other and each with the reader."""
    from itertools import combinations

    from tactometer.reading import human_coding

    coders = {str(path): human_coding.coded(path) for path in paths}
    if len(coders) < 2:
        coders = {f"{path} ({i})": human_coding.coded(path) for i, path in enumerate(paths, 1)}
    wanted = sorted({name for each in coders.values() for name in each})
    readings = {**coders, "the reader": human_coding.read_as(found, wanted)}
    for a, b in combinations(readings, 2):
        each = human_coding.agreement(readings[a], readings[b])
        kappa = "not defined, as all is coded alike"
        if each.kappa is not None:
            kappa = f"{each.kappa:.2f} [{each.low:.2f}, {each.high:.2f}]"
        print(f"{a} and {b}: kappa {kappa}, {each.share:.1%} alike of {each.n:,} replies")
    return 0


def _found(parts: list[Path], given: Namespace) -> Any:
    import polars as pl

    frames, scanned = [], []
    for part in parts:
        frame = pl.scan_parquet(part).with_columns(
            model=pl.lit(part.parts[-3]), checkpoint=pl.lit(part.parts[-2])
        )
        scanned.append(frame)
        for name in (*PICKED, "state"):
            value = getattr(given, name)
            if value is not None:
                frame = frame.filter(pl.col(name) == value)
        if given.contains is not None:
            frame = frame.filter(pl.col("text").str.contains(given.contains, literal=True))
        frames.append(frame.collect())
    found = pl.concat(frames).sort("request", "sample")
    if found.is_empty():
        _check_value(scanned, given)
    return found


def _told(row: Row) -> str:
    from tactometer.reading.answer_samples import shown

    told = shown(row)
    where = f"{row['model']} ({row['checkpoint']}), {row['prompt_set']}, framing {row['framing']}"
    mass = "" if row["label_mass"] is None else f", label mass {row['label_mass']:.3f}"
    why = f" ({row['reason']})" if row.get("reason") else ""
    read = f"[read by {row['method']}{mass} as: {row['choice'] or 'nothing'}{why}]"
    head = f"== {where}, state {row['state']}, request {row['request']}, sample {row['sample']}"
    return f"{head}\n{told['prompt']}\n\n[reply]\n{_printable(row['text'])}\n\n{read}\n"


def _printable(text: str | None) -> str:
    """A reply without what could steer a terminal: it is untrusted text."""
    kept = (c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text or "")
    return "".join(kept)
