"""No drag vanishes without a word: it becomes a stroke, or the page says why it did not."""

from __future__ import annotations

import nibabel as nib
import pytest
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED, phantom
from tests.e2e.serving import Server

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


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    """A server of this module's own: its first page comes while it makes the superpixels."""
    folder = tmp_path_factory.mktemp("losing_strokes")
    nib.save(phantom(STORED["anisotropic"], seed=43), folder / "mine.nii.gz")
    serving = Server(folder / "mine.nii.gz", folder / "server.log")
    yield serving.wait()
    serving.stop()


@pytest.fixture
def scripted(new_bench, own_server):
    """Open a page in which a script has run before all others."""

    def open_with(script):
        bench = new_bench(own_server)
        bench.page.add_init_script(script)
        bench.page.reload()
        return bench.wait_ready()

    return open_with


def draw(bench, label):
    i, j, k = bench.cursor
    bench.press(str(label))
    bench.stroke("axial", (i, j, k), (i + 6, j, k), steps=4)


def labelled(bench, label):
    bench.until("([ijk, n]) => supervox.labelAt(...ijk) === n", [list(bench.cursor), label])


def test_a_page_that_is_ready_takes_a_stroke_though_its_layout_was_never_told(scripted):
    bench = scripted(LAYOUT_HELD_BACK)

    draw(bench, 1)

    labelled(bench, 1)


def test_a_page_that_is_ready_takes_a_stroke_while_its_template_still_shows_a_spinner(scripted):
    bench = scripted(SPINNER_STAYS)

    draw(bench, 4)

    labelled(bench, 4)


@pytest.mark.parametrize(
    ("trusted", "said"),
    [(True, "did not say that the button went down"), (False, "did not take this stroke")],
)
def test_a_stroke_whose_press_is_left_out_is_told(scripted, trusted, said):
    bench = scripted(PRESS_LEFT_OUT)
    revision = bench.revision
    bench.page.evaluate("(trusted) => { window.leftOut = trusted }", trusted)

    draw(bench, 2)

    expect(bench.page.get_by_text(said)).to_be_visible()
    assert (bench.revision, bench.pending) == (revision, 0)
    bench.page.evaluate("window.leftOut = null")
    draw(bench, 3)
    labelled(bench, 3)
    expect(bench.page.get_by_text(said)).to_be_hidden()
