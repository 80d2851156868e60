"""A server on loopback with OpenAI's files and batches, for tests of `batch: true`.

Run as `python batchstub.py LOG ...`: takes the options of `stub.py` and its own. What it was asked
goes to LOG, a line a call. A batch ends after `--delay` seconds; whatever is done to the client,
the server keeps what it was given.
"""

import argparse
import asyncio
import json
import re
import time
from typing import Any

import stub

REFUSED = {"429": 429, "500": 500, "400": 400, "content_filter": 400}


class BatchStub(stub.Stub):
    """Keeps files and batches; `ends`, `creates` are plans for the batches in their order."""

    def __init__(self, given: argparse.Namespace) -> None:
        super().__init__(given)
        self.tenants: dict[str, Any] = {}  # the header X-Tenant by call
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.ends = [e for e in given.ends.split(",") if e]
        self.creates = [e for e in given.creates.split(",") if e]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                body = await self.body(head, reader)
                verb, path = head.split()[:2]
                await asyncio.sleep(self.given.latency)  # a kill here: it never arrived
                tenant = re.search(r"x-tenant: (.*)", head, re.I)
                self.tenants = {**self.tenants, f"{verb} {path}": tenant and tenant[1].strip()}
                status, content = self.handle(verb, path.partition("?")[0], body)
                await asyncio.sleep(self.given.latency)  # a kill here: it arrived, unheard
                if status == 0:
                    break
                raw = content if isinstance(content, bytes) else json.dumps(content).encode()
                line = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n"
                writer.write(f"{line}content-length: {len(raw)}\r\n\r\n".encode() + raw)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def body(self, head: str, reader: asyncio.StreamReader) -> bytes:
        length = re.search(r"content-length: (\d+)", head, re.I)
        if length:
            return await reader.readexactly(int(length[1]))
        whole = b""
        if re.search(r"transfer-encoding: chunked", head, re.I):
            while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
                whole += (await reader.readexactly(size + 2))[:-2]
            await reader.readexactly(2)
        return whole

    def handle(self, verb: str, path: str, body: bytes) -> tuple[int, Any]:
        """Answer one call; status 0 drops the connection."""
        parts = re.search(r"/(files|batches|batch/jobs)(?:/([^/]+))?(/content)?$", path)
        assert parts, path
        kind, name, content = parts.groups()
        if kind == "files":
            if content:
                self.tell("content", file=name)
                return 200, self.results(name)
            return 200, self.upload(body)
        if verb == "POST":
            return self.create(json.loads(body), kind)
        if name:
            self.tell("look", batch=name)
            return 200, self.shown(name, kind)
        self.tell("list")
        return 200, {"object": "list", "data": [self.shown(b, kind) for b in self.batches]}

    def tell(self, what: str, **more: Any) -> None:
        told = {"at": time.monotonic(), "what": what, "tenants": self.tenants, **more}
        self.log.write(json.dumps(told) + "\n")

    def upload(self, body: bytes) -> dict[str, Any]:
        lines = [x for x in body.splitlines() if x.startswith(b'{"custom_id"')]
        name = f"file-{len(self.files)}"
        self.files[name] = b"\n".join(lines)
        self.tell("upload", file=name, size=len(lines))
        about = {"object": "file", "purpose": "batch", "filename": "x", "created_at": 1}
        return {"id": name, "bytes": len(body), "status": "processed", **about}

    def create(self, asked: dict[str, Any], kind: str) -> tuple[int, Any]:
        plan = self.creates.pop(0) if self.creates else ""
        if plan == "refuse":
            self.tell("refuse")
            return 400, {"error": {"message": "billing hard limit has been reached"}}
        if plan == "lost":  # the call failed before anything happened
            self.tell("lost")
            return 500, {"error": {"message": "try again"}}
        name = f"batch-{len(self.batches)}"
        file = asked.get("input_file_id") or asked["input_files"][0]
        end = self.ends.pop(0) if self.ends else "completed"
        at, tag = time.monotonic(), asked.get("metadata")
        self.batches[name] = {"file": file, "at": at, "tag": tag, "end": end}
        keys = [json.loads(x)["custom_id"] for x in self.files[file].splitlines()]
        self.tell("create", batch=name, keys=keys)
        if plan == "500":  # it happened all the same
            return 500, {"error": {"message": "try again"}}
        return (0, b"") if plan == "drop" else (200, self.shown(name, kind))

    def shown(self, name: str, kind: str) -> dict[str, Any]:
        batch = self.batches[name]
        over = time.monotonic() > batch["at"] + self.given.delay
        end = batch["end"].partition(":")
        status = end[0] if over else "in_progress"
        fetched = over and status in ("completed", "expired", "cancelled")
        output = f"{name}-output" if fetched else None
        if kind == "batch/jobs":
            words = {"completed": "SUCCESS", "in_progress": "RUNNING", "failed": "FAILED"}
            told = {"id": name, "input_files": [batch["file"]], "endpoint": "/v1/chat/completions"}
            more = {"status": words[status], "created_at": 1, "output_file": output}
            return {**told, **more, "metadata": batch["tag"]}
        total = len(self.files[batch["file"]].splitlines())
        passed = (time.monotonic() - batch["at"]) / (self.given.delay or 1.0)
        half = 2 if over else int(passed > 0.5)  # halves of it that are through
        errors = {"object": "list", "data": [{"code": end[2], "message": f"stub says {end[2]}"}]}
        return {
            "id": name,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "input_file_id": batch["file"],
            "completion_window": "24h",
            "created_at": 1,
            "status": status,
            "metadata": batch["tag"],
            "output_file_id": output,
            "error_file_id": f"{name}-errors" if fetched else None,
            "errors": errors if over and end[2] else None,
            "request_counts": {"total": total, "completed": total * half // 2, "failed": 0},
        }

    def results(self, name: str) -> bytes:
        """The lines of an output or an error file; an expired batch has got half way."""
        batch, _, which = name.rpartition("-")
        told = self.batches[batch]
        lines = [json.loads(x) for x in self.files[told["file"]].splitlines()]
        if told["end"] != "completed":
            lines = lines[: len(lines) // 2]
        found = [self.result(line, int(batch.rpartition("-")[2])) for line in lines[::-1]]
        wanted = [r for r in found if (r["response"]["status_code"] == 200) == (which == "output")]
        return b"\n".join(json.dumps(r).encode() for r in wanted)

    def result(self, line: dict[str, Any], number: int) -> dict[str, Any]:
        """What became of a request: some fail, others at each try."""
        key = line["custom_id"]
        kinds = self.given.kinds.split(",")
        draw = int(stub.fingerprint({"messages": f"{key} {number}"}), 16)
        status, body = 200, stub.answer(line["body"], self.given)
        if self.bends(line["body"]):
            body = stub.bent(body, self.given.manner)
        if draw % 100 < self.given.trouble * 100:
            kind = kinds[draw % len(kinds)]
            status, body = REFUSED[kind], {"error": {"message": f"trouble {kind}", "code": kind}}
        return {"id": "r", "custom_id": key, "response": {"status_code": status, "body": body}}


def arguments() -> argparse.ArgumentParser:
    parser = stub.arguments()
    parser.set_defaults(kinds="429,500")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds until a batch ends")
    parser.add_argument("--ends", default="", help="how batches end: completed,expired,failed:CODE")
    parser.add_argument("--creates", default="", help="how submissions go: ok,refuse,lost,500,drop")
    return parser


if __name__ == "__main__":
    asyncio.run(stub.main(BatchStub(arguments().parse_args())))
