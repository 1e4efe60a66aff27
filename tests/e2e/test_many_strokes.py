"""Many strokes in a row by mouse: none is lost."""

from __future__ import annotations

import signal

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from playwright.sync_api import expect

from tests.e2e.oracle import Oracle, held_axis
from tests.e2e.phantoms import STORED, phantom
from tests.e2e.serving import ROOT, Server

PLANES = ("axial", "coronal", "sagittal")
KEYS = ("1", "2", "3", "4", "e")
FAILING = 10  # as in failing_app.py, which is for a server to run, not for a test to import


def strokes(oracle, centre, count):
    """Yield (plane, label, corners): lines anywhere on the slices through `centre`."""
    rng = np.random.default_rng(7)
    for n in range(count):
        plane = PLANES[n % 3]
        start = rng.integers(5, np.array(oracle.ids.shape) - 5)
        end = start + rng.choice([-4, -3, -2, 2, 3, 4], 3)  # farther than a click may shake
        axis = held_axis(oracle.affine, plane)
        start[axis] = end[axis] = centre[axis]
        yield plane, n % len(KEYS), (start, end)


def draw(bench, n, way):
    """Draw the n-th stroke: fast, or after a rest."""
    bench.page.mouse.move(*way[0])
    bench.page.mouse.down()
    if n % 60 == 20:
        bench.page.wait_for_timeout(400)  # as long as a hand rests; there is nothing to wait for
    bench.page.mouse.move(*way[1])
    bench.page.mouse.up()


def draw_all(bench, oracle, count, lost=None):
    """Draw `count` strokes here and in the oracle, which leaves the one out that is `lost`."""
    drawn = list(strokes(oracle, bench.cursor, count))
    ways = bench.ways([(plane, corners) for plane, _, corners in drawn])
    for n, ((plane, label, corners), way) in enumerate(zip(drawn, ways, strict=True), start=1):
        bench.press(KEYS[label])
        draw(bench, n, way)
        if n != lost:
            oracle.paint(plane, corners, (label + 1) % len(KEYS))


def assert_same(bench, oracle, folder):
    assert_array_equal(bench.voxels("labelAt", oracle.ids.shape), oracle.labels)
    expect(bench.edits.first).to_have_attribute("aria-setsize", str(oracle.revision + 1))
    saved = nib.load(bench.download("Download labels", folder))
    assert_array_equal(np.asarray(saved.dataobj), oracle.labels)


def oracle_of(bench, source, folder):
    return Oracle(bench.superpixels(folder), nib.load(source).affine)


@pytest.mark.slow
@pytest.mark.parametrize("count", [60, pytest.param(300, marks=pytest.mark.torture)])
def test_of_many_strokes_none_is_lost(bench, put, tmp_path, count):
    bench.page.set_viewport_size({"width": 1280, "height": 720})
    source = put(phantom(STORED["lps"], seed=3), "many.nii.gz")
    oracle = oracle_of(bench.open(source.name), source, tmp_path)

    draw_all(bench, oracle, count)
    bench.wait_settled(oracle.revision)

    assert oracle.revision > 0.8 * count
    assert_same(bench, oracle, tmp_path)
    # However long the history is: rows that are seen are there, and the panel scrolls not.
    assert bench.edits.count() < 40 < oracle.revision
    aside = bench.page.locator("aside")
    assert aside.evaluate("(el) => el.scrollHeight - el.clientHeight") == 0
    bench.page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.slow
def test_strokes_that_are_let_go_outside_the_pane_count(bench, put, tmp_path):
    source = put(phantom(STORED["ras"], seed=4), "outside.nii.gz")
    oracle = oracle_of(bench.open(source.name), source, tmp_path)
    i, j, k = bench.cursor
    edge = oracle.ids.shape[0] - 1  # right, which the screen shows at the left, by the tools

    for plane, label in (("axial", 1), ("coronal", 2)):
        bench.press(str(label))
        start = bench.at(plane, (i, j, k))
        bench.page.mouse.move(*start)
        bench.page.mouse.down()
        bench.page.mouse.move(*bench.at(plane, (edge, j, k)), steps=3)
        bench.page.mouse.move(10, start[1], steps=3)
        bench.page.mouse.up()
        oracle.paint(plane, [(i, j, k), (edge, j, k)], label)
        bench.wait_settled(oracle.revision)

    assert_same(bench, oracle, tmp_path)


@pytest.mark.slow
def test_strokes_drawn_while_the_server_does_not_answer_are_painted_later(
    bench, server, put, tmp_path
):
    source = put(phantom(STORED["ras"], seed=5), "busy.nii.gz")
    oracle = oracle_of(bench.open(source.name), source, tmp_path)

    server.signal(signal.SIGSTOP)
    try:
        draw_all(bench, oracle, len(PLANES))  # soon, or the page would say that it is alone
        bench.until("(n) => supervox.pending === n", len(PLANES))
    finally:
        server.signal(signal.SIGCONT)

    bench.wait_settled(oracle.revision)
    assert_same(bench, oracle, tmp_path)


@pytest.fixture
def failing_server(data, tmp_path):
    """A server on which the tenth stroke raises."""
    nib.save(phantom(STORED["ras"], seed=6), data / "failing.nii.gz")
    app = ROOT / "tests" / "e2e" / "failing_app.py"
    serving = Server(data / "failing.nii.gz", tmp_path / "server.log", app)
    yield serving.wait()
    serving.stop()


@pytest.mark.slow
def test_a_stroke_on_which_the_server_raises_is_told_and_takes_no_other_with_it(
    new_bench, failing_server, data, tmp_path
):
    bench = new_bench(failing_server).wait_ready()
    oracle = oracle_of(bench, data / "failing.nii.gz", tmp_path)

    draw_all(bench, oracle, 2 * FAILING, lost=FAILING)
    bench.wait_settled(oracle.revision)

    expect(bench.message("failed inside supervox (RuntimeError)")).to_be_visible()
    assert_same(bench, oracle, tmp_path)
    bench.page.close()  # before its server: a page asks for one that has gone
