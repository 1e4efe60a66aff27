"""The history: a click goes to an edit, and the view moves to where it was done."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED, phantom

SHAPE = STORED["anisotropic"].shape


def test_a_click_on_an_edit_goes_there_and_shows_where_it_was_done(bench, put):
    bench.open(put(phantom(STORED["anisotropic"], seed=61), "edits.nii.gz").name)
    first = np.array(bench.cursor)
    maps = [bench.voxels("labelAt", SHAPE)]
    for n, label in enumerate("123", start=1):
        bench.press(label)
        bench.stroke("axial", first, first + np.array([6, 0, 0]), steps=3)
        bench.wait_settled(n)
        maps.append(bench.voxels("labelAt", SHAPE))
    i, j, k = (first - np.array([3, 3, 2])).tolist()
    bench.go_to((i, j, k))

    bench.edits.nth(2).click()
    bench.wait_settled(4)

    assert_array_equal(bench.voxels("labelAt", SHAPE), maps[1])
    bench.until("(k) => supervox.cursor[2] === k", int(first[2]))
    expect(bench.edits.nth(2)).to_have_attribute("aria-selected", "true")
    expect(bench.button("Redo")).to_have_attribute("title", "Redo: " + title(bench, 1) + " (Y)")
    bench.edits.nth(2).evaluate("(row) => row.closest('[role=listbox]').focus()")
    for key in ("ArrowUp", "ArrowUp", "Enter"):
        bench.press(key)
    bench.wait_settled(5)
    assert_array_equal(bench.voxels("labelAt", SHAPE), maps[3])


def title(bench, row):
    return bench.edits.nth(row).get_attribute("title").partition("\n")[0]
