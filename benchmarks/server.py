"""A server of the page in a process of its own, as a user starts it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).parents[1]
WORKBENCH = ROOT / "dashboard" / "app.py"
PATIENCE_S = 60
END_S = 20


class Server(NamedTuple):
    """A server that answers; `started_s` is how long that took."""

    port: int
    started_s: float
    process: subprocess.Popen

    def address(self, app: str = "app") -> str:
        return f"http://127.0.0.1:{self.port}/{app}"

    def memory_mib(self) -> tuple[float, float]:
        """Return the resident memory of the server and of all the processes below it."""
        server = psutil.Process(self.process.pid)
        below = [each.memory_info().rss for each in server.children(recursive=True)]
        return server.memory_info().rss / 2**20, sum(below) / 2**20


@contextlib.contextmanager
def supervox(file: Path | None = None) -> Iterator[Server]:
    """Serve a file, or the demo, as ``supervox serve`` does."""
    serve = ["-m", "dashboard.cli", "serve", *([str(file)] if file else [])]
    with (
        tempfile.TemporaryDirectory() as kept,
        serving(lambda port: [*serve, "--port", str(port), "--data-root", kept]) as server,
    ):
        yield server


@contextlib.contextmanager
def workbench_and(app: Path) -> Iterator[Server]:
    """Serve the workbench and another app from one server."""
    local = ["--address", "127.0.0.1", "--warm"]
    serve = ["-m", "panel", "serve", str(WORKBENCH), str(app), *local]
    with (
        tempfile.TemporaryDirectory() as kept,
        serving(
            lambda port: [*serve, "--port", str(port), "--args", "--data-root", kept]
        ) as server,
    ):
        yield server


@contextlib.contextmanager
def serving(arguments) -> Iterator[Server]:
    """Run Python with ``arguments(port)`` until the block ends."""
    port = free_port()
    with tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        command = [sys.executable, *arguments(port)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_for(port, process, log)
            yield Server(port, time.perf_counter() - started, process)
        finally:
            end(process)


def wait_for(port: int, process: subprocess.Popen, log) -> None:
    """Return once the port takes connections; asking for the page would make a first visit."""
    deadline = time.monotonic() + PATIENCE_S
    while not accepts(port):
        if process.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            said = log.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"Expected a server within {PATIENCE_S} s; it said:\n{said}")
        time.sleep(0.02)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end(process: subprocess.Popen) -> None:
    """End a server and what it has started."""
    if process.poll() is not None:
        return
    family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    _, alive = psutil.wait_procs([*family, psutil.Process(process.pid)], timeout=END_S)
    for left in alive:
        left.kill()
    process.wait()
