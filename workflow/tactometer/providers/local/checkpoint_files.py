"""Locate and fingerprint a checkpoint's weights, tokenizer and chat template, unloaded."""

import contextlib
import hashlib
import json
import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tactometer.utils import atomic_files, digests
from tactometer.utils.errors import UserError

WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
TOKENIZER = ("tokenizer*", "special_tokens_map.json", "added_tokens.json", "vocab*", "merges.txt")
TEMPLATE = ("chat_template*",)
ADAPTER = "adapter_config.json"
ADAPTED = ("adapter_model*.safetensors", "adapter_model*.bin")
SMALL = ["config.json", "generation_config.json", "*.py", *TOKENIZER, *TEMPLATE]


@dataclass(frozen=True)
class Adapter:
    """A LoRA adapter as found: its folder, and where it comes from on the hub."""

    folder: Path
    source: str | None = None
    revision: str | None = None

    @property
    def rank(self) -> int:
        """The rank of its matrices, the highest where modules differ."""
        config = json.loads((self.folder / ADAPTER).read_text())
        ranks = (config.get("rank_pattern") or {}).values()
        return max([int(config.get("r", 8)), *map(int, ranks)])

    def content(self) -> dict[str, Any]:
        """What could change an answer: a revision, or digests of its files."""
        if self.revision:
            return {"source": self.source, "revision": self.revision}
        config = json.loads((self.folder / ADAPTER).read_text())
        kept = {k: v for k, v in config.items() if k != "base_model_name_or_path"}
        weights = {p.name: remembered_digest(p) for p in _matching(self.folder, ADAPTED)}
        return {"weights": weights, "config": digests.digest(kept)}


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint as found: the folder of its small files, what an engine loads (a folder or a
    hub id), its revision on the hub, and the folder that its tokenizer is read from.

    `subfolder` is where it stands in a repository of the hub, `file` a GGUF file in `folder` that
    holds all of it, `adapter` what is put on top of the weights.
    """

    folder: Path
    loads: str
    revision: str | None
    tokenizer: Path
    subfolder: str | None = None
    file: str | None = None
    adapter: Adapter | None = None

    @property
    def config(self) -> dict[str, Any]:
        """Its config.json, without what says only where it comes from; {} of a GGUF file."""
        if self.file:
            return {}
        config: dict[str, Any] = json.loads((self.folder / "config.json").read_text())
        return {
            k: v for k, v in config.items() if k not in ("_name_or_path", "transformers_version")
        }

    def content(self) -> dict[str, Any]:
        """What could change an answer: a revision, or digests of all files that an engine reads."""
        if self.adapter:
            own = {"tokenizer": self.text_content()} if self.tokenizer != self.folder else {}
            base = replace(self, adapter=None, tokenizer=self.folder)
            return {"base": base.content(), "adapter": self.adapter.content(), **own}
        if self.revision:
            parts = {"subfolder": self.subfolder, "file": self.file}
            found = {"source": self.loads, "revision": self.revision}
            return found | {name: part for name, part in parts.items() if part}
        if self.file:
            return {"gguf": remembered_digest(self.folder / self.file)}
        return {
            "weights": {p.name: remembered_digest(p) for p in _matching(self.folder, WEIGHTS)},
            "config": digests.digest(self.config),
            "tokenizer": self.text_content(),
        }

    def text_content(self) -> dict[str, str]:
        """Digests of the files of tokenizer and chat template."""
        found = _matching(self.tokenizer, TOKENIZER + TEMPLATE)
        return {p.name: digests.file_digest(p) for p in found}

    def fetched(self) -> tuple[str, str | None]:
        """What an engine is to load, and its revision; a subfolder of the hub is had first."""
        if self.file:
            return str(self.folder), None
        if self.subfolder is None or self.revision is None:
            return self.loads, self.revision
        from huggingface_hub import snapshot_download

        every = f"{self.subfolder}/*"
        whole = snapshot_download(self.loads, revision=self.revision, allow_patterns=[every])
        return str(Path(whole) / self.subfolder), None


def check_folder(declared: Mapping[str, Any], place: str) -> None:
    """Raise UserError, which opens with `place`, where the folder or the GGUF file of a checkpoint,
    or the folder of its adapter, is not there.
    """
    own = declared["checkpoint"]
    path, adapter = own.get("path"), own.get("adapter")
    there = path is None or Path(path).is_dir() or _is_gguf(path)
    if not there and declared.get("training"):
        raise UserError(
            f"{place}, key checkpoints: {path} is needed, and it was not kept (training.keep) or "
            "deleted; run again with --forcerun train, which makes it once more."
        )
    if not there:
        raise UserError(
            f"{place}, key checkpoints: the folder {path} is not there; train or copy the "
            "checkpoint first, or correct its path."
        )
    if adapter is not None and _is_path(adapter) and not Path(adapter).is_dir():
        raise UserError(
            f"{place}, key checkpoints: the adapter {adapter} is not there; train or copy it "
            "first, or correct its path."
        )


def find(declared: Mapping[str, Any], place: str, offline: bool = False) -> Checkpoint:
    """Find a checkpoint from its recipe: a folder, a GGUF file, or a revision of the hub (small
    files alone, of GGUF and adapters all), with an adapter on top where there is one.

    `offline`: of the hub, only what its cache here holds.
    Raises UserError, which opens with `place`, for a folder without weights, config or tokenizer
    and for a hub id that cannot be resolved.
    """
    own, source = declared["checkpoint"], str(declared["source"])
    path, adapter = own.get("path"), own.get("adapter")
    if path is not None and (Path(path) / ADAPTER).exists() and adapter is None:
        path, adapter = None, path  # as trainers of adapters leave their checkpoints
    path = path or (source if Path(source).is_dir() or _is_gguf(source) else None)
    base = (
        _of_hub(source, own, place, offline)
        if path is None
        else _here(path, source, place, offline)
    )
    if adapter is None:
        return base
    found = _adapter(str(adapter), own.get("adapter_revision"), place, offline)
    spoken = found.folder if _matching(found.folder, TOKENIZER) else base.tokenizer
    return replace(base, adapter=found, tokenizer=spoken)


def _here(path: str, source: str, place: str, offline: bool) -> Checkpoint:
    """A checkpoint in a folder, or in a GGUF file."""
    folder = Path(path)
    if _is_gguf(path):
        return Checkpoint(folder.parent, path, None, folder.parent, file=folder.name)
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


def _of_hub(source: str, own: Mapping[str, Any], place: str, offline: bool) -> Checkpoint:
    """A checkpoint of the hub: a revision of a repository, a subfolder or a GGUF file of it."""
    sub, file = own.get("subfolder"), own.get("file")
    wanted = [f"{sub}/{pattern}" for pattern in SMALL] + SMALL if sub else SMALL
    root = _snapshot(source, own.get("revision"), place, offline, [file] if file else wanted)
    if file:
        if not (root / file).is_file():
            raise UserError(f"{place}: {source} has no file {file}; correct the key file.")
        at = (root / file).parent
        return Checkpoint(at, source, root.name, at, file=Path(file).name)
    folder = root / sub if sub else root
    if sub and not (folder / "config.json").exists():
        raise UserError(
            f"{place}: {source} has no checkpoint in {sub} (no config.json there); correct the key "
            "subfolder."
        )
    tokenizer = folder if _matching(folder, TOKENIZER) else root
    return Checkpoint(folder, source, root.name, tokenizer, subfolder=sub)


def _adapter(named: str, revision: str | None, place: str, offline: bool) -> Adapter:
    """An adapter in a folder, or of the hub."""
    if Path(named).is_dir():
        folder, found = Path(named), Adapter(Path(named))
    else:
        folder = _snapshot(named, revision, place, offline, [ADAPTER, *ADAPTED, *SMALL])
        found = Adapter(folder, named, folder.name)
    if not (folder / ADAPTER).exists() or not _matching(folder, ADAPTED):
        raise UserError(
            f"{place}: {named} is no adapter (it lacks {ADAPTER} or adapter_model.safetensors); "
            "name the folder that PEFT's save_pretrained wrote, or a hub id."
        )
    return found


def folders(declared: Mapping[str, Any]) -> list[Path]:
    """The folders here that a checkpoint's weights are read from; none of what is on the hub."""
    own = declared["checkpoint"]
    named = [own.get("path"), own.get("adapter"), declared["source"]]
    if own.get("path") and not (Path(own["path"]) / ADAPTER).exists():
        named = named[:2]
    return [Path(each) for each in named if each and Path(each).is_dir()]


def _is_gguf(path: str) -> bool:
    return path.endswith(".gguf") and Path(path).is_file()


def _is_path(named: str) -> bool:
    """Whether a name is one of a folder here, and not a hub id (one slash at most)."""
    return named.startswith((".", "/", "~")) or named.count("/") > 1


def sketch(folder: Path) -> dict[str, Any]:
    """What a folder of weights holds, in milliseconds: digests of small files and of samples.

    It tells a plan that weights were replaced in place; a journal's key takes every byte.
    """
    small = _matching(folder, ("config.json", ADAPTER, *TOKENIZER, *TEMPLATE))
    weights = _matching(folder, (*WEIGHTS, *ADAPTED))
    return {
        "weights": {path.name: _sampled(path) for path in weights},
        "files": {path.name: digests.file_digest(path) for path in small},
    }


def sketch_file(path: Path) -> str:
    """The same of a single file."""
    return _sampled(path)


def remembered(folder: Path) -> bool:
    """Whether the digests of a folder's weights are known without reading them."""
    found = _matching(folder, (*WEIGHTS, *ADAPTED))
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


def _snapshot(
    source: str,
    revision: str | None,
    place: str,
    offline: bool,
    patterns: Sequence[str] = tuple(SMALL),
) -> Path:
    """The folder of some files of a hub repository, by default the small ones of a model; its name
    is the commit.
    """
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                source, revision=revision, allow_patterns=[*patterns], local_files_only=offline
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


def remembered_digest(path: Path) -> str:
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
