"""A page that is loaded again goes on where it was; two pages on one volume do not fight."""

from __future__ import annotations

import nibabel as nib
import pytest
from numpy.testing import assert_array_equal
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED, phantom
from tests.e2e.serving import Server

SHAPE = STORED["anisotropic"].shape


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    """A server that opens this module's volume, as a reload does too."""
    folder = tmp_path_factory.mktemp("coming_back")
    nib.save(phantom(STORED["anisotropic"], seed=40), folder / "mine.nii.gz")
    serving = Server(folder / "mine.nii.gz", folder / "server.log")
    yield serving.wait()
    serving.stop()


def seen(bench):
    """All that the page knows of the annotation."""
    entries = bench.page.get_by_role("list", name="Edits, newest first").get_by_role("listitem")
    return (
        bench.voxels("idAt", SHAPE),
        bench.voxels("labelAt", SHAPE),
        bench.revision,
        entries.all_inner_texts(),
    )


def test_a_reload_brings_back_labels_history_and_superpixels(new_bench, own_server):
    bench = new_bench(own_server).wait_ready()
    i, j, k = bench.cursor
    for n, (key, to) in enumerate((("1", (i + 8, j, k)), ("2", (i, j + 8, k))), start=1):
        bench.press(key)
        bench.stroke("axial", (i, j, k), to)
        bench.wait_settled(n)
    bench.press("z")
    bench.wait_settled(3)
    ids, labels, revision, entries = seen(bench)

    bench.page.reload()
    bench.wait_ready()
    bench.until("(n) => supervox.revision === n", revision)

    assert labels.any()
    assert len(entries) == 2
    assert_array_equal(bench.voxels("idAt", SHAPE), ids)
    assert_array_equal(bench.voxels("labelAt", SHAPE), labels)
    assert seen(bench)[3] == entries
    bench.button("Redo").click()
    bench.wait_settled(revision + 1)
    assert set(bench.voxels("labelAt", SHAPE).ravel()) == {0, 1, 2}


def test_a_second_page_takes_the_volume_and_the_first_one_says_so(new_bench, own_server):
    first = new_bench(own_server).wait_ready()
    second = new_bench(own_server).wait_ready()
    i, j, k = second.cursor
    revision = second.revision

    first.page.bring_to_front()
    expect(first.message("was opened in another page")).to_be_visible()
    first.stroke("axial", (i, j, k), (i - 8, j, k))
    expect(first.message("open in another page: reload")).to_be_visible()
    first.wait_settled()
    second.page.bring_to_front()
    second.press("3")
    second.stroke("axial", (i, j, k), (i - 8, j, k))
    second.wait_settled(revision + 1)

    assert first.revision == revision
    assert second.page.evaluate("(n) => supervox.labelAt(...n)", [i, j, k]) == 3
