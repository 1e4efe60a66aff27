"""A user's server is stopped by the Hub, as its culler does, and started again."""

from __future__ import annotations

from numpy.testing import assert_array_equal
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED


def test_after_the_culler_the_page_comes_back_and_the_case_with_it(bench, house, anna):
    bench.open("scan.nii.gz", seconds=120)
    bench.until("supervox.saved", seconds=120)  # pages of other tests, now closed, wrote to it
    i, j, k = bench.cursor
    bench.press("2")
    bench.stroke("axial", (i, j, k), (i + 6, j, k))
    bench.wait_settled()
    labels = bench.voxels("labelAt", STORED["oblique"].shape)
    assert labels[i, j, k] == 2
    bench.until("supervox.saved")

    house.stop_server("anna")
    expect(bench.warning).to_contain_text("The Hub has stopped your server")
    assert house.processes_of("anna") == []
    starting = anna.new_page()
    starting.goto(f"{house.url}/hub/spawn")
    starting.wait_for_url("**/user/anna/lab**")
    bench.until("window.supervox && supervox.connected", seconds=180)

    bench.wait_ready(180)
    bench.open("scan.nii.gz", seconds=120)
    assert_array_equal(bench.voxels("labelAt", STORED["oblique"].shape), labels)
    starting.close()
