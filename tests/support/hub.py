"""A model hub on loopback: one model in one commit, as its client asks for it."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "org/tiny"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder's files as `NAME`, revision main; gives the address."""

    class Hub(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(body=True)

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def answer(self, body: bool) -> None:
            path = self.path.partition("?")[0].strip("/")
            files = sorted(p.name for p in folder.iterdir())
            for revision in ("main", COMMIT):
                if path == f"api/models/{NAME}/revision/{revision}":
                    about = {"id": NAME, "sha": COMMIT, "private": False}
                    told = {**about, "siblings": [{"rfilename": name} for name in files]}
                    return self.send(json.dumps(told).encode(), body, {})
                if path == f"api/models/{NAME}/tree/{revision}":
                    size = {name: (folder / name).stat().st_size for name in files}
                    rows = [{"type": "file", "path": n, "size": size[n], "oid": n} for n in files]
                    return self.send(json.dumps(rows).encode(), body, {})
                for name in files:
                    if path == f"{NAME}/resolve/{revision}/{name}":
                        content = (folder / name).read_bytes()
                        tag = f'"{hashlib.sha256(content).hexdigest()}"'
                        return self.send(content, body, {"ETag": tag, "X-Repo-Commit": COMMIT})
            kind = "RevisionNotFound" if "revision" in path else "EntryNotFound"
            return self.send(b"not here", body, {"X-Error-Code": kind}, 404)

        def send(
            self, content: bytes, body: bool, headers: dict[str, str], status: int = 200
        ) -> None:
            self.send_response(status)
            for name, text in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, text)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
