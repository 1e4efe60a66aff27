"""One visit to a page: stroke, download; says as JSON what was seen.

Run where the page is, which may be a host without any network:
``python -m tests.network.visit URL FOLDER``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
from playwright.sync_api import expect, sync_playwright

from tests.e2e.chromium import launch
from tests.e2e.driving import Bench
from tests.e2e.traffic import Traffic

SLOW_MACHINE_MS = 300_000


def visit(page, url, folder):
    """Label what lies at the cursor; return what came of it."""
    page.set_default_timeout(SLOW_MACHINE_MS)
    expect.set_options(timeout=SLOW_MACHINE_MS)
    bench = Bench(page, Traffic(page))
    page.goto(url)
    bench.wait_ready(SLOW_MACHINE_MS / 1000)
    i, j, k = bench.cursor
    bench.stroke("axial", (i, j, k), (i + 4, j, k))
    bench.wait_settled(revision=1)
    page.screenshot(path=folder / "page.png")
    label_map = np.asarray(nib.load(bench.download("Download labels", folder)).dataobj)
    return {
        "title": bench.title(),
        "label": int(label_map[i, j, k]),
        "foreign": bench.traffic.foreign,
        "errors": bench.traffic.errors,
    }


if __name__ == "__main__":
    with sync_playwright() as running:
        browser = launch(running)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, accept_downloads=True)
        sys.stdout.write(json.dumps(visit(page, sys.argv[1], Path(sys.argv[2]))))
        browser.close()
