"""How large a checkpoint is, from its own files: parameters, and the type that they are kept in."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tactometer.providers.local import checkpoint_files
from tactometer.utils.errors import UserError

BYTES: Final = {"float32": 4, "float16": 2, "bfloat16": 2, "float8_e4m3fn": 1}
"""Bytes of a parameter, by the type that it is computed in."""
_NOT_GATED: Final = ("gpt2", "gpt_neox", "gptj", "opt", "phi", "bloom", "falcon", "starcoder2")
"""Architectures whose feed-forward layers have two matrices, where all later ones have three."""
_UNKNOWN: Final = ("kv_lora_rank", "ssm_cfg", "state_size", "linear_num_key_heads")
"""Keys of architectures that this count knows nothing of."""


@dataclass(frozen=True)
class Size:
    """Parameters of a checkpoint, the type that its configuration names, and how that is known.

    `cached` is how many numbers each token leaves in the cache; None where that is not known.
    """

    parameters: int
    dtype: str | None
    origin: str
    cached: int | None = None

    @property
    def billions(self) -> float:
        """Its parameters in billions."""
        return self.parameters / 1e9


def size_of(source: str, own: Mapping[str, Any]) -> Size | None:
    """The size of a checkpoint as its files say it; None where they are not here, or tell nothing.

    `own` are the checkpoint's own keys, such as path and revision. A folder with safetensors is
    counted tensor by tensor, whatever else by its config.json: of the hub, what its cache here
    holds, since nobody is asked.
    """
    declared = {"source": source, "checkpoint": own}
    try:
        found = checkpoint_files.find(declared, "", offline=True)
        config = found.config
    except (ImportError, OSError, UserError, ValueError):
        return None
    dtype = dtype_of(config)
    if found.file:
        return None
    tensors = checkpoint_files.manifest(found.folder) if found.revision is None else {}
    if tensors:
        count = sum(math.prod(shape) for _, shape in tensors.values())
        return Size(count, dtype, "its safetensors", cached(config))
    counted = parameters(config)
    return None if counted is None else Size(counted, dtype, "its config.json", cached(config))


def dtype_of(config: Mapping[str, Any]) -> str | None:
    """The type that a configuration names, such as bfloat16."""
    named = config.get("dtype") or config.get("torch_dtype")
    return str(named).removeprefix("torch.") if named else None


def cached(config: Mapping[str, Any]) -> int | None:
    """How many numbers each token leaves in the cache of a decoder: keys and values."""
    config = {**config, **config.get("text_config", {})}
    if any(config.get(key) for key in _UNKNOWN):
        return None
    try:
        layers = int(_first(config, "num_hidden_layers", "n_layer"))
        heads = int(_first(config, "num_attention_heads", "n_head"))
        width = int(_first(config, "hidden_size", "n_embd", "d_model"))
    except StopIteration:
        return None
    pairs = _or(config, heads, "num_key_value_heads", "num_kv_heads")
    return 2 * layers * pairs * _or(config, width // heads, "head_dim")


def parameters(config: Mapping[str, Any]) -> int | None:
    """Parameters of a decoder by its configuration, within 1% of the loaded model.

    None for architectures that are built otherwise.
    """
    config = {**config, **config.get("text_config", {})}
    if any(config.get(key) for key in _UNKNOWN):
        return None
    try:
        width = int(_first(config, "hidden_size", "n_embd", "d_model"))
        layers = int(_first(config, "num_hidden_layers", "n_layer"))
        heads = int(_first(config, "num_attention_heads", "n_head"))
        vocabulary = int(config["vocab_size"])
    except (KeyError, StopIteration, TypeError, ValueError):
        return None
    pairs = _or(config, heads, "num_key_value_heads", "num_kv_heads")
    head = _or(config, width // heads, "head_dim")
    attention = 2 * width * heads * head + 2 * width * pairs * head
    tied = config.get("tie_word_embeddings", True)  # what a file leaves out is true
    embedded = vocabulary * width * (1 if tied else 2)
    if config.get("model_type") in ("gpt2", "opt"):
        embedded += width * _or(config, 0, "n_positions", "max_position_embeddings")
    return embedded + layers * (attention + 2 * width) + _forward(config, width, layers)


def _forward(config: Mapping[str, Any], width: int, layers: int) -> int:
    """Parameters of the feed-forward layers, experts and their router included."""
    matrices = 2 if config.get("model_type") in _NOT_GATED else 3
    inner = _or(config, 4 * width, "intermediate_size", "n_inner", "ffn_dim")
    dense = matrices * width * inner
    experts = _or(config, 0, "num_experts", "num_local_experts", "n_routed_experts")
    if not experts:
        return layers * dense
    of_one = _or(config, inner, "moe_intermediate_size")
    shared = _or(config, 0, "shared_expert_intermediate_size")
    sparse = experts * 3 * width * of_one + width * experts + 3 * width * shared
    plain = len(config.get("mlp_only_layers") or ())
    return (layers - plain) * sparse + plain * dense


def _first(config: Mapping[str, Any], *names: str) -> Any:
    return next(config[name] for name in names if config.get(name) is not None)


def _or(config: Mapping[str, Any], otherwise: int, *names: str) -> int:
    """The first of some keys that a configuration has, or another number."""
    return int(next((config[name] for name in names if config.get(name) is not None), otherwise))
