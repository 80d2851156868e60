"""Packing: a study with its answers and tables as one file, an RO-Crate in a zip.

An RO-Crate (version 1.1, https://w3id.org/ro/crate/1.1) is a folder with `ro-crate-metadata.json`,
which names every file, what it is, its size and its checksum.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import socket
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tactometer import __version__
from tactometer.archives.contents import LICENSES, STUDY, Member, members
from tactometer.study.study import Study
from tactometer.utils import atomic_files
from tactometer.utils.errors import UserError

METADATA, VERSIONS = "ro-crate-metadata.json", "versions.json"
STANDARD = "https://w3id.org/ro/crate/1.1"
LIBRARIES = ("snakemake", "polars", "numpy", "scipy", "cmdstanpy", "arviz", "plotnine", "litellm")
WHEN = (1980, 1, 1, 0, 0, 0)  # of every file: the same study gives the same file
TEXTS = {".json", ".jsonl", ".yaml", ".yml", ".csv", ".html", ".md", ".bib", ".tex"}
KINDS = {
    ".jsonl": "application/jsonl",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".csv": "text/csv",
    ".html": "text/html",
    ".md": "text/markdown",
    ".tex": "application/x-tex",
    ".parquet": "application/vnd.apache.parquet",
}


def pack(study: Study, results: Path, out: Path, *, text: bool = True) -> int:
    """Write the archive; gives how many files it holds.

    Raises UserError where the study was not run, and where a file names this machine.
    """
    held = [*members(study, results, text=text), Member(VERSIONS, _versions())]
    content = {one.place: one.data() for one in held}
    _check(content)
    metadata = json.dumps(_crate(study, content, text), indent=1, ensure_ascii=False)
    with atomic_files.atomic(out) as path, zipfile.ZipFile(path, "w") as archive:
        for place, data in {METADATA: f"{metadata}\n".encode(), **content}.items():
            info = zipfile.ZipInfo(place, WHEN)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, data)
    return len(content) + 1


def _versions() -> str:
    from tactometer.inference import cmdstan

    place = cmdstan.find()
    found: dict[str, str | None] = {"tactometer": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    found["cmdstan"] = cmdstan.version(place) if place else None
    found["processor"] = platform.machine()
    return json.dumps(found, indent=1) + "\n"


def _check(content: dict[str, bytes]) -> None:
    """UserError for a file that names this machine, its user's home or the folder of the run."""
    named = {str(Path.cwd()), str(Path.home())} - {"/", "/root"}
    host = socket.gethostname()
    if len(host) > 5 and host != "localhost":
        named.add(host)
    for place, data in content.items():
        if Path(place).suffix not in TEXTS:
            continue
        for word in named:
            if word.encode() in data:
                raise UserError(
                    f"{place} names this machine ({word}), and an archive is for others: write the "
                    "path in the study relative to its folder, run again, then archive."
                )


def _crate(study: Study, content: dict[str, bytes], text: bool) -> dict[str, Any]:
    now = datetime.now(UTC).date().isoformat()
    files = [_file(place, data) for place, data in content.items()]
    said = "with every answer" if text else "without the texts of answers, from their choices on"
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Tactometer study {study.name}",
        "description": f"The study {study.name}, {said}; `tactometer replay` makes its tables.",
        "datePublished": now,
        "license": {"@id": LICENSES},
        "mainEntity": {"@id": STUDY},
        "hasPart": [{"@id": each["@id"]} for each in files],
    }
    described = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": STANDARD},
    }
    graph: Sequence[dict[str, Any]] = [described, root, *files]
    return {"@context": f"{STANDARD}/context", "@graph": graph}


def _file(place: str, data: bytes) -> dict[str, Any]:
    kind = KINDS.get(Path(place).suffix)
    return {
        "@id": place,
        "@type": "File",
        "contentSize": str(len(data)),
        "sha256": hashlib.sha256(data).hexdigest(),
        **({"encodingFormat": kind} if kind else {}),
    }


def unpack(file: Path, folder: Path) -> str:
    """Unpack an archive into a folder, each file checked against its checksum; gives the study's
    name.

    Raises UserError for what is no archive of ours, and for a damaged or an added file.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            crate = json.loads(archive.read(METADATA))
            sums = {one["@id"]: one["sha256"] for one in crate["@graph"] if "sha256" in one}
            _same_files(file, archive.namelist(), sums)
            for place, wanted in sums.items():
                target = (folder / place).resolve()
                if not target.is_relative_to(folder.resolve()):
                    raise UserError(f"{file}: {place} lies outside the archive; do not trust it.")
                data = archive.read(place)
                if hashlib.sha256(data).hexdigest() != wanted:
                    raise UserError(f"{file}: {place} is not what was archived; get it once more.")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
    except FileNotFoundError:
        raise UserError(f"{file} does not exist; correct the path.") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise UserError(
            f"{file} is no archive of a study ({error}): give one that `tactometer archive` made."
        ) from None
    names = [path.name for path in (folder / "results").iterdir()]
    return names[0]


def _same_files(file: Path, there: Iterable[str], sums: dict[str, str]) -> None:
    odd = sorted(set(there) ^ {METADATA, *sums})
    if odd:
        raise UserError(f"{file}: {odd[0]} is not what was archived; get it once more.")
