"""`tactometer answers`: look at any answer of any model, with its prompt and how it was read."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

PURPOSE = "look at answers: prompt, reply, choice, and how it was read"
PICKED = ("model", "checkpoint", "prompt_set", "framing", "vignette", "method", "choice", "request")


def arguments(parser: ArgumentParser) -> None:
    """Which answers of which results."""
    parser.add_argument("results", type=Path, help="results/{study}")
    for name in PICKED:
        parser.add_argument(f"--{name.replace('_', '-')}", help=f"only answers of this {name}")
    parser.add_argument("--state", type=int, help="only answers about this state")
    parser.add_argument("--contains", metavar="TEXT", help="only replies with this text in them")
    parser.add_argument("--limit", type=int, default=5, help="how many to show (default: 5)")


def run(given: Namespace) -> int:
    """Print the answers that are asked for, smallest request digest first: as good as at random."""
    from tactometer.utils.errors import UserError

    folder = given.results / "choices"
    parts = sorted(folder.glob(f"{given.model or '*'}/{given.checkpoint or '*'}/*.parquet"))
    if given.prompt_set:
        parts = [part for part in parts if part.stem == given.prompt_set]
    if not parts:
        raise UserError(f"{folder} has no choices of that model, checkpoint and prompt set: see "
                        "what is there, or run `snakemake` first.")  # fmt: skip
    found = _found(parts, given)
    for row in found.head(given.limit).iter_rows(named=True):
        print(_told(row))
    print(f"Answers: {found.height:,} match, {min(given.limit, found.height):,} shown.")
    return 0


def _found(parts: list[Path], given: Namespace) -> Any:
    import polars as pl

    frames = []
    for part in parts:
        frame = pl.scan_parquet(part).with_columns(
            model=pl.lit(part.parts[-3]), checkpoint=pl.lit(part.parts[-2])
        )
        for name in (*PICKED, "state"):
            value = getattr(given, name)
            if value is not None:
                frame = frame.filter(pl.col(name) == value)
        if given.contains is not None:
            frame = frame.filter(pl.col("text").str.contains(given.contains, literal=True))
        frames.append(frame.collect())
    return pl.concat(frames).sort("request", "sample")


def _told(row: dict[str, Any]) -> str:
    from tactometer.reading.answer_samples import shown

    told = shown(row)
    where = f"{row['model']} ({row['checkpoint']}), {row['prompt_set']}, framing {row['framing']}"
    mass = "" if row["label_mass"] is None else f", label mass {row['label_mass']:.3f}"
    read = f"[read by {row['method']}{mass} as: {row['choice'] or 'nothing'}]"
    head = f"== {where}, state {row['state']}, request {row['request']}, sample {row['sample']}"
    return f"{head}\n{told['prompt']}\n\n[reply]\n{_printable(row['text'])}\n\n{read}\n"


def _printable(text: str | None) -> str:
    """A reply without what could steer a terminal: it is untrusted text."""
    kept = (c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text or "")
    return "".join(kept)
