"""Stages of a run on this machine, without the second that their imports take.

A study has hundreds of jobs of a tenth of a second. One process that has imported what they share
forks for each: the fork takes the job's arguments, folder, environment and output, and does what
the job's own process would have done. That process waits for it, and hands signals on. The server
ends with the Snakemake that began it. Where it is not there (another machine, another environment,
not Linux) a job starts as ever.
"""

import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import struct
import sys
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess

NAME = "TACTOMETER_FORKSERVER"
"""The environment variable that names the server's socket, in Linux' abstract namespace."""

WORTH = 10  # jobs of a run that pay for the server's own imports
LIBRARIES = ("polars", "scipy.stats")  # which most stages import
ALONE = ("training.train", "elicitation.ask", "reading.judge", "figures.draw", "report.page")
"""Stages that start by themselves: they load engines or threads, or run once."""

_HANDED_ON = (signal.SIGTERM, signal.SIGHUP)
_BEGUN: list["subprocess.Popen[bytes]"] = []  # kept: the server ends when its stdin closes

Request = dict[str, Any]


def begin(jobs: int) -> None:
    """Have the jobs of this process forked, where there are enough of them and nobody has set
    `TACTOMETER_FORKSERVER` (to nothing, say, so that each starts by itself).
    """
    if sys.platform != "linux" or jobs < WORTH or NAME in os.environ:
        return
    import secrets  # here, for every job that is forked imports this module
    import subprocess

    name = f"tactometer-{secrets.token_hex(16)}"
    command = [sys.executable, "-P", "-m", "tactometer.cli.forkserver", name]
    null = subprocess.DEVNULL
    _BEGUN.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=null, stderr=null))
    os.environ[NAME] = name


def forked(words: list[str]) -> int | None:
    """The exit status of a stage that the server's fork has done; None where there was none."""
    name = os.environ.get(NAME)
    if not name or not words or "." not in words[0] or words[0] in ALONE:
        return None
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.connect(f"\0{name}")
            _send(server)
            answers = server.makefile()
            child = answers.readline()
        except OSError:
            return None
        if not child:
            return None
        for number in _HANDED_ON:
            signal.signal(number, lambda told, _: os.kill(int(child), told))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the fork has had it: it is of this group
        return int(answers.readline() or 1)


def _send(server: socket.socket) -> None:
    task = {"prefix": sys.prefix, "argv": sys.argv, "cwd": os.getcwd(), "env": dict(os.environ)}  # noqa: PTH109
    text = json.dumps(task).encode()
    socket.send_fds(server, [struct.pack("I", len(text))], [0, 1, 2])
    server.sendall(text)


def _receive(client: socket.socket, streams: list[int]) -> Request | None:
    """What a job of this user's asks for, its three streams added; None where it is not for us."""
    _, user, _ = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if user != os.getuid():
        return None
    client.settimeout(10)
    head, sent, _, _ = socket.recv_fds(client, 4, 3)
    streams += sent
    (size,) = struct.unpack("I", head)
    text = b""
    while len(text) < size and (more := client.recv(size - len(text))):
        text += more
    task: Request = json.loads(text)
    return task if task["prefix"] == sys.prefix and len(streams) == 3 else None


class _Server:
    """Forks for whoever asks, until its stdin closes and the last fork has ended."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._clients: dict[int, socket.socket] = {}  # by process id of the fork
        self._seen: Counter[str] = Counter()
        self._events = selectors.DefaultSelector()
        woken, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._woken = woken
        for source in (listener, woken, 0):
            self._events.register(source, selectors.EVENT_READ)

    def serve(self) -> Request | None:
        """What to do, in a fork; None in the server, at its end."""
        goes_on = True
        while goes_on or self._clients:
            for key, _ in self._events.select():
                if key.fileobj is self._listener:
                    if (task := self._accept()) is not None:
                        return task
                elif key.fileobj == self._woken:
                    os.read(self._woken, 1024)
                    self._tell()
                elif key.fileobj == 0:
                    self._events.unregister(0)
                    goes_on = False
                else:
                    self._left(key.data)
        return None

    def _accept(self) -> Request | None:
        client, _ = self._listener.accept()
        streams: list[int] = []
        try:
            task = _receive(client, streams)
        except (OSError, ValueError, struct.error):
            task = None
        if task is not None:
            self._import(task["argv"][1])
            if (child := os.fork()) == 0:
                self._become(task, streams)
                return task
            self._clients[child] = client
            self._events.register(client, selectors.EVENT_READ, child)
            with suppress(OSError):  # whoever asked was killed: `_left` sees to it
                client.sendall(f"{child}\n".encode())
        else:
            client.close()
        for stream in streams:
            os.close(stream)
        return None

    def _import(self, stage: str) -> None:
        """Import here what is asked for again: it will be once more."""
        self._seen[stage] += 1
        if self._seen[stage] == 2:
            with suppress(Exception):  # the fork says what is wrong; other jobs go on
                importlib.import_module(f"tactometer.{stage}")
            gc.freeze()  # a fork's collections leave what is imported, and its pages, alone

    def _tell(self) -> None:
        """Give the exit status of every fork that has ended to whoever waits for it."""
        while self._clients:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return
            client, code = self._clients.pop(child), os.waitstatus_to_exitcode(status)
            with suppress(OSError, KeyError), client:  # it may have been killed
                self._events.unregister(client)
                client.sendall(f"{code if code >= 0 else 128 - code}\n".encode())

    def _left(self, child: int) -> None:
        """Whoever waited for a fork was killed: so is the fork, if it has not ended as well."""
        if child in self._clients:
            os.kill(child, signal.SIGKILL)
            self._events.unregister(self._clients[child])

    def _become(self, task: Request, streams: list[int]) -> None:
        """Make a fork what the job's own process is: its streams, folder, environment, words."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._events.close()
        self._listener.close()
        for client in self._clients.values():
            client.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        # Whether a stream can be sought, say, Python asked of the ones before.
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(  # noqa: SIM115
            2, "w", buffering=1, errors="backslashreplace", closefd=False
        )
        os.chdir(task["cwd"])
        os.environ.clear()
        os.environ.update({k: v for k, v in task["env"].items() if k != NAME})
        sys.argv = task["argv"]


def main() -> None:
    """Serve, and in a fork run what was asked as the command line does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a run that is interrupted ends, then so do we
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"\0{sys.argv[1]}")
    for library in LIBRARIES:
        importlib.import_module(library)
    gc.freeze()
    listener.listen(128)  # jobs that come earlier start by themselves
    if _Server(listener).serve() is not None:
        runpy.run_module("tactometer", run_name="__main__", alter_sys=False)


if __name__ == "__main__":
    main()
