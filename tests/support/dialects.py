"""Errors as providers word them, and a server on loopback that speaks each dialect.

Run as `python dialects.py LOG --dialect NAME --case NAME`: the second call gets the error of the
case, every other one an answer. `CASES` is the table of providers and errors that
docs/providers.md prints, and `do` is what Tactometer does about each.
"""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import stub

RETRY, END, FILTERED, ERROR = "again", "end", "filtered", "error"
DONE = {
    RETRY: "waits, and tries again",
    END: "ends the job",
    FILTERED: "one answer, `filtered`",
    ERROR: "one answer, `error`",
}


@dataclass(frozen=True)
class Case:
    """An error of a provider: status, body and headers, and what is to be done about it."""

    dialect: str
    name: str
    status: int
    body: Any
    do: str
    says: str = ""  # what the job's sentence holds where it ends
    wait: float = 0.0  # seconds that the next try waits at least
    headers: dict[str, str] = field(default_factory=dict)


DATA = Path(__file__).parents[1] / "data/provider_errors.yaml"
CASES = [Case(**case) for case in yaml.safe_load(DATA.read_text())]

SOURCES: dict[str, str] = {
    "openai": "together_ai/m",  # LiteLLM speaks OpenAI's dialect to it
    "azure": "azure/m",
    "anthropic": "anthropic/claude-sonnet-4-5",
    "gemini": "gemini/gemini-2.0-flash",
    "openrouter": "openrouter/some/m",
    "vllm": "hosted_vllm/m",
    "llama.cpp": "openai/m",
    "ollama": "ollama_chat/m",
}


def base_of(case: Case, base: str) -> str:
    """The address of a server as its provider's clients want it."""
    return base.removesuffix("/v1") if case.dialect in ("azure", "ollama") else base


def answered(dialect: str) -> Any:
    """An answer in a dialect."""
    given = stub.arguments().parse_args(["log", "--reports", "m"])
    content = stub.answer({"messages": [{"role": "user", "content": "(A) yes\n(B) no"}]}, given)
    if dialect == "anthropic":
        return stub.as_anthropic(content)
    if dialect == "gemini":
        parts = {"role": "model", "parts": [{"text": "(A)"}]}
        usage = {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14}
        return {"candidates": [{"content": parts, "finishReason": "STOP"}], "usageMetadata": usage}
    if dialect == "ollama":
        message = {"role": "assistant", "content": "(A)"}
        done = {"done": True, "done_reason": "stop", "prompt_eval_count": 9, "eval_count": 5}
        return {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": message, **done}
    return content


class Dialect(stub.Stub):
    """Speaks one dialect: an answer, the error of its case, and answers."""

    calls = 0

    async def reply(self, head: str, asked: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        named = (self.given.dialect, self.given.case)
        case = next(case for case in CASES if (case.dialect, case.name) == named)
        chat = "messages" in asked or "contents" in asked  # Ollama is asked about its model too
        self.calls += chat
        wrong = chat and self.calls == 2
        if chat:
            self.note(asked, 0.0, case.name if wrong else "", head)
        status, content = (case.status, case.body) if wrong else (200, answered(case.dialect))
        body = json.dumps(content).encode()
        more = "".join(f"{k}: {v}\r\n" for k, v in case.headers.items()) if wrong else ""
        line = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{more}"
        writer.write(f"{line}content-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return True


if __name__ == "__main__":
    parser = stub.arguments()
    parser.add_argument("--dialect")
    parser.add_argument("--case")
    asyncio.run(stub.main(Dialect(parser.parse_args())))
