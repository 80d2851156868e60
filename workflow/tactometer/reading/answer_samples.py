"""Sample a model's answers for inspection: prompt, reply, choice and how it was read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from tactometer.utils.open_data import Row

SAMPLE: Final = {
    "prompt_set": pl.String,
    "framing": pl.String,
    "vignette": pl.String,
    "state": pl.Int64,
    "utterance": pl.String,
    "request": pl.String,
    "sample": pl.Int32,
    "options": pl.String,
    "prompt": pl.String,
    "text": pl.String,
    "choice": pl.String,
    "method": pl.String,
    "label_mass": pl.Float64,
}
EACH: Final = 2
"""Answers of each (prompt set, framing, method), rare ways of reading as many as common ones, and
of each (prompt set, framing, state): ten of a behaviour over five states.
"""


def draw(choices: Sequence[Path], each: int = EACH) -> pl.DataFrame:
    """Sample `each` answers of each framing and method, and of each framing and state, from choices
    files, reproducibly.

    Columns: `file`, then `SAMPLE`. Requests are digests, so the smallest ones are as good as drawn
    at random. Only the rows that are drawn are kept whole: the prompts are most of a choices file.
    """
    rows = pl.scan_parquet(list(choices), include_file_paths="file", row_index_name="row")
    names = ["row", "file", "framing", "method", "state", "request", "sample"]
    light = rows.select(names).collect().sort("request", "sample")
    kinds = (light.group_by("file", "framing", kind) for kind in ("method", "state"))
    drawn = {row for kind in kinds for row in kind.head(each)["row"]}
    chosen = rows.filter(pl.col("row").is_in(sorted(drawn))).collect().sort("row")
    schema = {"file": pl.String, **SAMPLE}
    return pl.DataFrame([shown(row) for row in chosen.iter_rows(named=True)], schema=schema)


def shown(row: Row) -> dict[str, Any]:
    """A row of a choices file as people read it: the prompt as text, the options lettered."""
    prompt = "\n\n".join(f"[{m['role']}]\n{m['content']}" for m in row["messages"])
    return {**row, "prompt": prompt, "options": _lettered(row["options"])}


def _lettered(options: Sequence[str]) -> str:
    return "; ".join(f"({chr(ord('A') + i)}) {option}" for i, option in enumerate(options))
