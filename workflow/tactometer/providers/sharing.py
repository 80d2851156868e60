"""Several checkpoints in one engine: weights are exchanged, and the exchange is proven."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tactometer.errors import UserError
from tactometer.providers.weights import Checkpoint, manifest

if TYPE_CHECKING:
    from tactometer.providers.vllm import VllmEngine

Canary = tuple[list[int], list[int]]  # a prompt's tokens and its labels'
CLOSE_ENOUGH = 0.02  # nats between two loads of the same weights; stale weights are off by more
EXACT = 1e-3  # nats in float32


def exchange(
    engine: "VllmEngine", found: Checkpoint, canaries: Sequence[Canary], place: str
) -> None:
    """Put a checkpoint's weights into a running engine in place of those of another.

    At the first exchange the engine goes there and back: its first checkpoint must answer the
    canaries as after the fresh load. Each time, the canaries computed with and without the prefix
    cache must agree. Raises UserError where the checkpoints differ in more than values, and where
    an exchange went wrong: nothing has been asked then.
    """
    before = engine.found
    if before.loads == found.loads:
        return
    _compare(before, found, place)
    if not engine.proven:
        fresh = _answers(engine, canaries)
        _reload(engine, found, place)
        _reload(engine, before, place)
        again = _answers(engine, canaries)
        _agree(
            engine,
            fresh,
            again,
            f"{place}: {before.folder} answers otherwise when it is "
            "loaded again than when it was loaded fresh",
        )
        engine.proven = True
    _reload(engine, found, place)
    cached, computed = _answers(engine, canaries), _answers(engine, canaries, cached=False)
    _agree(
        engine,
        computed,
        cached,
        f"{place}: {found.folder} answers otherwise with the prefix "
        "cache than without, so the cache is that of other weights",
    )
    engine.found = found


def _compare(old: Checkpoint, new: Checkpoint, place: str) -> None:
    """Refuse what a reload would only warn of, or not notice."""
    tensors, others = manifest(old.folder), manifest(new.folder)
    for name in sorted(tensors.keys() | others.keys()):
        if tensors.get(name) != others.get(name):
            raise UserError(
                f"{place}, key engine.share: the tensor {name} is {tensors.get(name)} in "
                f"{old.folder} and {others.get(name)} in {new.folder}; remove share."
            )
    if not tensors:
        raise UserError(
            f"{place}, key engine.share: {old.folder} has no safetensors; remove share."
        )
    for what, same in (
        ("config.json", old.config == new.config),
        ("tokenizer or chat template", old.text_content() == new.text_content()),
    ):
        if not same:
            raise UserError(
                f"{place}, key engine.share: {old.folder} and {new.folder} differ in {what}; "
                "remove share."
            )


def _reload(engine: "VllmEngine", found: Checkpoint, place: str) -> None:
    """Load weights over those that are there, and forget what was computed with them."""
    engine.llm.collective_rpc("reload_weights", kwargs={"weights_path": str(found.folder)})
    if engine.llm.reset_prefix_cache() is not True:
        raise UserError(
            f"{place}, key engine.share: vLLM did not reset its prefix cache, so its answers would "
            "be those of other weights; remove share."
        )


def _answers(
    engine: "VllmEngine", canaries: Sequence[Canary], cached: bool = True
) -> list[list[float]]:
    prompts, labels = zip(*canaries, strict=True)
    return engine.label_logprobs(prompts, labels, cached)


def _agree(
    engine: "VllmEngine", one: list[list[float]], other: list[list[float]], said: str
) -> None:
    most = max(
        abs(a - b) for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True)
    )
    if most > (EXACT if engine.float32 else CLOSE_ENOUGH):
        raise UserError(f"{said} (by {most:.3g} nats); remove engine.share.")
