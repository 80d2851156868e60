"""Tiny models with random weights, made where they are needed: real files, real tokenizers.

Run as `python tiny.py FOLDER` in the engines' environment: it writes a folder for each model.
"""

import sys
from pathlib import Path
from typing import Any

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
THINKS = CHATML.replace(
    "assistant\n{% endif %}",
    "assistant\n{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n"
    "{% endif %}{% endif %}",
)
ALWAYS = CHATML.replace("assistant\n{% endif %}", "assistant\n<think>\n{% endif %}")
WITH_BOS = "{{ bos_token }}" + CHATML
INST = (  # ends in a bracket, so the answer begins with a space or without
    "{{ bos_token }}{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }} {% endfor %}"
    "[answer]"
)
SPECIAL = ["<s>", "<|im_start|>", "<|im_end|>", "<think>", "</think>", "<pad>"]
CORPUS = [
    "choose A B C D E F G H I J K L M N O P yes no terrible bad good amazing not",
    "(A) (B) (C) (D) (E) (F) (G) (H) the cake was not bad, what would you say to your friend?",
    "user assistant system stars out of five [user] [answer] [system]",
] * 20


def byte_level(template: str, adds_bos: bool = False) -> Any:
    """Byte-level BPE as GPT-2, Llama 3 and Qwen have it: 'A' and ' A' are two tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    if adds_bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))]
        )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="<|im_end|>", pad_token="<pad>"
    )
    fast.chat_template = template
    return fast


def multi_token(template: str) -> Any:
    """A tokenizer that spells: a capital is two tokens, a mark and the small letter."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    characters = sorted(set("".join(CORPUS) + CHATML + INST + "~\n.,!?:;'\"-()0123456789"))
    characters += [c for c in map(chr, range(32, 127)) if c not in characters]
    vocabulary = {token: i for i, token in enumerate([*SPECIAL, "<unk>", *characters])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    capitals = [normalizers.Replace(c, f"~{c.lower()}") for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    tokenizer.normalizer = normalizers.Sequence(capitals)
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.add_special_tokens(SPECIAL)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="<|im_end|>", pad_token="<pad>"
    )
    fast.chat_template = template
    return fast


def weights(kind: str, vocabulary: int, seed: int) -> Any:
    """Random weights of one architecture, wide enough that answers differ by whole nats."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(seed)
    shape = {
        "vocab_size": vocabulary,
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "max_position_embeddings": 2048,
        "initializer_range": 0.15,
        "tie_word_embeddings": False,
        "bos_token_id": 0,
        "eos_token_id": 2,
    }
    if kind == "llama":
        return LlamaForCausalLM(LlamaConfig(**shape))
    return Qwen2ForCausalLM(Qwen2Config(**shape))


MODELS: dict[str, tuple[str, str, int]] = {  # architecture, tokenizer, seed
    "llama": ("llama", "spaced", 1),
    "llama-later": ("llama", "spaced", 2),
    "qwen": ("qwen2", "doubles", 3),
    "thinker": ("qwen2", "thinks", 4),
    "always": ("qwen2", "always", 4),
    "speller": ("llama", "spells", 5),
}


def tokenizer(kind: str) -> Any:
    """One of the tokenizers by name."""
    if kind == "spells":
        return multi_token(INST)
    if kind == "doubles":
        return byte_level(WITH_BOS, adds_bos=True)
    return byte_level({"spaced": INST, "thinks": THINKS, "always": ALWAYS}[kind])


def make(folder: Path) -> None:
    """Write every model that is not there yet."""
    for name, (kind, spelling, seed) in MODELS.items():
        if not (folder / name / "config.json").exists():
            words = tokenizer(spelling)
            weights(kind, len(words), seed).save_pretrained(folder / name)
            words.save_pretrained(folder / name)


if __name__ == "__main__":
    make(Path(sys.argv[1]))


def adapter(base: Path, folder: Path, seed: int = 7) -> None:
    """Write a LoRA adapter of a base model, far enough from nothing to be noticed."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    kinds = ["q_proj", "v_proj", "down_proj"]
    adapted = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=kinds))
    torch.manual_seed(seed)
    for name, values in adapted.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(values, std=0.1)
    adapted.save_pretrained(folder)


def with_adapter(base: Path, folder: Path, out: Path) -> None:
    """Write a folder of a base model with an adapter added to its weights by hand: W + s B A."""
    import json

    from safetensors.torch import load_file, save_file

    config = json.loads((folder / "adapter_config.json").read_text())
    scale = config["lora_alpha"] / config["r"]
    weights = load_file(base / "model.safetensors")
    lora = load_file(folder / "adapter_model.safetensors")
    for name in [n for n in lora if ".lora_A." in n]:
        own = name.removeprefix("base_model.model.").replace(".lora_A", "")
        weights[own] = weights[own] + scale * lora[name.replace("lora_A", "lora_B")] @ lora[name]
    out.mkdir()
    for path in base.iterdir():
        if path.name != "model.safetensors":
            (out / path.name).write_bytes(path.read_bytes())
    save_file(weights, out / "model.safetensors", {"format": "pt"})
