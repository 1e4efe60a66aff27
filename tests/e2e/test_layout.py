"""The page fills the window, names its controls, and obeys mouse and keys."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED
from tests.e2e.test_surface import wait_until

SHAPE = STORED["ras"].shape
PANES = ("Axial", "Coronal", "Sagittal", "3D view")
BUTTONS = (
    *("Undo", "Redo", "Partition", "Download labels", "Download volume", "Download superpixels"),
    *("Download label table", "Download statistics", "Intensities by label"),
    *("Borders", "Labels", "3D", "Open", "Help"),
)


def boxes_of(bench):
    """Where the panes are, a frame from now."""
    bench.page.evaluate("new Promise((done) => requestAnimationFrame(done))")
    return [bench.pane(name).bounding_box() for name in PANES]


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900)])
def test_the_page_fills_the_window_with_four_equal_panes(bench, width, height):
    bench.page.set_viewport_size({"width": width, "height": height})
    wait_until(lambda: boxes_of(bench) == boxes_of(bench))

    scrolled = bench.page.evaluate(
        "(({ scrollWidth, scrollHeight }) => [scrollWidth, scrollHeight])(document.documentElement)"
    )
    boxes = boxes_of(bench)

    assert scrolled == [width, height]
    sizes = np.array([(box["width"], box["height"]) for box in boxes])
    assert np.ptp(sizes, axis=0).max() <= 2
    assert sizes.prod(axis=1).sum() > 0.6 * width * height
    side = bench.page.locator("aside").evaluate("(el) => [el.scrollHeight, el.clientHeight]")
    assert side[0] == side[1], "the side panel scrolls"
    for name in BUTTONS:
        box = bench.button(name).bounding_box()
        assert 0 <= box["x"] <= width - box["width"], name
        assert 0 <= box["y"] <= height - box["height"], name


def test_a_click_moves_the_cursor_to_the_voxel_under_it(bench):
    for plane, voxel in (
        ("axial", [12, 25, bench.cursor[2]]),
        ("coronal", [30, 25, 8]),
        ("sagittal", [30, 9, 20]),
    ):
        x, y = bench.at(plane, voxel)
        box = bench.pane(plane.capitalize()).bounding_box()
        assert box["x"] < x < box["x"] + box["width"]
        assert box["y"] < y < box["y"] + box["height"]
        bench.page.mouse.click(x, y)
        assert bench.cursor == voxel


def test_keys_scroll_the_pane_that_was_used_last(bench):
    i, j, k = 20, 18, 15
    bench.go_to((i, j, k))
    bench.click("axial", (i, j, k))
    for key in ("ArrowRight", "ArrowRight", "PageUp", "ArrowLeft"):
        bench.press(key)
    assert bench.cursor == [i, j, k + 2]
    bench.press("PageDown")
    bench.press("Shift+ArrowRight")
    assert bench.cursor == [i, j, k + 6]

    bench.click("sagittal", (i, j, k))
    bench.press("ArrowRight")
    assert bench.cursor == [i + 1, j, k]


def test_keys_zoom_the_pane_that_was_used_last(bench):
    def size():
        i, j, k = bench.cursor
        return bench.at("axial", (i, j, k))[0] - bench.at("axial", (i + 1, j, k))[0]

    bench.page.get_by_label("Axial slice", exact=True).focus()
    fitted = size()
    bench.press("+")
    assert size() > 1.2 * fitted
    bench.press("-")
    assert abs(size() - fitted) < 1e-6
    bench.page.get_by_label("Axial slice", exact=True).blur()


def test_the_cursor_stays_in_the_volume(bench):
    bench.click("axial", bench.cursor)
    for _ in range(SHAPE[2]):
        bench.press("PageUp")

    assert bench.cursor[2] == SHAPE[2] - 1


def test_keys_are_silent_while_one_types(bench):
    before = bench.cursor
    field = bench.page.get_by_role("spinbutton", name="Count")
    field.click()
    for key in ("ArrowRight", "PageUp", "b", "s", "z", "2", "?"):
        bench.press(key)

    assert bench.cursor == before
    expect(bench.button("Borders")).to_have_attribute("aria-pressed", "true")
    expect(bench.button("Labels")).to_have_attribute("aria-pressed", "true")
    expect(bench.page.get_by_role("dialog", name="Help")).to_be_hidden()
    labels = bench.page.get_by_role("grid", name="Labels to paint with")
    expect(labels.get_by_role("row", selected=True)).to_have_attribute("aria-label", "label 1")

    bench.press("Escape")
    bench.press("b")
    expect(bench.button("Borders")).to_have_attribute("aria-pressed", "false")
    bench.press("b")


@pytest.mark.parametrize(("key", "button"), [("b", "Borders"), ("s", "Labels"), ("v", "3D")])
def test_a_key_shows_and_hides(bench, key, button):
    shown = bench.button(button)
    bench.click("axial", bench.cursor)  # so that no field has the focus
    expect(shown).to_have_attribute("aria-pressed", "true")

    bench.press(key)
    expect(shown).to_have_attribute("aria-pressed", "false")
    shown.click()
    expect(shown).to_have_attribute("aria-pressed", "true")
