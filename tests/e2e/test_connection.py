"""The server goes, or the way to it: the page says so at once, and no stroke is lost."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.e2e.cutting import Wire

WARNED_MS = 3000
SILENT_S = 20


@pytest.fixture(scope="module")
def wire(server):
    """What lies between a page and its server."""
    between = Wire(server.seen_at, server)
    yield between
    between.close()


@pytest.fixture(scope="module")
def way(wire):
    """The page of these tests sees the server through the wire."""
    return wire


@pytest.fixture
def bench(complaining, wire):
    """The page of these tests; whatever becomes of one of them, the wire is whole for the next."""
    complaining.until("supervox.saved")
    yield complaining
    wire.mend()


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


@pytest.mark.slow
@pytest.mark.parametrize("hang_up", [True, False])
@pytest.mark.parametrize("times", [1, pytest.param(50, marks=pytest.mark.torture)])
@pytest.mark.timeout(1800)
def test_a_cut_is_told_within_three_seconds_and_nothing_is_lost(bench, wire, hang_up, times):
    for n in range(times):
        label = 1 + (n + hang_up) % 4  # another one than the test before left there
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


@pytest.mark.slow
def test_while_the_server_is_away_no_stroke_is_taken_and_the_page_says_so(bench, wire):
    before = labelled(bench)
    wire.cut()
    warned(bench)

    draw_here(bench, 4)
    draw_here(bench, 4)

    expect(bench.page.get_by_text("this stroke is not taken")).to_be_visible()
    assert bench.pending == 0
    wire.mend()
    expect(bench.warning).to_be_hidden()
    bench.wait_ready()
    assert labelled(bench) == before != 4
    draw_here(bench, 4)
    bench.wait_settled()
    assert labelled(bench) == 4


@pytest.mark.slow
def test_a_server_that_was_killed_and_started_again_goes_on_with_the_page(bench, mortal):
    draw_surely(bench, 1)
    bench.until("supervox.saved")
    bench.press("z")
    draw_here(bench, 3)
    mortal.kill()  # perhaps before the last stroke has arrived

    warned(bench)
    mortal.start_again()
    expect(bench.warning).to_be_hidden(timeout=60_000)
    bench.wait_ready()
    bench.until("supervox.saved")

    bench.until("(ijk) => supervox.labelAt(...ijk) === 3", list(bench.cursor))
