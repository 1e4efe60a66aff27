"""A long partition is seen to move, lets one scroll, and ends when it is told to."""

from __future__ import annotations

import time

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.phantoms import noise

SHAPE = (120, 110, 90)
POINTS = [(40, 50, 60), (100, 100, 60), (110, 90, 30), (119, 109, 89)]
SOON_S = 10  # on a busy machine; how fast a worker is free, tests/test_cluster.py holds


@pytest.fixture(scope="module")
def large(data):
    """The name of a volume whose partition takes seconds."""
    noise(SHAPE).to_filename(data / "large.nii")
    return "large.nii"


def ask(bench, count):
    bench.page.get_by_role("spinbutton", name="Count").fill(str(count))
    bench.button("Partition").click()


def wait_fraction(bench, above):
    """Wait until the progress bar that is shown is beyond `above`; returns where it is."""
    bar = bench.page.get_by_label("Progress", exact=True)
    moved = "([bar, above]) => bar.checkVisibility() && bar.value > above && bar.value"
    found = bench.page.wait_for_function(moved, arg=[bar.element_handle(), above], timeout=60_000)
    return found.json_value()


def start(bench, count):
    """Ask for a partition; returns its first fraction above 0 and how many seconds that took."""
    asked = time.monotonic()
    ask(bench, count)
    return wait_fraction(bench, above=0), time.monotonic() - asked


def ids_at(bench):
    return [bench.page.evaluate("(n) => supervox.idAt(...n)", list(point)) for point in POINTS]


@pytest.mark.slow
def test_a_cancelled_partition_leaves_the_last_one_and_the_worker_free(bench, large):
    bench.open(large, seconds=200)
    bench.until("() => supervox.idAt(100, 100, 60) > 0", seconds=100)
    expect(bench.button("Cancel")).to_be_hidden()
    before = ids_at(bench)

    first, idle_s = start(bench, 50_000)
    bench.page.mouse.move(*bench.at("axial", bench.cursor))
    slice_before = bench.cursor[2]
    bench.page.mouse.wheel(0, -100)
    bench.until("(k) => supervox.cursor[2] === k + 1", slice_before, seconds=SOON_S)
    second = wait_fraction(bench, above=first)
    bench.button("Cancel").click()
    expect(bench.message("was cancelled; nothing has changed")).to_be_visible(timeout=SOON_S * 1000)
    kept = ids_at(bench)
    _, after_cancel_s = start(bench, 30)

    assert 0 < first < second < 1
    assert after_cancel_s < idle_s + SOON_S
    assert kept == before
    assert np.count_nonzero(before) == len(POINTS)
