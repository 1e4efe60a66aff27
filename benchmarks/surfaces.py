"""From the end of a stroke to its label in 3D."""

from __future__ import annotations

from playwright.sync_api import Page

from benchmarks.chromium import chromium, open_workbench, settle, visitor
from benchmarks.figure import Figure
from benchmarks.server import supervox
from benchmarks.stroke import ACROSS, LABELS, drag

STROKES = 20
GOAL_MS = 300
REST_MS = 1500
DRAWN = "addEventListener('supervox-drawn', () => probe.drawn?.push(performance.now()))"


def figures() -> list[Figure]:
    """Draw strokes through the cursor, each with another label than the one before."""
    with supervox() as server, chromium() as browser, visitor(browser) as context:
        context.add_init_script(DRAWN)
        page = open_workbench(context, server.address())
        for n in range(LABELS):  # the first ones compile the page's code and the server's
            seen_after(page, n)
        waits = [seen_after(page, n) for n in range(STROKES)]
    what = "mouse up → 3D shows the label"
    return [
        Figure(what, waits, "ms", at_most=GOAL_MS),
        Figure(what, waits, "ms", percentile=95),
    ]


def seen_after(page: Page, n: int) -> float:
    """Draw a stroke; returns ms from the mouse up until the 3D view was drawn anew."""
    page.wait_for_timeout(REST_MS)
    page.keyboard.press(str(n % LABELS + 1))
    settle(page, 200)
    page.evaluate("probe.drawn = []; probe.ups = []")
    drag(page, tuple(ACROSS)[n % 3], tuple(page.evaluate("supervox.cursor")))
    page.wait_for_function("probe.drawn.some((t) => t > probe.ups.at(-1))")
    return page.evaluate(
        "probe.drawn.find((t) => t > probe.ups.at(-1)) - probe.ups.at(-1)",
    )
