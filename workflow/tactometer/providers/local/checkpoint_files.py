"""Locate and fingerprint a checkpoint's weights, tokenizer and chat template, unloaded."""

import contextlib
import hashlib
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tactometer.utils import atomic_files, digests
from tactometer.utils.errors import UserError

WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
TOKENIZER = ("tokenizer*", "special_tokens_map.json", "added_tokens.json", "vocab*", "merges.txt")
TEMPLATE = ("chat_template*",)
SMALL = ["config.json", "generation_config.json", "*.py", *TOKENIZER, *TEMPLATE]


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint as found: the folder of its small files, what an engine loads (a folder or a
    hub id), its revision on the hub, and the folder that its tokenizer is read from."""

    folder: Path
    loads: str
    revision: str | None
    tokenizer: Path

    @property
    def config(self) -> dict[str, Any]:
        """Its config.json, without what says only where it comes from."""
        config: dict[str, Any] = json.loads((self.folder / "config.json").read_text())
        return {
            k: v for k, v in config.items() if k not in ("_name_or_path", "transformers_version")
        }

    def content(self) -> dict[str, Any]:
        """What could change an answer: a revision, or digests of all files that an engine reads."""
        if self.revision:
            return {"source": self.loads, "revision": self.revision}
        return {
            "weights": {p.name: _digest(p) for p in _matching(self.folder, WEIGHTS)},
            "config": digests.digest(self.config),
            "tokenizer": self.text_content(),
        }

    def text_content(self) -> dict[str, str]:
        """Digests of the files of tokenizer and chat template."""
        found = _matching(self.tokenizer, TOKENIZER + TEMPLATE)
        return {p.name: digests.file_digest(p) for p in found}


def check_folder(declared: Mapping[str, Any], place: str) -> None:
    """Raise UserError, which opens with `place`, where the folder of a checkpoint is not there."""
    path = declared["checkpoint"].get("path")
    if path is not None and not Path(path).is_dir():
        raise UserError(
            f"{place}, key checkpoints: the folder {path} is not there; train or copy the "
            "checkpoint first, or correct its path."
        )


def find(declared: Mapping[str, Any], place: str, offline: bool = False) -> Checkpoint:
    """Find a checkpoint from its recipe: a folder, or a revision of the hub (small files alone).

    `offline`: of the hub, only what its cache here holds.
    Raises UserError, which opens with `place`, for a folder without weights, config or tokenizer
    and for a hub id that cannot be resolved.
    """
    own = declared["checkpoint"]
    source = str(declared["source"])
    path = own.get("path") or (source if Path(source).is_dir() else None)
    if path is None:
        folder = _snapshot(source, own.get("revision"), place, offline)
        return Checkpoint(folder, source, folder.name, folder)
    folder = Path(path)
    if (folder / "adapter_config.json").exists():
        raise UserError(f"{place}: {folder} holds an adapter; merge it into its base model first.")
    if not (folder / "config.json").exists() or not _matching(folder, WEIGHTS):
        raise UserError(
            f"{place}: {folder} is no checkpoint (it lacks config.json or *.safetensors); name the "
            "folder that save_pretrained wrote, or a hub id."
        )
    tokenizer = folder
    if not _matching(folder, TOKENIZER):  # trainers often leave it out
        base = Path(source)
        tokenizer = base if base.is_dir() else _snapshot(source, None, place, offline)
    return Checkpoint(folder, str(folder), None, tokenizer)


def sketch(folder: Path) -> dict[str, Any]:
    """What a folder of weights holds, in milliseconds: digests of small files and of samples.

    It tells a plan that weights were replaced in place; a journal's key takes every byte.
    """
    small = _matching(folder, ("config.json", *TOKENIZER, *TEMPLATE))
    return {
        "weights": {path.name: _sampled(path) for path in _matching(folder, WEIGHTS)},
        "files": {path.name: digests.file_digest(path) for path in small},
    }


def remembered(folder: Path) -> bool:
    """Whether the digests of a folder's weights are known without reading them."""
    found = _matching(folder, WEIGHTS)
    return bool(found) and all(_memory(path).exists() for path in found)


def manifest(folder: Path) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Every tensor of a folder's safetensors files, by name: its dtype and shape."""
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            header = json.loads(stream.read(length))
        header.pop("__metadata__", None)
        found |= {name: (t["dtype"], tuple(t["shape"])) for name, t in header.items()}
    return found


def _matching(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({p for pattern in patterns for p in folder.glob(pattern) if p.is_file()})


def _snapshot(source: str, revision: str | None, place: str, offline: bool) -> Path:
    """The folder of a hub model's small files; its name is the commit."""
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                source, revision=revision, allow_patterns=SMALL, local_files_only=offline
            )
        )
    except Exception as error:  # its errors have no common class
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(
            f"{place}: {source} (revision {revision or 'main'}) is no folder here and cannot be "
            f"had from the hub: {reason[:200]}."
        ) from None


def _sampled(path: Path, blocks: int = 64, block: int = 4096) -> str:
    """A digest of a file's size and of blocks spread over it."""
    size = path.stat().st_size
    found = hashlib.blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as stream:
        for number in range(blocks):
            stream.seek(number * max(0, size - block) // (blocks - 1))
            found.update(stream.read(block))
    return found.hexdigest()


def _digest(path: Path) -> str:
    """The digest of a file's bytes, remembered as long as its size and times stand."""
    known = _memory(path)
    try:
        return known.read_text()
    except OSError:
        found = digests.file_digest(path)
    with contextlib.suppress(OSError):  # no home to write to: it is read again next time
        atomic_files.write_if_changed(known, found)
    return found


def _memory(path: Path) -> Path:
    """Where the digest of a file is remembered."""
    stat = path.stat()
    name = f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "tactometer" / "digests" / hashlib.sha256(name.encode()).hexdigest()
