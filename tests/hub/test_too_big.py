"""What is too big for the proxy, and `panel serve` of the same app behind the Hub."""

from __future__ import annotations

import gzip

import nibabel as nib
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LARGEST_MESSAGE
from tests.e2e.test_painting import drawn_strokes


def paint_one(bench, shape, affine):
    plane, label, corners = next(drawn_strokes(shape, affine, np.array(shape) // 2))
    bench.go_to(np.array(shape) // 2)
    bench.press(str(label))
    bench.stroke(plane, *corners)
    bench.until("supervox.pending === 0 && supervox.saved && supervox.revision > 0")


@pytest.fixture
def page(open_tile):
    """Opens a tile of this test's own."""
    opened = []
    yield lambda name: opened.append(open_tile(name)) or opened[-1].wait_ready(180)
    for bench in opened:
        bench.page.close()
        assert bench.traffic.errors == []
        assert bench.traffic.foreign == []
        assert bench.traffic.largest < LARGEST_MESSAGE


def test_what_is_too_big_is_saved_in_the_home_and_its_link_downloads_it(page, house, tmp_path):
    bench = page("small")
    image = nib.load(house.home("anna") / "scan.nii.gz")
    bench.open("scan.nii.gz", seconds=120)
    paint_one(bench, image.shape, image.affine)

    bench.button("Download labels").click()
    expect(bench.message("saved in the data folder, as scan_dseg.nii.gz")).to_be_visible()
    with bench.page.expect_download() as download:
        bench.page.get_by_role("link", name="Download", exact=True).click()

    download.value.save_as(tmp_path / "linked.nii.gz")
    saved = (house.home("anna") / "scan_dseg.nii.gz").read_bytes()
    assert download.value.suggested_filename == "scan_dseg.nii.gz"
    assert (tmp_path / "linked.nii.gz").read_bytes() == saved
    assert len(gzip.decompress(saved)) == 352 + np.prod(image.shape)
    assert np.asarray(nib.load(tmp_path / "linked.nii.gz").dataobj).any()


def test_panel_serve_of_the_same_app_works_behind_the_hub(page):
    bench = page("plain")

    bench.go_to(bench.cursor)
    i, j, k = bench.cursor
    bench.press("1")
    bench.stroke("axial", (i, j, k), (i + 6, j, k))

    bench.until("supervox.pending === 0 && supervox.saved && supervox.revision > 0")
    assert bench.page.evaluate("(at) => supervox.labelAt(...at)", [i, j, k]) == 1
