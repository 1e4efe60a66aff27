"""Touch-up by mouse and key: the page paints at once, and the server the very same voxels."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from tests.e2e.phantoms import STORED, phantom


def drag(bench, *corners, before_release=lambda: None):
    """Drag over the axial slice, and do something before the button goes up."""
    start, *way = bench.ways([("axial", corners)])[0]
    bench.page.mouse.move(*start)
    bench.page.mouse.down()
    for xy in way:
        bench.page.mouse.move(*xy, steps=4)
    before_release()
    bench.page.mouse.up()


def test_the_brush_paints_under_the_pointer_what_the_server_then_keeps(bench, put):
    image = phantom(STORED["ras"], seed=7)
    bench.open(put(image, "brush.nii.gz").name)
    (i, j, k), shape, pages = bench.cursor, image.shape, []

    def look():
        assert bench.revision == revision
        pages.append(bench.voxels("labelAt", shape))

    # A brush and a ball paint while the button is down; the server then says the same.
    for revision, keys, painted_in in ((0, "t2", 1), (1, "t3", None)):
        for key in keys:
            bench.press(key)
        bench.page.get_by_role("button", name="Disk" if painted_in else "Ball", exact=True).click()
        drag(bench, (i - 6, j, k), (i + 6, j + 2 * revision, k), before_release=look)
        bench.wait_settled(revision + 1)
        assert_array_equal(bench.voxels("labelAt", shape), pages[-1])
        assert np.unique(np.argwhere(pages[-1] == int(keys[1]))[:, 2]).size == (painted_in or 5)

    # The radius by its key; a click is a dab; the eraser.
    bench.press("[")
    bench.press("Shift+T")
    bench.click("axial", (i, j, k))
    bench.wait_settled(3)
    assert bench.page.evaluate("(at) => supervox.labelAt(...at)", [i, j, k]) == 0
    assert bench.cursor == [i, j, k]

    # Fill what a line encloses, and take all of it back.
    bench.press("f")
    bench.press("4")
    corners = [(i - 8, j - 8, k), (i + 8, j - 8, k), (i + 8, j + 8, k), (i - 8, j + 8, k)]
    drag(bench, *corners)
    bench.wait_settled(4)
    filled = bench.voxels("labelAt", shape) == 4
    assert filled[i, j, k]
    assert filled.sum() == filled[:, :, k].sum() == 17 * 17
    for revision in (5, 6, 7, 8):
        bench.press("z")
        bench.wait_settled(revision)
    assert not bench.voxels("labelAt", shape).any()


def test_the_circle_is_the_brush_at_any_zoom_which_may_stay_in_its_superpixel(bench, put):
    image = phantom(STORED["anisotropic"], seed=8)
    bench.open(put(image, "circle.nii.gz").name)
    (i, j, k), shape, pages = bench.cursor, image.shape, []
    bench.press("t")

    circle, beside = bench.page.locator(".circle"), (i + 6, j, k)
    bench.page.mouse.move(*bench.at("axial", (i, j, k)))
    small, was = circle.bounding_box(), bench.at("axial", beside)
    bench.page.keyboard.down("Control")
    bench.page.mouse.wheel(0, -200)
    bench.page.keyboard.up("Control")
    bench.until("([at, was]) => supervox.toScreen('axial', ...at)[0] !== was", [beside, was[0]])
    large, now = circle.bounding_box(), bench.at("axial", beside)
    centre = bench.at("axial", (i, j, k))[0]
    assert large["width"] > 1.3 * small["width"]
    assert abs(large["width"] - large["height"]) < 0.1
    radius_mm = float(bench.page.get_by_label("Radius in mm").input_value())
    px_per_mm = abs(now[0] - centre) / (6 * float(image.header.get_zooms()[0]))
    assert abs(large["width"] - 2 * radius_mm * px_per_mm) < 1

    # What the page paints is what the server keeps: that of one superpixel.
    bench.press("r")
    bench.page.get_by_label("Only in this superpixel").check()
    drag(
        bench,
        (i, j, k),
        (i + 8, j, k),
        before_release=lambda: pages.append(bench.voxels("labelAt", shape)),
    )
    bench.wait_settled(1)
    assert_array_equal(bench.voxels("labelAt", shape), pages[0])
    ids = bench.voxels("idAt", shape)
    assert np.unique(ids[pages[0] > 0]).tolist() == [ids[i, j, k]]
