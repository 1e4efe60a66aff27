"""A page that is loaded again goes on where it was; two pages on one volume do not fight."""

from __future__ import annotations

import pytest
from numpy.testing import assert_array_equal
from playwright.sync_api import expect

from tests.e2e.conftest import pages
from tests.e2e.phantoms import STORED

SHAPE = STORED["anisotropic"].shape


kept = pytest.fixture(scope="module")(pages)


@pytest.fixture(scope="module", autouse=True)
def unmarked(begin_anew):
    """Pages begin with this module's own volume, as a reload does too."""
    begin_anew()


def seen(bench):
    """All that the page knows of the annotation."""
    entries = bench.edits
    return (
        bench.voxels("idAt", SHAPE),
        bench.voxels("labelAt", SHAPE),
        entries.all_inner_texts(),
    )


def test_a_reload_brings_back_labels_history_superpixels_and_how_it_was_shown(bench):
    i, j, k = bench.cursor
    for n, (key, to) in enumerate((("1", (i + 8, j, k)), ("2", (i, j + 8, k))), start=1):
        bench.press(key)
        bench.stroke("axial", (i, j, k), to)
        bench.wait_settled(n)
    bench.press("z")
    bench.wait_settled(3)
    bench.until("supervox.saved")
    ids, labels, entries = seen(bench)
    bench.press("b")
    bench.press("e")
    zoomed = "[0, 1].flatMap((n) => supervox.toScreen('axial', n, 0, 0))"
    bench.page.mouse.move(*bench.at("axial", bench.cursor))
    bench.page.keyboard.down("Control")
    bench.page.mouse.wheel(0, -300)
    bench.page.keyboard.up("Control")
    before = bench.page.evaluate(zoomed)

    bench.page.reload()
    bench.wait_ready()

    expect(bench.button("Borders")).to_have_attribute("aria-pressed", "false")
    expect(bench.button("Erase")).to_have_attribute("aria-pressed", "true")
    assert bench.page.evaluate(zoomed) == pytest.approx(before)
    assert labels.any()
    assert len(entries) == 3  # with the first, before which nothing is done
    again = seen(bench)
    assert_array_equal(again[0], ids)
    assert_array_equal(again[1], labels)
    assert again[2] == entries
    bench.button("Redo").click()
    bench.wait_settled(1)
    assert set(bench.voxels("labelAt", SHAPE).ravel()) == {0, 1, 2}
    bench.press("b")
    bench.press("d")
    bench.press("r")


@pytest.mark.slow
def test_a_second_page_only_reads_until_it_takes_over_or_the_writer_is_closed(
    bench, new_bench, server
):
    first, second = bench, new_bench(server).wait_ready()
    i, j, k = second.cursor
    revision = second.revision

    expect(second.message("is writing to this volume’s labels in another page")).to_be_visible()
    expect(second.mark).to_have_text("read-only")
    second.stroke("axial", (i, j, k), (i - 8, j, k))
    expect(second.page.get_by_text("Read-only: press Take over")).to_be_visible()
    assert second.revision == revision
    second.button("Take over").click()
    second.press("3")
    expect(second.mark).to_have_text("✓ saved")
    expect(second.page.get_by_text("Read-only: press Take over")).to_be_hidden()
    first.page.bring_to_front()
    expect(first.message("was opened elsewhere")).to_be_visible()
    expect(first.mark).to_have_text("read-only")
    second.page.bring_to_front()
    second.press("d")
    second.stroke("axial", (i, j, k), (i - 8, j, k))
    second.until("(ijk) => supervox.saved && supervox.labelAt(...ijk) === 3", [i, j, k])

    first.page.reload()
    first.wait_ready()
    expect(first.mark).to_have_text("read-only")
    second.page.goto("about:blank")
    expect(first.mark).to_have_text("✓ saved", timeout=60_000)
