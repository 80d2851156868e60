"""Swap checkpoints in a running vLLM engine, and verify that the new weights answer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from tactometer.providers.local.checkpoint_files import Checkpoint, manifest
from tactometer.utils.errors import UserError

if TYPE_CHECKING:
    from tactometer.providers.local.vllm_engine import VllmEngine

_LAST_BITS = 1e-5  # nats: on some processors the same weights, loaded again, are 2e-6 off
Canary = tuple[list[int], list[int]]  # a prompt's tokens and its labels'


def exchange(
    engine: "VllmEngine", found: Checkpoint, canaries: Sequence[Canary], place: str
) -> None:
    """Put a checkpoint's weights into a running engine in place of those of another.

    At the first exchange the engine goes there and back: its first checkpoint must answer the
    canaries as after the fresh load. Each time, other weights must answer them otherwise, by more
    than two computations of one answer differ here, and with the prefix cache as without. Raises
    UserError where checkpoints differ in more than values, and where an exchange went wrong or
    cannot be proven: nothing has been asked then.
    """
    before = engine.found
    if before.content() == found.content():
        return
    place = f"{place}, key engine.share"
    if before.adapter or found.adapter:
        raise UserError(f"{place}: adapters are not exchanged in a running engine; remove share.")
    _compare(before, found, place)
    old, again = _answers(engine, canaries), _answers(engine, canaries, cached=False)
    if not engine.proven:
        _reload(engine, found, place)
        _reload(engine, before, place)
        if _distance(old, _answers(engine, canaries)) > engine.tolerance:
            _fail(place, f"{before.folder} answers otherwise than after its fresh load")
        engine.proven = True
    _reload(engine, found, place)
    new, computed = _answers(engine, canaries), _answers(engine, canaries, cached=False)
    if _distance(new, computed) > engine.tolerance:
        _fail(place, f"the prefix cache still holds what {before.folder} computed")
    noise = max(_distance(old, again), _distance(new, computed))
    if _distance(old, new) <= max(2 * noise, _LAST_BITS):
        same = f"{found.folder} answers as {before.folder} did"
        _fail(place, f"{same}: it was not loaded, or is too near to tell")
    engine.found = found


def _compare(old: Checkpoint, new: Checkpoint, place: str) -> None:
    """Refuse what a reload would only warn of, or not notice."""
    tensors, others = manifest(old.folder), manifest(new.folder)
    for name in sorted(tensors.keys() | others.keys()):
        if tensors.get(name) != others.get(name):
            raise UserError(
                f"{place}: the tensor {name} is {tensors.get(name)} in "
                f"{old.folder} and {others.get(name)} in {new.folder}; remove share."
            )
    if not tensors:
        raise UserError(f"{place}: {old.folder} has no safetensors; remove share.")
    for what, same in (
        ("config.json", old.config == new.config),
        ("tokenizer or chat template", old.text_content() == new.text_content()),
    ):
        if not same:
            raise UserError(
                f"{place}: {old.folder} and {new.folder} differ in {what}; remove share."
            )


def _reload(engine: "VllmEngine", found: Checkpoint, place: str) -> None:
    """Load weights over those that are there, and forget what was computed with them."""
    engine.llm.collective_rpc("reload_weights", kwargs={"weights_path": str(found.folder)})
    if engine.llm.reset_prefix_cache() is not True:
        _fail(place, "vLLM did not reset its prefix cache")


def _fail(place: str, what: str) -> NoReturn:
    raise UserError(f"{place}: an exchange of weights went wrong, {what}; remove share.")


def _answers(
    engine: "VllmEngine", canaries: Sequence[Canary], cached: bool = True
) -> list[list[float]]:
    prompts, labels = zip(*canaries, strict=True)
    return engine.label_logprobs(prompts, labels, cached)


def _distance(one: list[list[float]], other: list[list[float]]) -> float:
    """The most that two sets of answers differ by, in nats."""
    pairs = [(a, b) for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True)]
    return max(abs(a - b) for a, b in pairs)
