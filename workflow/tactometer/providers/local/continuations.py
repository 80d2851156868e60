"""Score texts that may follow a prompt, along the tree of their tokens."""

from collections.abc import Mapping, Sequence

Tokens = tuple[int, ...]
Continuations = Sequence[Sequence[int]]


def tree(continuations: Continuations) -> dict[Tokens, list[int]]:
    """The tokens that come next in some continuation, by those before them."""
    found: dict[Tokens, set[int]] = {}
    for tokens in continuations:
        for place, token in enumerate(tokens):
            found.setdefault(tuple(tokens[:place]), set()).add(token)
    return {before: sorted(after) for before, after in found.items()}


def along(
    continuations: Continuations, logprobs: Mapping[tuple[Tokens, int], float]
) -> list[float]:
    """The log-probability of each continuation, from that of each token behind those before it."""
    return [
        sum(logprobs[tuple(tokens[:place]), token] for place, token in enumerate(tokens))
        for tokens in continuations
    ]
