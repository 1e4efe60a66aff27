"""The server goes, or the way to it: the page says so at once, and no stroke is lost."""

from __future__ import annotations

import time

import nibabel as nib
import pytest
from playwright.sync_api import expect

from tests.e2e.cutting import Wire
from tests.e2e.driving import Bench
from tests.e2e.phantoms import STORED, phantom
from tests.e2e.serving import Server, free_port
from tests.e2e.traffic import Traffic

WARNED_MS = 3000
SILENT_S = 20


@pytest.fixture
def scan(tmp_path):
    """A volume to annotate."""
    nib.save(phantom(STORED["anisotropic"], seed=41), tmp_path / "mine.nii.gz")
    return tmp_path / "mine.nii.gz"


@pytest.fixture
def own_server(scan, tmp_path):
    """A server that a test may end."""
    serving = Server(scan, tmp_path / "server.log").wait()
    yield serving
    serving.stop()


@pytest.fixture
def wire(scan, tmp_path):
    """What lies between a page and its server."""
    port = free_port()
    serving = Server(scan, tmp_path / "server.log", seen_at=port).wait()
    between = Wire(port, serving)
    yield between
    between.close()
    serving.stop()


@pytest.fixture
def visit(context):
    """Open a page that may complain in its console while its server is away."""
    pages = []

    def visit(server):
        page = context.new_page()
        pages.append(page)
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(server.url)
        return Bench(page, Traffic(page)).wait_ready()

    yield visit
    for page in pages:
        page.close()


def warned(bench):
    """Wait for the warning, three seconds at most."""
    expect(bench.warning).to_be_visible(timeout=WARNED_MS)


def labelled(bench):
    return bench.page.evaluate("(ijk) => supervox.labelAt(...ijk)", list(bench.cursor))


def draw_here(bench, label, *, before=lambda: None):
    """A stroke through the cursor on the axial slice; `before` comes with the hand on the mouse."""
    bench.press(str(label))
    i, j, k = bench.cursor
    start, end = bench.ways([("axial", ((i, j, k), (i + 6, j, k)))])[0]
    bench.page.mouse.move(*start)
    before()
    bench.page.mouse.down()
    bench.page.mouse.move(*end, steps=8)  # as a hand does, while a page that has just come is busy
    bench.page.mouse.up()


def draw_surely(bench, label, *, before=lambda: None):
    """As `draw_here`; again, if the page says of a stroke that it was not begun."""
    refused = bench.page.get_by_text("draw it again")
    for _ in range(5):
        draw_here(bench, label, before=before)
        end = time.monotonic() + SILENT_S
        while not refused.is_visible():
            if bench.pending or not bench.connected or labelled(bench) == label:
                return
            assert time.monotonic() < end, "a stroke went without a word"
            bench.page.wait_for_timeout(50)
    raise AssertionError("no stroke was begun")


@pytest.mark.parametrize("hang_up", [True, False])
@pytest.mark.parametrize("times", [2, pytest.param(50, marks=pytest.mark.torture)])
@pytest.mark.timeout(1800)
def test_a_cut_is_told_within_three_seconds_and_nothing_is_lost(visit, wire, hang_up, times):
    bench = visit(wire)

    for n in range(times):
        label = 1 + n % 4
        if hang_up:
            draw_surely(bench, label)  # it may have arrived or not
            wire.cut(hang_up=True)
        else:
            # It has not, and nobody has noticed; else the page says that it takes no stroke.
            draw_surely(bench, label, before=wire.cut)
        taken = hang_up or bench.pending == 1
        warned(bench)
        expect(bench.mark).to_have_text("not connected")
        wire.mend()
        expect(bench.warning).to_be_hidden(timeout=60_000)
        bench.until("window.supervox && supervox.ready && supervox.saved", seconds=60)

        if taken:
            bench.until("([ijk, n]) => supervox.labelAt(...ijk) === n", [list(bench.cursor), label])


def test_while_the_server_is_away_no_stroke_is_taken_and_the_page_says_so(visit, wire):
    bench = visit(wire)
    wire.cut()
    warned(bench)

    draw_here(bench, 2)
    draw_here(bench, 2)

    expect(bench.page.get_by_text("this stroke is not taken")).to_be_visible()
    assert bench.pending == 0
    wire.mend()
    expect(bench.warning).to_be_hidden()
    assert labelled(bench) == 0
    draw_here(bench, 2)
    bench.wait_settled()
    assert labelled(bench) == 2


def test_a_server_that_was_killed_and_started_again_goes_on_with_the_page(visit, own_server, scan):
    bench = visit(own_server)
    draw_surely(bench, 1)
    bench.until("supervox.saved")
    bench.press("z")
    draw_here(bench, 3)
    own_server.kill()  # perhaps before the last stroke has arrived

    warned(bench)
    again = Server(scan, own_server.log, port=own_server.port).wait()
    try:
        expect(bench.warning).to_be_hidden(timeout=60_000)
        bench.wait_ready()
        bench.until("supervox.saved")

        bench.until("(ijk) => supervox.labelAt(...ijk) === 3", list(bench.cursor))
    finally:
        bench.page.close()
        again.stop()
