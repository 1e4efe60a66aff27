"""The 3D view shows what is labelled, and is turned, picked from, kept and photographed."""

from __future__ import annotations

import io
import itertools
import time

import numpy as np
import pytest
from skimage.io import imread

from tests.e2e.phantoms import STORED, phantom

GREEN_LIMIT = 40
SEEDS = itertools.count(51)
# Counts what the view has drawn, and from where it is seen.
WATCH = """() => {
  window.drawn = 0
  window.addEventListener("supervox-drawn", () => { window.drawn++ })
}"""
CAMERA = "() => sessionStorage.getItem('supervox-camera')"
NO_WEBGL = """
const context = HTMLCanvasElement.prototype.getContext
HTMLCanvasElement.prototype.getContext = function (kind, ...how) {
  return kind.startsWith("webgl") ? null : context.call(this, kind, ...how)
}
"""


def view(bench):
    """What the 3D pane shows, as RGB."""
    return imread(io.BytesIO(bench.pane("3D view").screenshot()))[..., :3].astype(int)


def coloured(picture):
    """How many pixels are not grey."""
    return int((picture.max(axis=-1) - picture.min(axis=-1) > GREEN_LIMIT).sum())


def wait_until(condition, seconds=20):
    """Look at the pane again and again: no event tells what it has drawn."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_stroke_is_seen_in_3d_and_its_undo_too(bench, put):
    source = put(phantom(STORED["ras"], seed=50), "surface.nii.gz")
    bench.open(source.name)
    i, j, k = bench.cursor
    wait_until(lambda: view(bench).max() > 60)  # the outline of the whole
    before = coloured(view(bench))

    bench.press("2")
    bench.stroke("axial", (i - 8, j, k), (i + 8, j, k))
    wait_until(lambda: coloured(view(bench)) > before + 300)

    bench.press("v")
    wait_until(lambda: coloured(view(bench)) < before + 50)
    bench.press("v")
    wait_until(lambda: coloured(view(bench)) > before + 300)
    bench.button("Undo").click()
    wait_until(lambda: coloured(view(bench)) < before + 50)


@pytest.fixture
def labelled(bench, put):
    """A page with a label that is seen in 3D."""
    seed = next(SEEDS)
    source = put(phantom(STORED["ras"], seed), f"seen-{seed}.nii.gz")
    return label(bench.open(source.name))


def label(bench):
    """Draw a label, and wait until it is seen in 3D."""
    i, j, k = bench.cursor
    wait_until(lambda: view(bench).max() > 60)
    bench.press("2")
    bench.stroke("axial", (i - 8, j, k), (i + 8, j, k))
    wait_until(lambda: coloured(view(bench)) > 300)
    bench.page.evaluate(WATCH)
    return bench


def middle_of_colour(bench):
    """Page pixels in the middle of what is coloured in 3D."""
    picture = view(bench)
    spread = picture.max(axis=-1) - picture.min(axis=-1)
    y, x = np.argwhere(spread > GREEN_LIMIT).mean(axis=0)
    box = bench.pane("3D view").bounding_box()
    return box["x"] + x, box["y"] + y


def turn(bench, across=80):
    """Drag over the view, from a corner where nothing is picked."""
    box = bench.pane("3D view").bounding_box()
    bench.page.mouse.move(box["x"] + 120, box["y"] + 60)
    bench.page.mouse.down()
    bench.page.mouse.move(box["x"] + 120 + across, box["y"] + 80, steps=4)
    bench.page.mouse.up()


def test_a_click_on_a_surface_chooses_its_label_and_moves_the_cursor_there(labelled):
    bench = labelled
    bench.press("1")
    bench.go_to([2, 2, 2])

    bench.page.mouse.click(*middle_of_colour(bench))

    bench.until("supervox.labelAt(...supervox.cursor) === 2")
    chosen = bench.page.get_by_role("option", selected=True).or_(
        bench.page.locator("[aria-selected=true]")
    )
    assert "label 2" in chosen.first.inner_text()


def test_a_double_click_enlarges_and_picks_nothing(labelled):
    bench = labelled
    bench.go_to([2, 2, 2])
    small = bench.pane("3D view").bounding_box()["width"]

    bench.page.mouse.dblclick(*middle_of_colour(bench))
    bench.page.wait_for_timeout(600)

    assert bench.pane("3D view").bounding_box()["width"] > 1.5 * small
    assert bench.cursor == [2, 2, 2]
    bench.press("m")


def test_the_view_that_was_turned_is_kept_when_labels_change_and_over_a_reload(
    begin_anew, new_bench, server
):
    begin_anew()
    bench = label(new_bench(server).wait_ready())
    i, j, k = bench.cursor
    turn(bench)
    bench.until("window.drawn > 0")
    before = bench.page.evaluate(CAMERA)
    assert before

    bench.stroke("axial", (i - 8, j + 6, k), (i + 8, j + 6, k))
    bench.wait_settled()
    bench.page.wait_for_timeout(1000)
    seen = view(bench)
    bench.page.reload()
    bench.wait_ready()
    wait_until(lambda: np.abs(view(bench) - seen).mean() < 2)

    assert bench.page.evaluate(CAMERA) == before


def test_a_view_at_rest_and_one_that_is_hidden_draw_nothing(labelled):
    bench = labelled
    bench.page.wait_for_timeout(1500)
    bench.page.evaluate("() => { window.drawn = 0 }")
    bench.page.mouse.move(*bench.at("axial", bench.cursor))
    bench.page.wait_for_timeout(1000)
    assert bench.page.evaluate("window.drawn") == 0

    i, j, k = bench.cursor
    bench.press("m")
    bench.stroke("axial", (i - 8, j - 6, k), (i + 8, j - 6, k))
    bench.wait_settled()
    bench.page.wait_for_timeout(1500)
    assert bench.page.evaluate("window.drawn") == 0
    bench.press("m")
    bench.until("window.drawn > 0")


def test_a_picture_of_the_view_shows_what_is_seen(labelled, tmp_path):
    bench = labelled
    bench.page.mouse.move(*middle_of_colour(bench))

    with bench.page.expect_download() as download:
        bench.press("p")
    download.value.save_as(tmp_path / "saved.png")

    saved = imread(tmp_path / "saved.png")[..., :3].astype(int)
    assert coloured(saved) > 300
    assert saved.shape[:2] == view(bench).shape[:2]


def test_without_webgl_the_view_says_so_and_the_rest_works(begin_anew, new_bench, server):
    begin_anew()
    bench = new_bench(server, script=NO_WEBGL).wait_ready()
    i, j, k = bench.cursor

    assert "no WebGL" in bench.pane("3D view").get_by_role("status").inner_text()
    revision = bench.revision
    bench.press("2")
    bench.stroke("axial", (i - 8, j, k), (i + 8, j, k))
    bench.wait_settled()
    assert bench.revision > revision
