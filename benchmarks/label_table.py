"""From the end of a stroke to the label's new size in a table of two hundred."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.chromium import chromium, open_workbench, settle, visitor
from benchmarks.figure import Figure
from benchmarks.server import supervox
from benchmarks.stroke import ACROSS, drag
from dashboard import demo
from workers.formats.label_tables import label_table

LABELS, STROKES = 200, 30
GOAL_MS = 100
NAME = "many.tsv"


def figures() -> list[Figure]:
    """Draw with one label after the other on the demo, each stroke through the cursor."""
    with tempfile.TemporaryDirectory() as folder:
        volume = Path(folder) / demo.PATH.name
        shutil.copy(demo.PATH, volume)
        (Path(folder) / NAME).write_bytes(label_table.encode(rows(), "bids"))
        with supervox(volume) as server, chromium() as browser, visitor(browser) as context:
            page = open_workbench(context, server.address())
            import_table(page)
            draw(page, 0)  # the first one compiles the page's code
            updated = [draw(page, n) for n in range(1, STROKES + 1)]
    name = f"mouse up → its row, in a table of {LABELS} labels"
    return [
        Figure(name, updated, "ms"),
        Figure(name, updated, "ms", percentile=95, at_most=GOAL_MS),
    ]


def rows() -> list[tuple[int, str, str]]:
    return [(value, f"region {value}", f"#{value * 80_000:06x}") for value in range(1, LABELS + 1)]


def import_table(page: Page) -> None:
    page.get_by_role("button", name="Open", exact=True).click()
    dialog = page.get_by_role("dialog", name="Open a file")
    dialog.get_by_role("radio", name="Label table").check()
    dialog.get_by_text(NAME, exact=True).click()
    page.get_by_text(f"region {LABELS}", exact=True).wait_for(state="attached")
    settle(page)


def draw(page: Page, n: int) -> float:
    """Draw a stroke with one of the labels; returns ms from the mouse up to its row's change."""
    label = n % LABELS + 1
    page.get_by_text(f"region {label}", exact=True).click()
    cursor = page.evaluate("supervox.cursor")
    page.evaluate(
        """(name) => {
          probe.ups = []
          probe.row = new Promise((seen) => {
            const find = (root) => {
              for (const el of root.querySelectorAll("*")) {
                if (el.textContent === name && !el.children.length) return el.closest(".row")
                const found = el.shadowRoot && find(el.shadowRoot)
                if (found) return found
              }
            }
            const watch = new MutationObserver(() => {
              watch.disconnect()
              requestAnimationFrame(() => setTimeout(() => seen(performance.now())))
            })
            watch.observe(find(document), { childList: true, characterData: true, subtree: true })
          })
        }""",
        f"region {label}",
    )
    drag(page, tuple(ACROSS)[n % 3], cursor)
    seen = page.evaluate("probe.row")
    up = page.evaluate("probe.ups.at(-1)")
    page.wait_for_function("supervox.pending === 0")
    settle(page, 100)
    return seen - up
