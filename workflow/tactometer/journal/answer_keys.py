"""Cache keys of answers: a digest of everything that could change an answer."""

from collections.abc import Mapping
from typing import Any

from tactometer.utils.digests import digest


def identity_digest(identity: Mapping[str, Any]) -> str:
    """The digest of who is asked: the resolved model, its weights, its checkpoint's settings."""
    return digest(dict(identity))


def answer_key(identity: str, request: str, sample: int) -> str:
    """The key of one answer: who was asked (a digest), what (a digest), and which sample it is."""
    return digest([identity, request, sample])
