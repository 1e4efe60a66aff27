"""The history and the splits in it: a click goes to an edit, and the view to where it was done."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED, phantom

SHAPE = STORED["anisotropic"].shape


def held(bench):
    """The page's own labels and ids."""
    return bench.voxels("labelAt", SHAPE), bench.voxels("idAt", SHAPE)


@pytest.mark.slow
def test_a_click_on_an_edit_goes_there_and_shows_where_it_was_done(bench, put, tmp_path):
    bench.open(put(phantom(STORED["anisotropic"], seed=61), "edits.nii.gz").name)
    first = np.array(bench.cursor)
    states = [held(bench)]
    for n, key in enumerate("1x3", start=1):
        bench.press(key)
        if key == "x":
            bench.click("axial", first)
        else:
            bench.press("d")
            bench.stroke("axial", first, first + np.array([6, 0, 0]), steps=3)
        bench.wait_settled(n)
        states.append(held(bench))
    assert len(np.unique(states[2][1])) > len(np.unique(states[1][1]))
    assert_array_equal(states[2][0], states[1][0])
    assert_array_equal(bench.superpixels(tmp_path), states[2][1])
    bench.go_to(first - np.array([3, 3, 2]))

    bench.edits.nth(2).click()
    bench.wait_settled(4)

    for found, wanted in zip(held(bench), states[1], strict=True):
        assert_array_equal(found, wanted)
    bench.until("(k) => supervox.cursor[2] === k", int(first[2]))
    expect(bench.edits.nth(2)).to_have_attribute("aria-selected", "true")
    said = bench.edits.nth(1).get_attribute("title").partition("\n")[0]
    assert said.startswith("split 1 superpixel into ")
    expect(bench.button("Redo")).to_have_attribute("title", f"Redo: {said} (Y)")
    bench.edits.nth(2).evaluate("(row) => row.closest('[role=listbox]').focus()")
    for key in ("ArrowUp", "ArrowUp", "Enter"):
        bench.press(key)
    bench.wait_settled(5)
    for found, wanted in zip(held(bench), states[3], strict=True):
        assert_array_equal(found, wanted)

    # In one large view: what shows it, but is hidden, does not count.
    bench.go_to(first + np.array([1, 0, 2]))
    bench.page.mouse.move(*bench.at("axial", bench.cursor))
    bench.press("m")
    bench.press("z")
    bench.wait_settled(6)
    bench.until("(k) => supervox.cursor[2] === k", int(first[2]))
    bench.press("m")


def test_a_row_that_is_drawn_anew_while_it_is_pressed_takes_the_click(bench, put):
    bench.open(put(phantom(STORED["anisotropic"], seed=62), "pressed.nii.gz").name)
    first = np.array(bench.cursor)
    bench.press("1")
    bench.stroke("axial", first, first + np.array([6, 0, 0]), steps=3)
    bench.wait_settled(1)
    box = bench.edits.nth(1).bounding_box()

    bench.page.mouse.move(box["x"] + 20, box["y"] + 10)
    bench.page.mouse.down()
    bench.edits.nth(1).evaluate("(row) => row.closest('.rows').dispatchEvent(new Event('scroll'))")
    bench.page.mouse.up()

    bench.wait_settled(2)
    expect(bench.edits.nth(1)).to_have_attribute("aria-selected", "true")
    assert not bench.voxels("labelAt", SHAPE).any()
