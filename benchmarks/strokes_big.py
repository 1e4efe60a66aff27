"""Strokes on a volume of 1024³ voxels, looked up by workers that rest, or are at a partition."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from benchmarks import stroke
from benchmarks.big_volume import make
from benchmarks.chromium import chromium, settle, visitor
from benchmarks.figure import Figure
from benchmarks.server import PATIENCE_S, ROOT, free_port
from benchmarks.slices_big import served

STROKES = 42  # so that the label of the last is not that of the first
STROKE_MS = 250
WORKERS = 2


def figures() -> list[Figure]:
    """Draw strokes on our own cluster and on one of others, each at rest and in a partition."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        found = measured(Path(folder), "our own cluster")
        with others() as address:
            return found + measured(Path(folder), "others' cluster", "--scheduler", address)


def measured(folder: Path, whose: str, *where: str) -> list[Figure]:
    """Draw on the volume that was made in a folder."""
    with served(folder, *where) as server, chromium() as browser, visitor(browser) as context:
        page = context.new_page()
        page.goto(server.address("big_app"))
        page.wait_for_function("window.supervox && supervox.ready")
        settle(page)
        found = drawn(page, f"stroke on 1024³, {whose}")
        page.get_by_role("button", name="Partition", exact=True).click()
        page.get_by_role("button", name="Cancel", exact=True).wait_for()
        return found + drawn(page, f"stroke on 1024³, {whose}, in a partition", pending=1)


def drawn(page: Page, name: str, pending: int = 0) -> list[Figure]:
    """Draw strokes; returns how long each took, and how often no worker answered in time."""
    stroke.draw(page, 0, pending=pending)  # the first one compiles the page's code
    took, silent = [], []
    for n in range(1, STROKES + 1):
        took.append(stroke.draw(page, n, pending=pending))
        silent.append(page.get_by_role("status", name="Workers").count())
    return [
        Figure(name, took, "ms"),
        Figure(name, took, "ms", 95, at_most=STROKE_MS),
        Figure(f"{name}: of {STROKES}, looked up by the server", [sum(silent)], ""),
    ]


@contextlib.contextmanager
def others() -> Iterator[str]:
    """Run a scheduler and workers as others do; yields the address."""
    port = str(free_port())
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]
    workers = ["--nworkers", str(WORKERS), "--nthreads", "1", "--no-dashboard"]
    commands = [scheduler, [*dask, "worker", address, *workers]]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    processes = [subprocess.Popen(command, **quiet) for command in commands]
    try:
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(PATIENCE_S)
