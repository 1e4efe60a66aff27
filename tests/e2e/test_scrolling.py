"""Scrolling and windowing ask the server for nothing."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import pages
from tests.e2e.test_sides import brightness
from tests.e2e.test_surface import view, wait_until

kept = pytest.fixture(scope="module")(pages)
SMALL, IN_ALL = 4_000, 20_000
TITLE_PX = 40  # of the 3D view, from above: bright before anything is drawn


@pytest.fixture
def frames_of(bench):
    """Tell the sizes of the websocket frames that come while something is done.

    The 3D outline comes by itself, a moment after the slices are there.
    """
    wait_until(lambda: view(bench)[TITLE_PX:].max() > 60, seconds=60)

    def watch(action):
        del bench.traffic.received[:]
        action()
        bench.page.wait_for_timeout(500)  # nothing can be waited for: what must come is nothing
        return list(bench.traffic.received)

    return watch


@pytest.mark.slow
def test_fifty_slices_come_without_a_word_from_the_server(bench, frames_of):
    bench.go_to((20, 18, 14))
    before = bench.cursor
    bench.page.mouse.move(*bench.at("axial", before))

    def scroll():
        for up in [1] * 8 + [-1] * 8 + [1] * 9:
            bench.page.mouse.wheel(0, -100 * up)
        for key in ["PageUp", "ArrowLeft"] * 6 + ["ArrowRight", "PageDown"] * 6 + ["PageDown"]:
            bench.press(key)

    frames = frames_of(scroll)

    assert bench.cursor == [before[0], before[1], before[2] + 8]
    assert max(frames, default=0) < SMALL
    assert sum(frames) < IN_ALL


@pytest.mark.slow
def test_the_window_moves_without_a_word_from_the_server(bench, frames_of):
    slider = bench.page.get_by_label("Window high", exact=True)
    box = slider.bounding_box()
    before = brightness(bench, "Axial").mean()

    def drag():
        y = box["y"] + box["height"] / 2
        bench.page.mouse.move(box["x"] + box["width"] - 8, y)
        bench.page.mouse.down()
        bench.page.mouse.move(box["x"] + box["width"] * 0.3, y, steps=30)
        bench.page.mouse.up()

    frames = frames_of(drag)

    assert brightness(bench, "Axial").mean() > 1.2 * before
    assert max(frames, default=0) < SMALL
    assert sum(frames) < IN_ALL
