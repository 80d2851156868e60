"""A model hub on loopback, as its client asks for it: repositories, each with its revisions."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "org/tiny"
Repositories = Mapping[str, Mapping[str, Path]]
"""The folder of each revision of each repository."""


def commit_of(name: str, revision: str) -> str:
    """The commit that a revision of a repository stands for."""
    if (name, revision) == (NAME, "main"):
        return COMMIT
    return hashlib.sha1(f"{name} {revision}".encode()).hexdigest()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder's files as `NAME`, revision main; gives the address."""
    with serving_all({NAME: {"main": folder}}) as address:
        yield address


@contextmanager
def serving_all(repositories: Repositories) -> Iterator[str]:
    """Serve repositories with their revisions and folders below them; gives the address."""
    known = {
        (name, label): (commit_of(name, revision), folder)
        for name, revisions in repositories.items()
        for revision, folder in revisions.items()
        for label in (revision, commit_of(name, revision))
    }

    class Hub(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(body=True)

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def answer(self, body: bool) -> None:
            path = self.path.partition("?")[0].strip("/")
            for (name, revision), (commit, folder) in known.items():
                files = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file()}
                if path == f"api/models/{name}/revision/{revision}":
                    about = {"id": name, "sha": commit, "private": False}
                    told = {**about, "siblings": [{"rfilename": one} for one in sorted(files)]}
                    return self.send(json.dumps(told).encode(), body, {})
                if path == f"api/models/{name}/tree/{revision}":
                    rows = [
                        {"type": "file", "path": one, "size": p.stat().st_size, "oid": one}
                        for one, p in sorted(files.items())
                    ]
                    return self.send(json.dumps(rows).encode(), body, {})
                wanted = path.removeprefix(f"{name}/resolve/{revision}/")
                if wanted != path and wanted in files:
                    content = files[wanted].read_bytes()
                    tag = f'"{hashlib.sha256(content).hexdigest()}"'
                    return self.send(content, body, {"ETag": tag, "X-Repo-Commit": commit})
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
