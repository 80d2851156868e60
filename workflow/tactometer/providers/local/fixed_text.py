"""What a language model makes of plain English: the bits that a character of a fixed text costs it.

A checkpoint that speaks otherwise than the one before may have other values, or may have lost its
grip on the language. Bits a character (perplexity on a scale that no tokenizer changes) tell the
second from the first.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tactometer.providers.local.engine import Engine
from tactometer.utils.digests import digest

TEXT = """\
The ferry left an hour late, because the captain had lent his watch to the cook and neither of \
them had noticed that it had stopped. Nobody on board seemed to mind. An old woman unpacked \
her lunch, cut an apple into eight pieces and offered them round. The boy beside her asked \
whether the island was as large as the one on his map, and she told him that maps are drawn by \
people who are in a hurry. By noon the fog had lifted; gulls followed the boat, and the first \
houses came into sight, white and yellow, with their backs to the wind. "You can see the \
school from here," she said, "and the bakery, if you know where to look. When I was your age \
we had to row across for bread." He did not believe a word of it, but he counted the strokes \
all the same, in case somebody should ever need to know."""
"""Ours, and nowhere else, so that no model has learnt it."""


def measured(
    engine: Engine, tokenizer: Any, longest: int | None
) -> Mapping[str, float | int | str]:
    """Bits a character of TEXT, with the number of tokens that it is, the characters that are
    counted and the digest of the text; {} where the text is longer than a model's context,
    or a token of it has no probability.

    What comes first is given, and not counted: BOS where the tokenizer begins a text with it, else
    the first token.
    """
    ids: Sequence[int] = tokenizer(TEXT)["input_ids"]
    if longest is not None and len(ids) > longest:
        return {}
    given = tokenizer.decode(ids[:1], skip_special_tokens=True)
    ((logprob,),) = engine.continuation_logprobs([ids[:1]], [[ids[1:]]])
    if not math.isfinite(logprob):  # a token of no probability: then it is no number
        return {}
    counted = len(TEXT) - len(given)
    bits = -logprob / math.log(2) / counted
    told: dict[str, int | str] = {"tokens": len(ids), "characters": counted}
    return {"bits_per_character": round(bits, 6), **told, "text": digest(TEXT)[:16]}
