"""Undo to the repaint, a long way through the history, and what a day of edits costs the server."""

from __future__ import annotations

import asyncio

from playwright.sync_api import Page

from benchmarks.chromium import chromium, open_workbench, settle, visitor
from benchmarks.figure import Figure
from benchmarks.server import Server, supervox
from tests.scripted.annotator import Annotator

DAY, WAY, UNDOS = 2000, 500, 30
ONCE = 100  # after so many strokes the server has all that it needs but for the history
UNDO_MS, DAY_MB = 100, 200
REACH = 12
MB = 2**20 / 1e6
PANES = ["Axial", "Coronal", "Sagittal"]


def figures() -> list[Figure]:
    """Let a scripted annotator fill a day's journal; then go back through it in a browser."""
    with supervox() as server:
        grown_mb = asyncio.run(fill(server))
        with chromium() as browser, visitor(browser) as context:
            page = open_workbench(context, server.address())
            page.wait_for_function("supervox.saved")
            undone = [step(page, "z") for _ in range(UNDOS + 1)][1:]
            back = [walk(page, WAY) for _ in range(3)]
            longest = page.evaluate("probe.longest")
    undo = "undo: key → all planes repainted"
    return [
        Figure(undo, undone, "ms"),
        Figure(undo, undone, "ms", percentile=95, at_most=UNDO_MS),
        Figure(f"{WAY} edits back by one click → all planes repainted", back, "ms"),
        Figure("the page's longest task on that way", [longest], "ms"),
        Figure(f"server: a journal of {DAY:,} edits", [grown_mb], "MB", at_most=DAY_MB),
    ]


async def fill(server: Server) -> float:
    """Draw a day's strokes; returns by how many MB the server's resident memory grew."""
    async with Annotator(server.address(), keep=("ids",)) as annotator:
        await annotator.ready()
        for n in range(ONCE):
            await stroke(annotator, n)
        before = server.memory_mib()[0]
        for n in range(ONCE, ONCE + DAY):
            await stroke(annotator, n)
        assert len(annotator.edits) > 0.95 * DAY
        return (server.memory_mib()[0] - before) * MB


async def stroke(annotator: Annotator, n: int) -> None:
    """Draw a line through the brain, each on another slice and with another label."""
    i, j, k = annotator.copy.opened["cursor"]
    i, j, k = i - 60 + n * 7 % 80, j - 50 + n * 11 % 80, k - 40 + n * 3 % 70
    ends = (i - REACH, j, k), (i + REACH, j, k)
    await annotator.stroke(*annotator.through("axial", *ends), label=1 + n % 4)


def step(page: Page, key: str) -> float:
    """Press a key that steps; returns ms until the last plane shows it."""
    settle(page, 200)
    return repainted(page, lambda: page.keyboard.press(key))


def walk(page: Page, edits: int) -> float:
    """Go so many edits back by the history's keys; returns ms until the last plane shows it."""
    history = page.get_by_role("listbox", name="Edits, newest first")
    history.focus()
    for _ in range(edits // 10):
        page.keyboard.press("PageDown")
    settle(page, 200)
    page.evaluate(
        """() => {
          probe.longest ??= 0
          new PerformanceObserver((list) => {
            const took = list.getEntries().map(({ duration }) => duration)
            probe.longest = Math.max(probe.longest, ...took)
          }).observe({ entryTypes: ["longtask"] })
        }"""
    )
    return repainted(page, lambda: page.keyboard.press("Enter"))


def repainted(page: Page, act) -> float:
    """Act by a key; returns ms from it until every plane was painted with the next revision."""
    revision = page.evaluate(
        """() => {
          probe.sees = () => supervox.revision
          probe.paints = []
          return supervox.revision
        }"""
    )
    act()
    page.wait_for_function(
        """([panes, old]) => panes.every((pane) =>
          probe.paints.some((paint) => paint.pane === pane && paint.saw > old))""",
        arg=[PANES, revision],
    )
    paints, pressed = page.evaluate("[probe.paints, probe.key]")
    return (
        max(
            min(p["t"] for p in paints if p["pane"] == pane and p["saw"] > revision)
            for pane in PANES
        )
        - pressed
    )
