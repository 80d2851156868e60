"""Tokenizers of GGUF files, as transformers reads them and with what it forgets."""

from pathlib import Path
from typing import Any


def tokenizer(folder: Path, file: str) -> Any:
    """The tokenizer in a GGUF file; whether it puts BOS in front is as the file says."""
    from gguf import GGUFReader
    from transformers import AutoTokenizer

    found = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    told = GGUFReader(folder / file).get_field("tokenizer.ggml.add_bos_token")
    if told is not None and bool(told.contents()):
        found.add_bos_token = True
    return found
