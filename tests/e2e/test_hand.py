"""Hands as they are: they tremble, click twice, keep keys down, and press the other button."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED, phantom


@pytest.fixture
def hand(bench, put, request):
    """A page with a volume of the test's own, and no edit."""
    number = request.session.items.index(request.node)  # the same voxels were the same case
    image = phantom(STORED["anisotropic"], seed=number)
    bench.open(put(image, f"hand-{number}.nii.gz").name)
    bench.press("1")
    bench.press("d")
    return bench


def beside(bench, di):
    """Page pixels of the voxel under the cursor, on the axial slice, and some pixels beside it."""
    x, y = bench.at("axial", bench.cursor)
    return x + di, y


def tiny_drag(bench, px, hold_ms=20):
    """Drag as a hand of this speed does, whatever else the machine does meanwhile."""
    x, y = bench.at("axial", bench.cursor)
    bench.page.mouse.move(x, y)
    hand, began = bench.page.context.new_cdp_session(bench.page), time.time()
    way = [("mousePressed", 0, 0), ("mouseMoved", px, 10), ("mouseReleased", px, hold_ms)]
    for event, dx, ms in way:
        at = {"x": x + dx, "y": y, "timestamp": began + ms / 1000}
        pressed = {"button": "left", "buttons": int(event != "mouseReleased"), "clickCount": 1}
        hand.send("Input.dispatchMouseEvent", {"type": event, **at, **pressed})
    hand.detach()


@pytest.mark.slow
def test_a_double_click_leaves_the_crosshair_and_the_labels_as_they_were(hand):
    page, before, revision = hand.page, hand.cursor, hand.revision
    small = hand.pane("Axial").bounding_box()
    for tool in "defcw":
        hand.press(tool)

        page.mouse.dblclick(*beside(hand, 60))

        hand.until("(to) => supervox.cursor.join() === to.join()", before)
        assert hand.pane("Axial").bounding_box()["width"] > 1.9 * small["width"], tool
        page.mouse.dblclick(*beside(hand, -60))
        hand.until("(to) => supervox.cursor.join() === to.join()", before)
        assert hand.pane("Axial").bounding_box() == small, tool
        assert (hand.revision, hand.pending) == (revision, 0), tool


def test_a_key_that_is_held_down_repeats_only_what_should(hand):
    page, before = hand.page, hand.cursor
    saved = []
    page.on("download", lambda each: saved.append(each))  # noqa: PLW0108 - not a builtin
    page.mouse.click(*hand.at("axial", before))  # arrows go where one was last

    def hold(key, times=4):
        for _ in range(times):
            page.keyboard.down(key)  # from the second on it says that it repeats
        page.keyboard.up(key)

    hold("ArrowRight")
    assert hand.cursor == [before[0], before[1], before[2] + 4]
    hold("ArrowLeft")
    borders = hand.button("Borders")
    pressed = borders.get_attribute("aria-pressed")
    hold("b")
    assert borders.get_attribute("aria-pressed") != pressed
    hold("b")
    assert borders.get_attribute("aria-pressed") == pressed  # four times would be none as well
    with page.expect_download():
        hold("p")
    hold("m", times=3)
    hold("m", times=3)
    hand.stroke("axial", before, [before[0] + 4, *before[1:]])
    hand.wait_settled(1)
    hand.stroke("axial", before, [before[0], before[1] + 6, before[2]])
    hand.wait_settled(2)
    hold("z", times=2)
    hand.wait_settled(4)
    assert len(saved) == 1
    assert not hand.voxels("labelAt", STORED["anisotropic"].shape).any()

    hand.button("Help").focus()
    hold("Enter", times=3)  # of a button; an even number of presses would close it again
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    hand.press("?")


@pytest.mark.slow
def test_a_tiny_drag_is_a_click_and_says_so_or_a_stroke_if_it_is_slow(hand):
    said = hand.page.get_by_text("Taken as a click, which moves the crosshair")
    for revision, tool in ((0, "d"), (2, "e"), (4, "f")):
        hand.press("1")
        hand.press("d")
        hand.stroke("axial", hand.cursor, [n + 2 for n in hand.cursor[:2]] + hand.cursor[2:])
        hand.wait_settled(revision + 1)
        expect(said).to_be_hidden()
        hand.press("2")
        hand.press(tool)

        tiny_drag(hand, 3)
        expect(said).to_be_visible()
        assert (hand.revision, hand.pending) == (revision + 1, 0), tool

        tiny_drag(hand, 3, hold_ms=300)
        hand.wait_settled(revision + 2)
        labels = hand.voxels("labelAt", STORED["anisotropic"].shape)
        assert labels[tuple(hand.cursor)] == (0 if tool == "e" else 2), tool


def test_edits_in_force_look_done_and_the_row_below_them_says_nothing_else(hand):
    for n, dj in enumerate((3, 6), start=1):
        i, j, k = hand.cursor
        hand.stroke("axial", (i, j, k), (i, j + dj, k))
        hand.wait_settled(n)
    hand.press("z")
    hand.wait_settled(3)

    dot = "(row) => getComputedStyle(row.querySelector('i')).backgroundColor"
    hollow = [hand.edits.nth(n).evaluate(dot) == "rgba(0, 0, 0, 0)" for n in range(3)]

    assert hollow == [True, False, False]
    expect(hand.edits.nth(2)).to_contain_text("as it was opened")
    hand.press("z")
    hand.wait_settled(4)


def test_what_the_system_wants_of_colours_and_of_motion_is_kept(hand):
    page = hand.page
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    look = """(el) => (({ backgroundColor, forcedColorAdjust, transitionDuration }) =>
        [backgroundColor, forcedColorAdjust, transitionDuration])(getComputedStyle(el))"""
    try:
        swatch = page.get_by_label("Colour of label 1", exact=True)
        assert swatch.evaluate(look)[1:] == ["none", "0s"]
        pressed, other = (hand.button(name).evaluate(look) for name in ("Draw", "Erase"))
        assert pressed[0] != other[0]
        assert hand.pane("Axial").evaluate(look)[1] == "none"
        corner = hand.pane("Axial").locator(".corner").evaluate(look)
        assert corner[2] == "0s"
        for name in ("Download labels", "Download volume"):  # Panel's own
            drawn = "(el) => getComputedStyle(el).borderTopStyle"
            assert hand.button(name).evaluate(drawn) == "solid", name
        hand.button("Open").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        outline = hand.button("Open").evaluate("(el) => getComputedStyle(el).outlineStyle")
        assert outline == "solid"
    finally:
        page.emulate_media(forced_colors="none", reduced_motion="no-preference")
