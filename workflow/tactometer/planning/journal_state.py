"""Inspect a journal offline: what it holds, and whose answers those are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tactometer.journal import journal
from tactometer.journal.answer_keys import identity_digest
from tactometer.providers.local import checkpoint_files
from tactometer.providers.provider import open_provider
from tactometer.recipes import acceptance
from tactometer.study.model import Model
from tactometer.study.providers import engines
from tactometer.study.study import Study
from tactometer.utils.errors import UserError

COLUMNS: dict[str, Any] = {
    "key": pl.String,
    "request": pl.String,
    "prompt_tokens": pl.Int64,
    "completion_tokens": pl.Int64,
    "cost_usd": pl.Float64,
    "seconds": pl.Float64,
}


def answers(path: Path) -> pl.DataFrame:
    """The answers of a journal: the columns of `COLUMNS`, null where a line does not tell.

    Raises UserError for a journal that cannot be read, as `journal.read` does.
    """
    if not path.exists():
        return pl.DataFrame(schema=COLUMNS)
    tokens = ("prompt_tokens", "completion_tokens")
    usage = pl.Struct(dict.fromkeys(tokens, pl.Int64))
    schema = {k: v for k, v in COLUMNS.items() if k not in tokens} | {"usage": usage}
    try:
        frame = pl.read_ndjson(path, schema=schema)
        whole = not frame["key"].has_nulls()
    except (pl.exceptions.PolarsError, OSError):
        whole = False
    if not whole:  # torn, or broken: `journal.read` tells which
        lines = list(journal.read(path))
        try:
            frame = pl.DataFrame(lines, schema=schema, strict=False)
        except pl.exceptions.PolarsError:
            raise UserError(
                f"{path} holds values such as no journal has: restore it from a backup."
            ) from None
    return frame.unnest("usage").select(*COLUMNS)


@dataclass(frozen=True)
class Identity:
    """The digest of who is asked, or None where it cannot be told; `assumed` says what was."""

    digest: str | None
    assumed: str | None = None


def identity(study: Study, model: Model, checkpoint: str, declared: Any, results: Path) -> Identity:
    """Who a checkpoint is, as far as it can be told without network and without reading weights.

    `declared` is its current recipe. Where its weights are not here, or were never digested, the
    identity of its last run stands in, as long as its recipe has not changed since.
    """
    settings = {
        **model.as_given,
        "job": {"file": study.source, "model": model.name, "offline": True},
    }
    if model.provider not in engines():
        return Identity(identity_digest(open_provider(declared, settings).identity()))
    folder = _folder(declared)
    if all(map(checkpoint_files.remembered, checkpoint_files.folders(declared))):
        try:
            return Identity(identity_digest(open_provider(declared, settings).identity()))
        except (ImportError, UserError):
            pass
    where = _where(declared, folder)
    last = _last(results / "answers" / model.name / f"{checkpoint}.done")
    name = f"checkpoints/{model.name}/{checkpoint}"
    if last and acceptance.same(acceptance.used_recipe(results, name), declared):
        return Identity(last, f"{where}: taken to be what its last run asked")
    return Identity(None, f"{where}: none of its journal's answers is counted")


def _folder(declared: Mapping[str, Any]) -> Path | None:
    """The folder of a checkpoint's weights; None for a hub id."""
    own, source = declared["checkpoint"], Path(declared["source"])
    return Path(own["path"]) if "path" in own else source if source.is_dir() else None


def _where(declared: Mapping[str, Any], folder: Path | None) -> str:
    if folder is None:
        return f"{declared['source']} is not in the hub's cache here"
    return f"{folder} has not been read" if folder.is_dir() else f"{folder} is not there yet"


def _last(done: Path) -> str | None:
    try:
        return str(json.loads(done.read_text())["digest"])
    except (OSError, KeyError, TypeError, ValueError):
        return None
