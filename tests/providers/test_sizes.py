"""How large a checkpoint is: within 1% of the loaded model, by its configuration alone."""

import json
import math
import struct
from pathlib import Path

import pytest

from engine_env import run
from tactometer.planning import speed
from tactometer.providers.local import sizes
from tactometer.providers.local.settings import HubCheckpoint, VllmModel

COUNT = """
import json, torch, transformers
from transformers import AutoModelForCausalLM, GenerationConfig
from tactometer.providers.local import sizes
KINDS = {
    "Llama": {}, "Mistral": {}, "Qwen2": {"tie_word_embeddings": True}, "Qwen3": {"head_dim": 128},
    "Gemma2": {}, "Gemma3Text": {"hidden_size": 640, "num_hidden_layers": 18, "head_dim": 256,
    "num_attention_heads": 4, "num_key_value_heads": 1, "intermediate_size": 2048}, "Phi3": {},
    "Olmo2": {}, "Mixtral": {}, "Qwen3Moe": {}, "GPT2": {}, "GPTNeoX": {}, "OPT": {},
}
found = {}
for name, changes in KINDS.items():
    config = getattr(transformers, name + "Config")(**changes)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    counted = sizes.parameters(json.loads(config.to_json_string()))
    found[name] = [counted, sum(p.numel() for p in model.parameters())]
print(json.dumps(found))
"""


@pytest.mark.engine
@pytest.mark.xdist_group("engines")
def test_parameters_by_the_configuration_are_those_of_the_loaded_model(tmp_path: Path) -> None:
    found = json.loads(run([], tmp_path, COUNT).stdout.splitlines()[-1])
    off = {name: counted / loaded - 1 for name, (counted, loaded) in found.items()}
    assert len(off) == 13 and max(map(abs, off.values())) < 0.01, off


def test_an_architecture_that_is_not_known_has_no_size_rather_than_a_wrong_one() -> None:
    llama = {"vocab_size": 100, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    assert sizes.parameters(llama) is not None
    assert sizes.parameters({**llama, "kv_lora_rank": 4}) is None
    assert sizes.parameters({"model_type": "mamba", "hidden_size": 8}) is None


def weights(folder: Path, shape: tuple[int, ...]) -> Path:
    """A folder with one tensor of bfloat16."""
    folder.mkdir()
    size = 2 * math.prod(shape)
    tensor = {"dtype": "BF16", "shape": shape, "data_offsets": [0, size]}
    header = json.dumps({"w": tensor, "__metadata__": {"format": "pt"}}).encode()
    content = struct.pack("<Q", len(header)) + header + bytes(size)
    (folder / "model.safetensors").write_bytes(content)
    (folder / "config.json").write_text('{"model_type": "x", "torch_dtype": "bfloat16"}')
    (folder / "tokenizer.json").write_text("{}")
    return folder


def test_a_plan_takes_the_size_from_the_files_and_says_where_they_are_not_here(
    tmp_path: Path,
) -> None:
    here = VllmModel(
        source="org/someone-70B",
        checkpoints={"0": HubCheckpoint(path=str(weights(tmp_path / "w", (1000, 500))))},
    )
    told = speed.speed_of(here, tmp_path, "0")
    assert "0.0005 billion parameters in bfloat16, by its safetensors" in told.origin
    away = VllmModel(source="org/not-here-7B", checkpoints={"0": HubCheckpoint()})
    told = speed.speed_of(away, tmp_path, "0")
    assert (
        "7 billion parameters, by its name: its files are not here, and the hub was not asked"
        in (told.origin)
    )
    nameless = VllmModel(source="org/not-here", checkpoints={"0": HubCheckpoint()})
    assert "a guess" in speed.speed_of(nameless, tmp_path, "0").origin.split(";")[1]
