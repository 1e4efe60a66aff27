"""New slices of a volume of 1024³ voxels, and strokes on it: from the hand to the screen."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from benchmarks import stroke
from benchmarks.big_volume import SIDE, make
from benchmarks.chromium import chromium, settle, visitor
from benchmarks.figure import Figure
from benchmarks.server import ROOT, Server, serving

SLICES = 100
REST_MS = 300
STROKES = 30
COARSE_MS, FULL_MS, STROKE_MS, SERVER_MIB = 60, 400, 250, 1536
APP = ROOT / "benchmarks" / "big_app.py"
PLANES = ("Axial", "Coronal", "Sagittal")
ACROSS = (2, 1, 0)
GO = """([title, axis, index]) => {
  // A voxel of the new slice that lies on neither of the two others that are shown.
  const voxel = supervox.cursor.map((n, a) => a === axis ? index : n + 5)
  probe.sees = () => supervox.ready ? 2 : Number.isNaN(supervox.valueAt(...voxel)) ? 0 : 1
  probe.paints = []
  probe.borders = []
  const slider = probe.slider(title)
  slider.value = index
  probe.began = performance.now()
  slider.dispatchEvent(new Event("input"))
}"""
FIND = """() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap(inside)
  const inside = (el) => [el, ...(el.shadowRoot ? all(el.shadowRoot) : [])]
  const named = (name) => all(document).find((el) => el.getAttribute("aria-label") === name)
  probe.slider = (title) => named(`${title} slice`)
}"""
PAINTED = """(title) => probe.paints.concat(probe.borders)
  .filter((paint) => paint.pane === title).sort((one, other) => one.t - other.t)"""
WHEN = f"""(title) => [0, 1, 2].map((least) =>
  ({PAINTED})(title).find((paint) => paint.saw >= least)?.t - probe.began)"""


def figures() -> list[Figure]:
    """Show slices at random, none of which the page has seen."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        return measured(Path(folder))


def measured(folder: Path) -> list[Figure]:
    """Measure with the volume that was made in a folder."""
    with served(folder) as server, chromium() as browser, visitor(browser) as context:
        page = context.new_page()
        page.goto(server.address("big_app"))
        page.wait_for_function("window.supervox && supervox.ready")
        settle(page)
        page.evaluate(FIND)
        took = [show(page, wanted) for wanted in random_slices()]
        for pane in PLANES:
            show(page, (PLANES.index(pane), SIDE // 2))
        stroke.draw(page, 0)  # the first stroke compiles the page's code
        painted = [stroke.draw(page, n) for n in range(1, STROKES + 1)]
        peak = peak_mib(server.process.pid)
    name = "stroke on 1024³: mouse up → all planes repainted"
    return [
        *rows(took),
        Figure(name, painted, "ms"),
        Figure(name, painted, "ms", 95, at_most=STROKE_MS),
        Figure("server: most memory", [peak], "MiB", at_most=SERVER_MIB),
    ]


@contextlib.contextmanager
def served(folder: Path, *options: str) -> Iterator[Server]:
    """Serve the app whose volumes are that in a folder."""
    os.environ["SUPERVOX_BIG"] = str(folder)
    serve = ["-m", "panel", "serve", str(APP), "--address", "127.0.0.1"]
    with (
        tempfile.TemporaryDirectory() as kept,
        serving(
            lambda port: [*serve, "--port", str(port), "--args", "--data-root", kept, *options]
        ) as server,
    ):
        yield server


def random_slices() -> list[tuple[int, int]]:
    """Return pairs of a plane and an index, far from one another."""
    rng = np.random.default_rng(0)
    return [(n % 3, int(rng.integers(SIDE // 8, SIDE - SIDE // 8))) for n in range(SLICES)]


def show(page: Page, wanted: tuple[int, int]) -> list[float]:
    """Return ms until a slice was painted at all, finely, and with its superpixels."""
    plane, index = wanted
    page.evaluate(GO, [PLANES[plane], ACROSS[plane], index])
    page.wait_for_function(
        f"(title) => ({PAINTED})(title).some((paint) => paint.saw === 2)", arg=PLANES[plane]
    )
    took = page.evaluate(WHEN, PLANES[plane])
    page.wait_for_timeout(REST_MS)
    return took


def rows(took: list[list[float]]) -> list[Figure]:
    """Return median and p95 of each stage."""
    coarse, full, ready = zip(*took, strict=True)
    found = []
    for name, values, goal in (
        ("new slice of 1024³: slider → painted coarsely", coarse, COARSE_MS),
        ("new slice of 1024³: slider → painted finely", full, FULL_MS),
        ("new slice of 1024³: slider → with superpixels and labels", ready, None),
    ):
        found += [Figure(name, values, "ms"), Figure(name, values, "ms", 95, at_most=goal)]
    return found


def peak_mib(pid: int) -> float:
    """Return the most resident memory that a process has had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
