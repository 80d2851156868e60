"""Label probabilities with nothing but PyTorch: one chat at a time, no padding, no cache.

Run in the engines' environment as `python reference.py MODEL REQUESTS...`: prints one JSON object,
the tokens of each request's prompt and the log-probabilities of its labels in both their forms.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any


def main(folder: str, paths: list[str]) -> None:
    import polars as pl
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    words: dict[str, list[int]] = {}
    for token, number in tokenizer.get_vocab().items():
        words.setdefault(token, []).append(number)
    found: dict[str, Any] = {}
    for path in map(Path, paths):
        for row in pl.read_parquet(path).iter_rows(named=True):
            ids = tokenizer.apply_chat_template(
                row["messages"],
                add_generation_prompt=True,
                return_tensors="pt",
                return_dict=True,
                enable_thinking=False,
            )["input_ids"]
            with torch.inference_mode():
                logprobs = model(ids).logits[0, -1].double().log_softmax(-1)
            letters = "ABCDEFGH"[: len(row["options"])]
            found[row["request"]] = {
                "ids": ids[0].tolist(),
                "bare": {c: float(logprobs[words[c][0]]) for c in letters},
                "spaced": {c: float(logprobs[words["Ġ" + c][0]]) for c in letters},
            }
            told = found[row["request"]]
            both = {c: math.exp(told["bare"][c]) + math.exp(told["spaced"][c]) for c in letters}
            told["both"] = {c: math.log(p) for c, p in both.items()}
    print(json.dumps(found))


def utterances(folder: str, paths: list[str], chat: bool) -> None:
    """The log-probability of each utterance behind the reply that is begun: a plain forward pass
    over the whole text for each. Prints them by request and utterance.
    """
    import polars as pl
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    def tokens(text: str) -> list[int]:
        return list(tokenizer(text, add_special_tokens=not chat)["input_ids"])

    def begun(messages: list[dict[str, str]]) -> str:
        *asked, opening = messages
        if not chat:
            return "\n\n".join(message["content"] for message in messages)
        text = tokenizer.apply_chat_template(asked, add_generation_prompt=True, tokenize=False)
        return str(text) + (" " if text.endswith("]") else "") + opening["content"]

    def logprob(text: str, more: str) -> tuple[float, int]:
        start, ids = len(tokens(text)), tokens(text + more)
        with torch.inference_mode():
            found = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
        each = [float(found[place - 1, ids[place]]) for place in range(start, len(ids))]
        return sum(each), len(each)

    found: dict[str, Any] = {}
    for path in map(Path, paths):
        for row in pl.read_parquet(path).iter_rows(named=True):
            text = begun(row["messages"])
            each = {c["option"]: logprob(text, c["text"]) for c in row["continuations"]}
            found[row["request"]] = {"text": text, "each": each, "ids": tokens(text)}
            if row.get("neutral"):
                text = begun(row["neutral"])
                without = {c["option"]: logprob(text, c["text"])[0] for c in row["continuations"]}
                found[row["request"]]["without"] = without
    print(json.dumps(found))


def bits(folder: str, text: str) -> None:
    """Print the bits a character of a text behind its first token, by one plain forward pass."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = tokenizer(text)["input_ids"]
    with torch.inference_mode():
        found = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
    nats = -sum(float(found[place - 1, ids[place]]) for place in range(1, len(ids)))
    first = "" if ids[0] in tokenizer.all_special_ids else tokenizer.decode(ids[:1])
    print(json.dumps(nats / math.log(2) / (len(text) - len(first))))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
