"""What an archive of a study holds: its files by their place in the archive.

An archive is laid out as the folder that a study is run in: `study.yaml`, its domain and recorded
counts, and results/{study} with recipes, journals, tables and the page. So it is replayed where it
is unpacked.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl
import yaml

from tactometer.study.study import Study
from tactometer.utils.errors import UserError
from tactometer.utils.paths import locate

STUDY, LICENSES = "study.yaml", "LICENSES.md"
WORDS = ("text", "thinking", "raw", "logprobs")
"""What of a journal's line a model wrote: left out where answers may not be published."""
RESULTS = ("README.txt", "recipes/**/*.json", "tables/*.parquet", "tables/*.csv")
JUDGED = ("judgements/**/*.parquet",)
PAGE = ("report.html", "references.bib", "methods.*", "estimates.*")
QUOTES = ("replies",)  # the table that has answers in it, as the page has
GIVEN = ("production", "semantics", "published")  # files that a recorded model names


@dataclass(frozen=True)
class Member:
    """One file of an archive: its place, and its content or the file on disk that has it."""

    place: str
    content: Path | str | bytes

    def data(self) -> bytes:
        """The content."""
        if isinstance(self.content, Path):
            return self.content.read_bytes()
        return self.content.encode() if isinstance(self.content, str) else self.content


def members(study: Study, results: Path, *, text: bool) -> Iterator[Member]:
    """The files of a study with its `results`; without `text`, nothing that a model wrote.

    Raises UserError where the study was not run to its tables.
    """
    if not (results / "tables" / "estimates.parquet").is_file():
        raise UserError(f"{results}/tables holds no tables: run the study first, then archive it.")
    written, given = _moved(study)
    yield Member(STUDY, yaml.safe_dump(written, sort_keys=False, allow_unicode=True))
    yield from given
    where = f"results/{study.name}"
    for pattern in (*RESULTS, *(*PAGE, *JUDGED) * text):
        for path in sorted(results.glob(pattern)):
            if text or path.stem not in QUOTES:
                yield Member(f"{where}/{path.relative_to(results).as_posix()}", path)
    for path in sorted(results.glob("answers/**/*")):
        place = f"{where}/{path.relative_to(results).as_posix()}"
        if path.suffix == ".done":
            yield Member(place, path)
        elif path.suffix == ".jsonl":
            yield Member(place, path if text else _without_words(path))
    if not text:
        yield from _choices(results, where)
    yield Member(LICENSES, _licenses(study))


def _moved(study: Study) -> tuple[dict[str, Any], list[Member]]:
    """The study as it stands in the archive, and the files that it names, at their places there."""
    written = json.loads(json.dumps(study.written))
    found: dict[str, Member] = {}
    written["domain"] = _take(study.settings.domain, found)
    for model in written["models"].values():
        for key in ("domain", *GIVEN):
            value = model.get(key)
            if isinstance(value, str):
                model[key] = _take(value, found)
            elif isinstance(value, list):
                model[key] = [_take(one, found) for one in value]
        _untrained(model)
    scores = written.get("analyses", {}).get("outside_scores", {})
    if "file" in scores:
        scores["file"] = _take(scores["file"], found)
    return written, list(found.values())


def _untrained(model: dict[str, Any]) -> None:
    """Leave out how a model was trained: its recipe says it, and nobody trains for a replay."""
    if model.pop("training", None) is not None:
        for own in model["checkpoints"].values():
            own.pop("step", None)


def _take(named: str, found: dict[str, Member]) -> str:
    """Take a file or a whole folder in; gives its place, which is the same for one below here."""
    path, place = locate(named), PurePosixPath(os.path.normpath(named))
    if place.parts[0] == ".." or place.is_absolute():
        place = PurePosixPath("given", path.name)
    folder = path if path.is_dir() else path.parent if path.suffix in (".yaml", ".yml") else None
    for each in [path] if folder is None else sorted(p for p in folder.rglob("*") if p.is_file()):
        below = place if folder is None else _below(place, path, folder, each)
        found[str(below)] = Member(str(below), each)
    return str(place)


def _below(place: PurePosixPath, path: Path, folder: Path, each: Path) -> PurePosixPath:
    top = place if folder == path else place.parent
    return top / each.relative_to(folder).as_posix()


def _without_words(path: Path) -> str:
    """A journal whose lines keep their costs, tokens and dates, and nothing that was said."""
    kept = []
    for line in path.read_text().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # torn
        kept.append(json.dumps({k: v for k, v in entry.items() if k not in WORDS}))
    return "".join(f"{line}\n" for line in kept)


def _choices(results: Path, where: str) -> Iterator[Member]:
    """The choices, which replace the answers that they were read from; their texts are left out."""
    for path in sorted(results.glob("choices/**/*.parquet")):
        frame = pl.read_parquet(path)
        held = io.BytesIO()
        frame.with_columns(text=pl.lit(None, frame.schema["text"])).write_parquet(held)
        place = f"{where}/{path.relative_to(results).as_posix()}"
        yield Member(place, held.getvalue())


def _licenses(study: Study) -> str:
    people = [m.name for m in study.models.values() if m.recorded]
    asked = sorted({str(source) for m in study.asked if (source := m.as_given.get("source"))})
    lines = [
        "# Licences of what this archive holds",
        "",
        "- Recipes, tables and the page were made by Tactometer, which is under the MIT licence "
        "(SPDX: MIT), and are free to use.",
        f"- The domain ({study.settings.domain}) is under its own licence; see the README in its "
        "folder where there is one.",
    ]
    if people:
        lines.append(
            f"- The recorded counts of {', '.join(people)} are facts taken from their source, "
            "which their files name."
        )
    if asked:
        lines.append(
            f"- What {', '.join(asked)} answered is under the terms of whoever serves the model: "
            "see whether they let you publish it."
        )
    return "\n".join(lines) + "\n"
