"""Accept cosmetic code changes: a person takes them as no change, with a note; the results say so.

They stand beside the recipes, in results/{study}/recipes/accepted/{stage}.json, and so survive a
lost .snakemake. An acceptance holds for one recipe as it was used and for one state of the code: a
later change of either is a change again.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tactometer.utils import atomic_files, digests
from tactometer.utils.errors import UserError

CODE = ("sources", "stan", "versions")
"""The keys of a recipe that say which code a stage is made of; all others are settings."""
ARCHIVED = "archived.json"
"""Beside the recipes of an archive that is replayed."""
COLUMNS = ("stage", "at", "by", "note", "file", "old", "new")

Recipe = Mapping[str, Any]


def settle(name: str, wanted: Recipe, results: Path) -> Recipe:
    """The recipe that a stage shall have: the used one where its difference is accepted, and of
    who was asked where an archive is replayed: weights and keys are elsewhere then.
    """
    if name.startswith("checkpoints/") and (results / "recipes" / ARCHIVED).is_file():
        return used_recipe(results, name) or wanted
    entries = _entries(results, name)
    if not entries:
        return wanted
    used = used_recipe(results, name)
    if used is None or not same(_settings(used), _settings(wanted)):
        return wanted
    mine = (digests.digest(used), _code(wanted))
    return used if mine in [(entry["used"], entry["code"]) for entry in entries] else wanted


def accept(
    name: str, wanted: Recipe, results: Path, note: str, by: str = ""
) -> dict[str, list[str | None]]:
    """Take a stage's change of code as none; gives old and new digest of each changed file.

    `note` says why and `by` who says so, as they want to be named; results are handed on.

    Raises UserError where nothing was made yet, where nothing changed, and where more than code
    did.
    """
    used = used_recipe(results, name)
    if used is None:
        raise UserError(f"{results} has no recipe {name}: nothing was made of it yet.")
    before, after = _settings(used), _settings(wanted)
    for key in sorted(before.keys() | after.keys()):
        if not same(before.get(key), after.get(key)):
            raise UserError(
                f"{name} differs in {key}, not in code alone, and only a change of code can be "
                f"accepted: undo that change or run Snakemake (tactometer why shows it)."
            )
    changes = _changes(used, wanted)
    if not changes:
        raise UserError(f"{name} is made of the code that is here: there is nothing to accept.")
    if settle(name, wanted, results) == used:
        raise UserError(f"{name}: this change is accepted already.")
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": by,
        "note": note,
        "used": digests.digest(used),
        "code": _code(wanted),
        "changes": changes,
    }
    text = json.dumps([*_entries(results, name), entry], sort_keys=True, indent=1) + "\n"
    atomic_files.write_if_changed(_path(results, name), text)
    return changes


def rows(results: Path) -> Iterator[dict[str, str | None]]:
    """What is accepted in these results: a row with `COLUMNS` for each changed file."""
    folder = results / "recipes" / "accepted"
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        used = used_recipe(results, name)
        for entry in _entries(results, name):
            if used is None or entry["used"] != digests.digest(used):
                continue  # made anew since
            told = {"stage": name, **{key: entry[key] for key in ("at", "by", "note")}}
            for file, (old, new) in sorted(entry["changes"].items()):
                yield {**told, "file": file, "old": old, "new": new}


def sentences(results: Path) -> dict[str, str]:
    """What is accepted, in words: stage, time, who and note, and which digests changed to which."""
    said: dict[str, list[str]] = {}
    for row in rows(results):
        note = f" ({row['note']})" if row["note"] else ""
        what = f"{row['file']} {short(row['old'])} → {short(row['new'])}"
        by = f", {row['by']}" if row["by"] else ""
        said.setdefault(f"{row['stage']}, {row['at']}{by}{note}", []).append(what)
    return {head: ", ".join(whats) for head, whats in said.items()}


def write_table(results: Path) -> None:
    """Write tables/accepted.parquet and .csv: no file of Snakemake's, so it makes nothing stale."""
    import polars as pl

    from tactometer.utils import spreadsheets

    frame = pl.DataFrame(list(rows(results)), schema=dict.fromkeys(COLUMNS, pl.String))
    with atomic_files.atomic(results / "tables" / "accepted.parquet") as path:
        frame.write_parquet(path)
    with atomic_files.atomic(results / "tables" / "accepted.csv") as path:
        spreadsheets.write(frame, path)


def short(value: str | None) -> str:
    """A digest or version in a few characters; "none" for no file."""
    return "none" if value is None else value[:8]


def used_recipe(results: Path, name: str) -> dict[str, Any] | None:
    """The recipe that the results were made with, or None."""
    path = results / "recipes" / f"{name}.json"
    try:
        found: dict[str, Any] = dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except (TypeError, ValueError):
        raise UserError(
            f"{path} is no recipe any more: delete it, and what it pins is made again."
        ) from None
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two recipes, or parts of them, are the same once they are written."""
    return digests.canonical(one) == digests.canonical(other)


def _entries(results: Path, name: str) -> list[dict[str, Any]]:
    path = _path(results, name)
    try:
        found: list[dict[str, Any]] = json.loads(path.read_text())
        for entry in found:
            entry["used"], entry["code"], entry["changes"]
    except FileNotFoundError:
        return []
    except (KeyError, TypeError, ValueError):
        raise UserError(
            f"{path} is no list of acceptances: delete it, and the change counts again."
        ) from None
    return found


def _path(results: Path, name: str) -> Path:
    return results / "recipes" / "accepted" / f"{name}.json"


def _code(recipe: Recipe) -> dict[str, Any]:
    return {key: recipe[key] for key in CODE if key in recipe}


def _settings(recipe: Recipe) -> dict[str, Any]:
    return {key: value for key, value in recipe.items() if key not in CODE}


def _changes(used: Recipe, wanted: Recipe) -> dict[str, list[str | None]]:
    """Old and new digest (or version) of every file (or tool) that differs."""
    found: dict[str, list[str | None]] = {}
    for part in CODE:
        old, new = used.get(part, {}), wanted.get(part, {})
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                found[name] = [old.get(name), new.get(name)]
    return found
