"""Chromium with the probe in each page."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import FLAGS, on_path

PROBE = Path(__file__).with_name("probe.js")
WINDOW = {"width": 1440, "height": 900}
PATIENCE_MS = 60_000


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=on_path(), args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """Lend a context whose cache is empty."""
    context = browser.new_context(viewport=WINDOW)
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(path=PROBE)
    yield context
    context.close()


def open_workbench(context: BrowserContext, address: str) -> Page:
    """Open the page and wait until superpixels lie under its cursor and the figures are still."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("'ids' in probe.marks")
    settle(page)
    return page


def settle(page: Page, quiet_ms: int = 1000) -> None:
    """Wait until nothing has been painted for a while."""
    page.wait_for_function(
        """(quiet) => {
          if (probe.paints.length !== probe.counted) {
            probe.counted = probe.paints.length
            probe.since = performance.now()
          }
          return performance.now() - probe.since > quiet
        }""",
        arg=quiet_ms,
    )
