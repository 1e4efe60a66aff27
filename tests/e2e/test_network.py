"""The page asks nobody but its own server, and paints where there is no network at all."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import expect
from skimage.io import imread

from tests.e2e.chromium import launch
from tests.e2e.driving import Bench
from tests.e2e.traffic import Traffic

BLACK_HOLE = "--host-resolver-rules=MAP * 192.0.2.1, EXCLUDE 127.0.0.1"


@pytest.fixture
def cut_off(playwright, server):
    """A first visit by a browser for which every other host is a black hole."""
    chromium = launch(playwright, BLACK_HOLE)
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    bench = Bench(page, Traffic(page))
    page.goto(server.url, wait_until="commit")
    yield bench
    chromium.close()


@pytest.mark.slow
def test_the_first_slice_is_painted_without_a_network(cut_off):
    cut_off.wait_ready(seconds=60)

    # The cursor is where the last visitor left it: on that slice there may be only air.
    panes = [cut_off.pane(name).screenshot() for name in ("Axial", "Coronal", "Sagittal")]
    bright = [(imread(io.BytesIO(png))[..., :3] > 100).mean() for png in panes]
    assert max(bright) > 0.05
    assert cut_off.traffic.foreign == []


@pytest.mark.slow
def test_nobody_else_is_asked_whatever_one_does(bench, tmp_path):
    bench.go_to((20, 18, 15))
    bench.stroke("axial", (20, 18, 15), (24, 18, 15))
    bench.wait_settled()
    bench.button("Partition").click()
    expect(bench.button("Cancel")).to_be_visible()
    expect(bench.button("Cancel")).to_be_hidden(timeout=60_000)
    bench.press("?")
    expect(bench.page.get_by_role("dialog", name="Help")).to_be_visible()
    bench.press("?")
    bench.button("Open").click()
    bench.page.get_by_role("dialog", name="Open a file").get_by_text("Close").click()
    for name in ("labels", "volume", "superpixels", "label table"):
        assert bench.download(f"Download {name}", tmp_path).stat().st_size

    assert len(bench.traffic.urls) > 10
    assert bench.traffic.foreign == []
