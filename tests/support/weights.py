"""A checkpoint's folder as trainers leave it."""

import json
import random
import struct
from pathlib import Path


def checkpoint(folder: Path, seed: int = 1) -> Path:
    """A folder as trainers leave it: a safetensors file of 1 MB, a config, a tokenizer."""
    folder.mkdir(parents=True)
    body = random.Random(seed).randbytes(1_000_000)
    tensor = {"dtype": "F32", "shape": [250, 1000], "data_offsets": [0, len(body)]}
    header = json.dumps({"weight": tensor, "__metadata__": {"format": "pt"}}).encode()
    safetensors = struct.pack("<Q", len(header)) + header + body
    (folder / "model.safetensors").write_bytes(safetensors)
    (folder / "config.json").write_text('{"model_type": "llama", "_name_or_path": "x"}')
    (folder / "tokenizer.json").write_text("{}")
    return folder
