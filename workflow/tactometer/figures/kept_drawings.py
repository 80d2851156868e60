"""Drawings by what they show: a figure whose tables are as they were is not drawn again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tactometer.utils import atomic_files, digests

KINDS = ("svg", "png")


@dataclass(frozen=True)
class KeptDrawings:
    """A folder with the last drawing of each figure and what it was made of.

    `recipe` is the digest of all that can change a drawing beside its tables, which stand in
    `tables`: the figures' code, the study's keys, the versions of the libraries.
    """

    folder: Path
    recipe: str
    tables: Path
    _digests: dict[str, str] = field(default_factory=dict, init=False, compare=False)

    def give(self, name: str, out: Path) -> bool:
        """Whether the drawing of this figure is here and holds; it becomes `out`.svg and .png."""
        note = self.folder / f"{name}.json"
        try:
            told = json.loads(note.read_text())
            if told != self._made_of(told["tables"]):
                return False
            for kind in KINDS:
                with atomic_files.atomic(out.with_name(f"{name}.{kind}"), sync=False) as path:
                    shutil.copyfile(self.folder / f"{name}.{kind}", path)
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return False  # it was never kept, or something was deleted
        return True

    def keep(self, name: str, out: Path, tables: Iterable[str]) -> None:
        """Keep a drawing that was made of these tables; the note comes last."""
        note = self.folder / f"{name}.json"
        note.unlink(missing_ok=True)
        for kind in KINDS:
            with atomic_files.atomic(self.folder / f"{name}.{kind}", sync=False) as path:
                shutil.copyfile(out.with_name(f"{name}.{kind}"), path)
        atomic_files.write_if_changed(note, json.dumps(self._made_of(tables)), sync=False)

    def _made_of(self, tables: Iterable[str]) -> dict[str, object]:
        return {"recipe": self.recipe, "tables": {t: self._digest(t) for t in sorted(tables)}}

    def _digest(self, table: str) -> str:
        """Of a table, which many figures read and none changes."""
        if table not in self._digests:
            self._digests[table] = digests.file_digest(self.tables / f"{table}.parquet")
        return self._digests[table]
