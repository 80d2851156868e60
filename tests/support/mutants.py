"""Mutated replies of a server, from a seed: for tests that one odd reply costs one answer.

Run as `python mutants.py LOG ...`, with the options of `batchstub.py` and its own: a server of both
kinds, single calls and batches, whose replies to a share of the prompts are mutants at the first
try. A mutant is drawn by the seed and the prompt alone, so that runs can be compared.
"""

import argparse
import asyncio
import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import batchstub
import stub

ODD: tuple[Any, ...] = (
    None, float("nan"), float("inf"), -9999.0, -9999, -1, 0, 10**30, 0.5, True, "", "null",
    "\ud83d", "\udc00 alone", "\x00", "x" * 5000, [], {}, [[]], [None], {"a": 1}, ["A"],
    [{"type": "text", "text": "(B)"}], [{"type": "thinking", "thinking": [{"type": "text"}]}],
    "(A) \u2028 (B)", "tool_calls", "made_up_reason", [1, 2], {"text": None},
)  # fmt: skip
"""Values that some server has put where they did not belong, or might."""


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything within a JSON value."""
    if at:
        yield at
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*at, key))


def bend(reply: Any, draw: random.Random) -> Any:
    """A JSON value with one to three things left out, put elsewhere or replaced."""
    reply = copy.deepcopy(reply)
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        every = list(places(reply))
        if not every:
            return reply
        *path, last = draw.choice(every)
        holder = reply
        for key in path:
            holder = holder[key]
        how = draw.random()
        if how < 0.25:
            del holder[last]
        elif how < 0.85 or not isinstance(holder[last], dict | list):
            holder[last] = copy.deepcopy(draw.choice(ODD))
        else:
            holder[last] = [holder[last], copy.deepcopy(holder[last])]
    return reply


def tear(body: bytes, draw: random.Random) -> bytes:
    """Bytes of a reply as a broken server or line leaves them."""
    at = draw.randrange(1, len(body))
    how = draw.randrange(6)
    if how == 0:
        return body[:at]
    if how == 1:
        return body + body
    if how == 2:
        return body + b" trailing"
    if how == 3:
        return body[:at] + bytes([draw.randrange(256)]) + body[at + 1 :]
    if how == 4:
        return b"\xef\xbb\xbf" + body
    return body[:at] + b"\xed\xa0\x80\xff" + body[at:]


def mutant(reply: Any, draw: random.Random) -> bytes:
    """A reply that is odd in what it says, or, one in five, in its bytes."""
    if draw.random() < 0.8:
        return json.dumps(bend(reply, draw)).encode()
    return tear(json.dumps(reply).encode(), draw)


class MutantStub(batchstub.BatchStub):
    """Answers as its kind does, but for its mutants."""

    def __init__(self, given: argparse.Namespace) -> None:
        super().__init__(given)
        self.known: set[str] = set()

    def draw_for(self, prompt: str) -> random.Random | None:
        """The random numbers of a prompt's mutant; None where it is answered as it should be."""
        draw = random.Random(f"{self.given.mutants} {prompt}")
        first = prompt not in self.known
        self.known.add(prompt)
        return draw if first and draw.random() < self.given.share else None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kind = batchstub.BatchStub if self.given.batches else stub.Stub
        await kind.serve(self, reader, writer)

    async def reply(self, head: str, asked: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        prompt = stub.fingerprint(asked)
        draw = self.draw_for(prompt)
        self.log.write(json.dumps({"prompt": prompt, "mutant": draw is not None}) + "\n")
        content = stub.answer(asked, self.given)
        body = json.dumps(content).encode() if draw is None else mutant(content, draw)
        cut = 10 if draw is not None and draw.random() < 0.05 else 0  # broken off in transit
        line = f"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
        writer.write(f"{line}\r\n\r\n".encode() + body[: len(body) - cut])
        await writer.drain()
        return not cut

    def results(self, name: str) -> bytes:
        """An output file with lines torn, doubled, of other jobs and in another order."""
        asked = map(json.loads, b"\n".join(self.files.values()).splitlines())
        prompts = {line["custom_id"]: stub.fingerprint(line["body"]) for line in asked}
        lines, shuffled = [], random.Random(f"{self.given.mutants} {name}")
        for line in super().results(name).splitlines():
            told = json.loads(line)
            prompt = prompts[told["custom_id"]]
            draw = self.draw_for(prompt)
            self.log.write(json.dumps({"prompt": prompt, "mutant": draw is not None}) + "\n")
            if draw is None:
                lines.append(line)
                continue
            told["response"]["body"]["usage"].pop("total_tokens", None)
            bent = mutant(told, draw).replace(b"\n", b" ")
            foreign = json.dumps({**told, "custom_id": f"other-{prompt}"}).encode()
            lines += draw.choice(([bent], [bent, bent], [bent, foreign], [bent, b"", b"{"]))
        shuffled.shuffle(lines)
        return b"\n".join(lines) + b"\n"


def arguments() -> argparse.ArgumentParser:
    parser = batchstub.arguments()
    parser.add_argument("--mutants", default="1", help="the seed")
    parser.add_argument("--share", type=float, default=0.0, help="of the prompts")
    parser.add_argument("--batches", action="store_true")
    return parser


if __name__ == "__main__":
    asyncio.run(stub.main(MutantStub(arguments().parse_args())))
