"""Every kind of statement once, for the test that code means the same on every Python."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps

NUMBERS: list[float] = [1, 2.5, -3, 1_000, 0x1F, 1e-3, 2j]  # a comment
TEXTS = "one" "two", b"bytes", r"raw\n", f"{NUMBERS[0]:>{5}.2f} and {NUMBERS!r} {{}}"


def decorated(function: Callable[..., int]) -> Callable[..., int]:
    """A docstring."""

    @wraps(function)
    def inner(*given: int, by: int = 1, **more: int) -> int:
        return function(*given, by=by, **more)

    return inner


@dataclass(frozen=True)
class Thing:
    """A class."""

    name: str
    size: int = 0
    parts: dict[str, int] = field(default_factory=dict)

    @property
    def double(self) -> int:
        return self.size * 2


@decorated
def work(first: int, /, second: int = 2, *rest: int, by: int) -> int:
    total: int = first
    try:
        for item in [*rest, *(x for x in range(3) if x)]:
            total += item if item > 1 else -item
        else:
            total **= 2
        while (total := total - by) > 10:
            if total % 2:
                continue
            break
    except (ValueError, KeyError) as error:
        raise RuntimeError("no") from error
    finally:
        del second
    with open("x") as one, open("y") as other:
        assert one is not other, "same"
    match total:
        case 0 | 1:
            return 0
        case int(value) if value > 5:
            return value
        case {"a": [x, *_], **others}:
            return x or others["b"]
        case Thing(name="n", size=size):
            return size
        case _:
            pass
    return lambda a, *b, c=1: (a, b, c)  # type: ignore


async def later() -> None:
    global NUMBERS
    async with asyncio.Lock():
        async for item in later():
            await item
    NUMBERS = {k: {v} for k, v in {"a": 1}.items() if not k}
    yield NUMBERS[1:2, ...]
