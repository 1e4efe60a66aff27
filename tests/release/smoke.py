"""What a new user does first: open the page, draw, download, and use the commands."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.testing import assert_array_equal
from playwright.sync_api import expect, sync_playwright

from tests.e2e.chromium import launch
from tests.e2e.driving import Bench
from tests.e2e.serving import Server
from tests.e2e.traffic import Traffic
from tests.release.installed import Installed

LONG_S = 600  # the kernels are compiled meanwhile, on a machine that may be busy
LENGTH = 8


def first_use(installed: Installed) -> Iterator[str]:
    """Use the page, then the commands; yield a sentence after each.

    Raises
    ------
    AssertionError
        If something is not as it should be.
    """
    began = time.monotonic()
    server = installed.serve()
    try:
        server.wait(LONG_S)
        yield f"supervox serve answers after {time.monotonic() - began:.1f} s"
        labels = yield from _page(server, installed)
    except Exception as error:
        error.add_note(f"Its log ends with:\n{server.log.read_text()[-6000:]}")
        raise
    finally:
        server.stop()
    yield _partition(installed)
    yield _stats(installed, labels)


def _page(server: Server, installed: Installed) -> Generator[str, None, Path]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(accept_downloads=True)
        page.set_default_timeout(LONG_S * 1000)
        bench, began = Bench(page, Traffic(page)), time.monotonic()
        page.goto(server.url)
        said = _ready(bench)
        yield f"the page is ready after {time.monotonic() - began:.1f} s; it said: {said}"
        labels = _labels(bench, installed)
        assert (bench.traffic.errors, bench.traffic.foreign) == ([], [])
        browser.close()
    yield f"a stroke was downloaded: {np.count_nonzero(nib.load(labels).dataobj):,} voxels"
    return labels


def _ready(bench: Bench) -> str:
    """Wait until there are superpixels; return what the page says in between, each once."""
    progress = bench.page.get_by_role("progressbar", name="Progress").locator("..")
    expect(progress).to_be_attached(timeout=LONG_S * 1000)
    listen = """(shown) => {
        window.said = []
        const hear = () => {
          const text = shown.firstChild.textContent.replace(/ [0-9]+ %.*/, "")
          if (text && window.said.at(-1) !== text) window.said.push(text)
        }
        const all = {subtree: true, childList: true, characterData: true}
        new MutationObserver(hear).observe(shown, all)
        hear()
      }"""
    progress.evaluate(listen)
    bench.wait_ready(LONG_S)
    return ", ".join(f"“{text}”" for text in dict.fromkeys(bench.page.evaluate("window.said")))


def _labels(bench: Bench, installed: Installed) -> Path:
    """Draw a line on the axial slice, and return the label map that is downloaded."""
    start = bench.cursor
    end = [start[0] + LENGTH, *start[1:]]
    bench.stroke("axial", start, end, steps=4)
    bench.wait_settled(1)
    labels, volume = bench.download("Download labels", installed.scratch), nib.load(installed.demo)
    read = nib.load(labels)
    assert read.shape == volume.shape
    assert_array_equal(read.affine, volume.affine)
    shown = bench.page.evaluate("(voxel) => supervox.labelAt(...voxel)", start)
    assert (read.dataobj[tuple(start)], shown) == (1, 1)
    return labels


def _partition(installed: Installed) -> str:
    said, seconds = installed.timed("supervox", "partition", installed.demo, "ids.nii.gz")
    told, ids = json.loads(said), nib.load(installed.scratch / "ids.nii.gz")
    assert int(np.asarray(ids.dataobj).max()) == told["count"] > 1000
    return f"supervox partition found {told['count']:,} superpixels in {seconds:.1f} s"


def _stats(installed: Installed, labels: Path) -> str:
    table = io.StringIO(installed.run("supervox", "stats", installed.demo, labels))
    rows = [*csv.DictReader(table)]
    voxels = np.count_nonzero(nib.load(labels).dataobj)
    assert [int(row["voxels"]) for row in rows] == [voxels]
    return f"supervox stats counted {voxels:,} voxels"
