"""No drag vanishes without a word: it becomes a stroke, or the page says why it did not."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

LAYOUT_HELD_BACK = """
window.ResizeObserver = class extends window.ResizeObserver { constructor() { super(() => {}) } }
"""
SPINNER_STAYS = """
setInterval(() => document.getElementById("loader")?.style.setProperty("display", "flex"))
"""
PRESS_LEFT_OUT = """
window.addEventListener("pointerdown", (event) => {
  if (window.leftOut === event.isTrusted) event.stopImmediatePropagation()
}, { capture: true })
"""


@pytest.fixture(scope="module", autouse=True)
def unmarked(begin_anew):
    """A page comes while the superpixels of this module's own volume are made."""
    begin_anew()


@pytest.fixture
def scripted(new_bench, server):
    """Open a page in which a script has run before all others."""
    return lambda script: new_bench(server, script=script).wait_ready()


def draw(bench, label):
    i, j, k = bench.cursor
    bench.press(str(label))
    bench.stroke("axial", (i, j, k), (i + 6, j, k), steps=4)


def labelled(bench, label):
    bench.until("([ijk, n]) => supervox.labelAt(...ijk) === n", [list(bench.cursor), label])


@pytest.mark.slow
def test_a_page_that_is_ready_takes_a_stroke_though_its_layout_was_never_told(scripted):
    bench = scripted(LAYOUT_HELD_BACK)

    draw(bench, 1)

    labelled(bench, 1)


@pytest.mark.slow
def test_a_page_that_is_ready_takes_a_stroke_while_its_template_still_shows_a_spinner(scripted):
    bench = scripted(SPINNER_STAYS)

    draw(bench, 4)

    labelled(bench, 4)


@pytest.mark.slow
def test_a_stroke_whose_press_is_left_out_is_told(scripted):
    bench = scripted(PRESS_LEFT_OUT)
    for trusted, said, label in (
        (True, "did not say that the button went down", 3),
        (False, "did not take this stroke", 1),
    ):
        revision = bench.revision
        bench.page.evaluate("(trusted) => { window.leftOut = trusted }", trusted)

        draw(bench, 2)

        expect(bench.page.get_by_text(said)).to_be_visible()
        assert (bench.revision, bench.pending) == (revision, 0)
        bench.page.evaluate("window.leftOut = null")
        draw(bench, label)
        labelled(bench, label)
        expect(bench.page.get_by_text(said)).to_be_hidden()
