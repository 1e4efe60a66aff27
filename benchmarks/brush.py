"""From the pointer to the painted voxels while one drags the brush."""

from __future__ import annotations

import math
import tempfile
import time
from pathlib import Path

import nibabel as nib
import numpy as np
from playwright.sync_api import Page

from benchmarks.chromium import chromium, open_workbench, settle, visitor
from benchmarks.figure import Figure
from benchmarks.phantoms import head
from benchmarks.server import supervox

SHAPE, SPACING = (240, 240, 155), (1.0, 1.0, 1.0)
PANE = "Axial"
DRAG_S, MOVES_A_S = 5, 60
DRAGS = 3
TURNS = 7
REACH = 40  # voxels
SHAPES = {"disk of 6 mm": ("Disk", 6), "ball of 6 mm": ("Ball", 6), "disk of 20 mm": ("Disk", 20)}
GOAL_A_S, GOAL_MS = 30, 100


def figures() -> list[Figure]:
    """Drag each brush round and round on the axial slice of a head of 240 × 240 × 155."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "head.nii.gz"
        save(path)
        with supervox(path) as server, chromium() as browser, visitor(browser) as context:
            page = open_workbench(context, server.address())
            page.keyboard.press("t")
            drag(page, 1)  # the first one compiles the page's code
            return [figure for name in SHAPES for figure in brushed(page, name)]


def save(path: Path) -> None:
    image = head("head", SHAPE, SPACING, 0.05).image
    nib.save(nib.Nifti1Image((image * 1000).astype(np.int16), np.diag((*SPACING, 1))), path)


def brushed(page: Page, name: str) -> list[Figure]:
    """Return how often, and how late, drags with one brush are painted."""
    shape, radius_mm = SHAPES[name]
    page.get_by_role("button", name=shape, exact=True).click()
    field = page.get_by_label("Radius in mm")
    field.fill(str(radius_mm))
    field.blur()
    rates, lags = zip(*(drag(page, DRAG_S) for _ in range(DRAGS)), strict=True)
    late = [lag for each in lags for lag in each]
    moved = f"{name}: pointer moved → painted"
    return [
        Figure(
            f"{name}: repaints a second in a drag of {DRAG_S} s", rates, "/s", at_least=GOAL_A_S
        ),
        Figure(moved, late, "ms"),
        Figure(moved, late, "ms", percentile=95, at_most=GOAL_MS),
    ]


def drag(page: Page, seconds: float) -> tuple[float, list[float]]:
    """Paint in widening circles; returns repaints a second, and ms of each move till its paint."""
    i, j, k = page.evaluate("supervox.cursor")
    x, y = page.evaluate("(at) => supervox.toScreen('axial', ...at)", [i, j, k])
    edge, _ = page.evaluate("(at) => supervox.toScreen('axial', ...at)", [i + REACH, j, k])
    page.mouse.move(x, y)
    page.mouse.down()
    before = page.evaluate("probe.paints = []; probe.moves.length")
    began, moves = time.perf_counter(), round(seconds * MOVES_A_S)
    for n in range(moves):
        angle, reach = 2 * math.pi * TURNS * n / moves, abs(edge - x) * n / moves
        page.mouse.move(x + reach * math.cos(angle), y + reach * math.sin(angle))
        time.sleep(max(0, began + (n + 1) * seconds / moves - time.perf_counter()))
    settle(page, 300)
    moved = page.evaluate("(before) => probe.moves.slice(before)", before)
    painted = [paint for paint in page.evaluate("probe.paints") if paint["pane"] == PANE]
    page.mouse.up()
    page.wait_for_function("supervox.pending === 0")
    settle(page, 1500)
    return len(painted) / ((painted[-1]["t"] - moved[0]) / 1000), lateness(moved, painted, before)


def lateness(moved: list[float], painted: list[dict], before: int) -> list[float]:
    """Return for each move the ms until what is painted knows of it."""
    found, paints = [], iter(painted)
    paint = next(paints)
    for n, at in enumerate(moved, before + 1):
        while paint["moves"] < n:
            paint = next(paints)
        found.append(paint["t"] - at)
    return found
