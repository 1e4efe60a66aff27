"""``make run`` of a newcomer: a fresh clone, an empty home, an empty cache."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

from benchmarks.figure import Figure
from benchmarks.server import ROOT, free_port

PATIENCE_S = 900
POLL_S = 0.1
END_S = 30
# Where packages come from, and how to reach it, is the machine's; what is cached is not passed on.
PASSED = ("PATH", "LANG", "TMPDIR", "SSL_", "PIP_", "UV_", "HTTP", "NO_PROXY", "http", "no_proxy")
NOT_PASSED = ("PIP_CACHE_DIR", "UV_CACHE_DIR")


def figures() -> list[Figure]:
    """Clone what is committed, start it twice, and weigh it."""
    with tempfile.TemporaryDirectory() as temporary:
        home, clone = Path(temporary, "home"), Path(temporary, "clone")
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        first = run_until_it_answers(clone, home)
        again = run_until_it_answers(clone, home)
        return [
            Figure("make run in a fresh clone → the page answers", [first], "s"),
            Figure("make run again → the page answers", [again], "s"),
            Figure("installed size (.venv)", [size_mb(clone / ".venv")], "MB"),
            Figure("cache left in the home folder", [size_mb(home)], "MB"),
        ]


def run_until_it_answers(clone: Path, home: Path) -> float:
    """Return the seconds from ``make run`` until the page's HTML has come."""
    port = free_port()
    began = time.perf_counter()
    with made(clone, port, environment(home)) as make:
        while not answers(port):
            if make.poll() is not None or time.perf_counter() - began > PATIENCE_S:
                said = log_of(clone).read_text(errors="replace")[-2000:]
                raise RuntimeError(f"make run did not answer on port {port}; it said:\n{said}")
            time.sleep(POLL_S)
        return time.perf_counter() - began


def environment(home: Path) -> dict[str, str]:
    """Return the environment of somebody who has just logged in for the first time."""
    passed = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(PASSED) and name not in NOT_PASSED
    }
    return passed | {"HOME": str(home)}


@contextlib.contextmanager
def made(clone: Path, port: int, variables: dict[str, str]) -> Iterator[subprocess.Popen]:
    """Run ``make run`` until the block ends."""
    command = ["make", "run", f"PORT={port}"]
    with log_of(clone).open("wb") as log:
        make = subprocess.Popen(
            command, cwd=clone, env=variables, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield make
    finally:
        # As Ctrl+C does: make and the server are told at once.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(make.pid, signal.SIGINT)
        make.wait(END_S)


def log_of(clone: Path) -> Path:
    return clone.with_name("make.log")


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/app", timeout=60) as page:
            return page.status == 200
    except URLError:
        return False


def size_mb(folder: Path) -> float:
    """Return what a folder takes on the disk; a file with several names counts once."""
    files = {}
    for path in folder.rglob("*"):
        found = path.lstat()
        files[found.st_ino] = found.st_blocks * 512
    return sum(files.values()) / 1e6
