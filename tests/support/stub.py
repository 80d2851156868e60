"""An OpenAI-compatible server on loopback that answers, misbehaves and keeps count.

Run as `python stub.py LOG [--latency S] [--trouble SHARE] ...`: it prints its port, and appends one
JSON object a call to LOG. Answers depend on the prompt alone, so that two runs can be compared.
"""

import argparse
import asyncio
import hashlib
import json
import math
import random
import re
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import forks

TROUBLES = ("429", "429-after", "500", "hang", "drop", "truncated", "echo")
COST = 0.0025  # US dollars, of a provider that says what a call cost
STATUS = {"429": 429, "429-after": 429, "500": 500, "echo": 500}


class Stub:
    """Counts calls, and answers each by the plan that its arguments give."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.log = given.log.open("a", buffering=1)
        self.draw = random.Random(given.seed)
        self.bent: Counter[str] = Counter()
        self.answered = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"content-length: (\d+)", head, re.I)
                body = await reader.readexactly(int(length[1])) if length else b"{}"
                told = {} if self.given.moved else json.loads(body)
                if not await self.reply(head.decode(), told, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def reply(self, head: str, asked: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        bearer = re.search(r"(?:bearer|x-api-key:) (\S+)", head, re.I)
        key = bearer[1] if bearer else ""
        trouble = self.trouble(asked)
        at = time.monotonic()
        if self.given.early:
            self.note(asked, at, trouble, head)
        slow = self.given.slow and self.given.slow in json.dumps(asked)
        await asyncio.sleep(self.given.latency * (10 if slow else 1))
        while self.holds(asked):
            await asyncio.sleep(0.1)
        if not self.given.early:
            self.note(asked, at, trouble, head)
        if trouble == "hang":
            await asyncio.sleep(self.given.hang)
            return False
        if trouble == "drop":
            return False
        if self.given.moved:
            status, _, place = self.given.moved.partition(" ")
            writer.write(f"HTTP/1.1 {status} X\r\nlocation: {place}\r\n".encode())
            writer.write(b"content-length: 0\r\n\r\n")
            await writer.drain()
            return True
        status, content = 200, answer(asked, self.given)
        self.answered += 1
        if self.given.exchanged is not None and self.answered > self.given.exchanged:
            content |= {"model": f"{content['model']}-new", "system_fingerprint": "fp_new"}
        headers = ""
        if trouble in STATUS or trouble.isdecimal():
            status = STATUS.get(trouble) or int(trouble)
            said = f"trouble {trouble}: api key {key} said {asked['model']}"
            content = {"error": {"message": said, "type": "stub", "code": trouble}}
            headers = f"retry-after: {self.given.after}\r\n" if trouble == "429-after" else ""
        elif "/messages" in head.split()[1]:
            content = as_anthropic(content)
        if self.bends(asked):
            content = bent(content, self.given.manner)
        if trouble == "empty":
            content["choices"][0]["message"]["content"] = ""
        body = json.dumps(content).encode()
        if trouble == "truncated":
            body = body[: len(body) // 2]
        line = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{headers}"
        writer.write(f"{line}content-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return True

    def trouble(self, asked: dict[str, Any]) -> str:
        """What goes wrong with this call, or nothing; `model` may name it ("always-401")."""
        if asked.get("model", "").startswith("always-"):
            return str(asked["model"].removeprefix("always-"))
        kinds = self.given.kinds.split(",")
        return self.draw.choice(kinds) if self.draw.random() < self.given.trouble else ""

    def bends(self, asked: dict[str, Any]) -> bool:
        """Whether this reply ends in the manner given: its prompt fits, and not yet too often."""
        said = json.dumps(asked.get("messages"))
        if not self.given.manner or not re.search(self.given.only, said):
            return False
        self.bent[fingerprint(asked)] += 1
        return self.bent[fingerprint(asked)] <= self.given.times

    def holds(self, asked: dict[str, Any]) -> bool:
        """Whether calls of this model shall wait now."""
        hold = self.given.hold
        return hold is not None and hold.exists() and hold.read_text() == asked.get("model")

    def note(self, asked: dict[str, Any], at: float, trouble: str, head: str = "") -> None:
        told = {
            "at": at,
            "sent": time.monotonic(),
            "prompt": fingerprint(asked),
            "trouble": trouble,
        }
        self.log.write(
            json.dumps({**told, "body": asked, "head": head} if self.given.bodies else told) + "\n"
        )


def bent(content: dict[str, Any], manner: str) -> dict[str, Any]:
    """A completion that is no answer, as servers say so."""
    choice = content["choices"][0]
    error = {"code": 502, "message": "the model behind it is gone"}
    if manner == "cut":
        choice["finish_reason"] = "length"
    elif manner == "filter":
        choice |= {"finish_reason": "content_filter", "message": {"role": "assistant"}}
        choice["message"]["content"] = ""
    elif manner == "refusal":
        choice["message"] |= {"content": None, "refusal": "I can't help with that."}
        choice.pop("logprobs", None)
    elif manner == "decline":
        choice["message"]["content"] = "I'm sorry, but I can't help with that."
    elif manner == "error-in-choice":
        choice |= {"finish_reason": "error", "error": error}
    elif manner == "no-usage":
        del content["usage"]
    elif manner == "cost":
        content["usage"]["cost"] = COST
    elif manner == "no-count":
        content["usage"] = dict.fromkeys(content["usage"], 0)
    elif manner == "negative":
        content["usage"] = {name: -count for name, count in content["usage"].items()}
    elif manner == "error-for-good":
        return {"error": {**error, "code": 400}}
    elif manner == "error-in-body":
        return {"error": error}
    elif manner == "error-in-words":
        return {"error": {"code": "server_error", "message": error["message"]}}
    elif manner == "too-likely":
        for top in choice["logprobs"]["content"][0]["top_logprobs"]:
            top["logprob"] = math.exp(top["logprob"])
    return content


def fingerprint(asked: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(asked.get("messages")).encode()).hexdigest()[:16]


def answer(asked: dict[str, Any], given: argparse.Namespace) -> dict[str, Any]:
    """A chat completion that chooses by a digest of the prompt, in words that can be read."""
    number = int(fingerprint(asked), 16)
    said = asked["messages"][-1]["content"]
    said = said if isinstance(said, str) else said[0]["text"]  # Anthropic's has blocks
    labels = re.findall(r"^\(([A-Z])\)", said, re.M) or ["A"]
    label = labels[number % len(labels)]
    says = given.mumbles if given.mumbles and number % 3 == 0 else given.says
    judged = re.search(r"<<<(.*)>>>", said, re.S)
    if judged:  # asked as a judge: finds the letter wherever it stands
        named = re.findall(r"\b[A-H]\b", judged[1])
        says, label = "{label}", named[0] if named else labels[-1]
    message: dict[str, Any] = {"role": "assistant", "content": says.format(label=label)}
    if given.reasoning:
        message["reasoning_content"] = given.reasoning
    choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": "stop"}
    if asked.get("logprobs") and not given.no_logprobs:
        choice["logprobs"] = {"content": [logprobs(labels, label)]}
    prompt = len(said) // 4
    usage = {"prompt_tokens": prompt, "completion_tokens": 5, "total_tokens": prompt + 5}
    details = {"completion_tokens_details": {"reasoning_tokens": 3}} if given.reasoning else {}
    return {
        "id": f"chat-{number:x}",
        "object": "chat.completion",
        "created": 1,
        "model": given.reports or asked["model"],
        "choices": [choice],
        "usage": {**usage, **details},
    }


def as_anthropic(content: dict[str, Any]) -> dict[str, Any]:
    """A chat completion as Anthropic's protocol has it."""
    text = content["choices"][0]["message"]["content"]
    usage = content["usage"]
    return {
        "id": content["id"],
        "type": "message",
        "role": "assistant",
        "model": content["model"],
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": usage["prompt_tokens"],
            "output_tokens": usage["completion_tokens"],
        },
    }


def logprobs(labels: list[str], label: str) -> dict[str, Any]:
    """`label` has .5, its form with a space .25, "The" .2; the other labels share what is left."""
    rest = 0.04 / max(1, len(labels) - 1)
    mass = {label: 0.5, f" {label}": 0.25, "The": 0.2}
    mass |= {other: rest for other in labels if other != label}
    top = [{"token": token, "logprob": math.log(p), "bytes": None} for token, p in mass.items()]
    return {**top[0], "top_logprobs": top}


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("log", type=Path)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--tls", type=Path, help="a folder with cert.pem and key.pem")
    parser.add_argument("--moved", default="", help="status and address of a redirection")
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--slow", default="", help="what takes ten times as long: it says this")
    parser.add_argument("--trouble", type=float, default=0.0, help="share of calls that fail")
    parser.add_argument("--kinds", default=",".join(TROUBLES))
    parser.add_argument("--hang", type=float, default=30.0)
    parser.add_argument("--after", default="1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--says", default="({label})")
    parser.add_argument("--mumbles", default="", help="what every third prompt gets instead")
    parser.add_argument("--reports", default="")
    parser.add_argument("--exchanged", type=int, help="calls after which another model answers")
    parser.add_argument("--reasoning", default="")
    parser.add_argument("--manner", default="", help="how replies end that are no answers")
    parser.add_argument("--only", default="", help="of prompts with this pattern in them alone")
    parser.add_argument("--times", type=int, default=10**9, help="so often for one prompt")
    parser.add_argument("--no-logprobs", action="store_true")
    parser.add_argument("--hold", type=Path, help="while it is there, calls of its model wait")
    parser.add_argument("--early", action="store_true", help="log calls as they come")
    parser.add_argument("--bodies", action="store_true", help="log what was asked")
    return parser


async def main(stub: Stub) -> None:
    given, context = stub.given, None
    if given.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(given.tls / "cert.pem", given.tls / "key.pem")
    server = await asyncio.start_server(stub.serve, given.host, 0, backlog=512, ssl=context)
    host = f"[{given.host}]" if ":" in given.host else given.host
    port = server.sockets[0].getsockname()[1]
    print(f"http{'s' * bool(context)}://{host}:{port}/v1", flush=True)
    await server.serve_forever()


@contextmanager
def running(log: Path, *arguments: str, script: str = __file__) -> Iterator[str]:
    """A stub in a process of its own; gives the api_base."""
    with forks.serving(script, str(log), *arguments) as base:
        yield base


def calls(log: Path) -> list[dict[str, Any]]:
    """What the stub was asked so far: the whole lines of its log, for it may be at the next one."""
    *whole, _ = log.read_text().split("\n")
    return [json.loads(line) for line in whole]


if __name__ == "__main__":
    asyncio.run(main(Stub(arguments().parse_args())))
