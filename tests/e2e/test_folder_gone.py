"""The data folder goes away under an open page, and comes back."""

from __future__ import annotations

import re
import shutil
from contextlib import ExitStack

import nibabel as nib
import pytest
from numpy.testing import assert_array_equal
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED, phantom
from tests.e2e.serving import Server

SHAPE = STORED["anisotropic"].shape
DOWNLOAD = "Download labels"
SOON_MS = 10_000  # a beat, and a machine with other work


@pytest.fixture
def serve(tmp_path):
    """Start a server of this test's own, with a data folder of its own."""
    scan = tmp_path / "mine.nii.gz"
    nib.save(phantom(STORED["anisotropic"], seed=41), scan)
    with ExitStack() as ends:

        def serve():
            server = Server(scan, tmp_path / "server.log")
            ends.callback(server.stop)
            return server.wait()

        yield serve


@pytest.fixture
def own_server(serve):
    """A server that is there when the test begins."""
    return serve()


@pytest.fixture
def new_bench(serve, new_bench):
    """As everywhere; and closed before its server ends, for which it would look in vain."""
    return new_bench


def buttons(bench):
    """Where the bar's buttons are, in a window that is narrow for it."""
    bench.page.set_viewport_size({"width": 900, "height": 700})
    return [bench.button(name).bounding_box() for name in ("Undo", "Open", DOWNLOAD, "Help")]


def warns(bench):
    """Whether the browser would ask before the page is closed."""
    asked = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    return bench.page.evaluate(asked)


def test_a_data_folder_that_goes_away_is_told_and_all_is_there_when_it_is_back(
    new_bench, own_server
):
    bench = new_bench(own_server).wait_ready()
    i, j, k = bench.cursor
    bench.press("1")
    bench.stroke("axial", (i, j, k), (i + 8, j, k))
    bench.wait_settled(1)
    expect(bench.mark).to_have_text("✓ saved")

    shutil.rmtree(own_server.data_root)
    own_server.data_root.write_text("in its place")
    expect(bench.mark).to_have_text(re.compile("^NOT SAVED: "), timeout=SOON_MS)
    assert not bench.saved
    assert warns(bench)
    expect(bench.message("Download the labels to be safe")).to_be_visible()
    bench.press("2")
    bench.stroke("axial", (i, j, k), (i, j + 8, k))
    bench.until("supervox.revision === 2")
    bench.until("(ijk) => supervox.labelAt(...ijk) === 2", [i, j + 8, k])
    expect(bench.button("Take over")).to_be_hidden()
    own_server.data_root.unlink()
    expect(bench.mark).to_have_text("✓ saved", timeout=SOON_MS)
    assert not warns(bench)
    expect(bench.message("Download the labels to be safe")).to_be_hidden()
    bench.wait_settled()
    ids, labels = bench.voxels("idAt", SHAPE), bench.voxels("labelAt", SHAPE)
    edits = bench.edits.all_inner_texts()
    bench.page.reload()
    bench.wait_ready()

    assert_array_equal(bench.voxels("idAt", SHAPE), ids)
    assert_array_equal(bench.voxels("labelAt", SHAPE), labels)
    assert bench.edits.all_inner_texts() == edits
    assert len(edits) == 3
    assert bench.saved


def test_a_page_that_is_loaded_again_while_the_folder_is_gone_has_all(new_bench, own_server):
    bench = new_bench(own_server).wait_ready()
    i, j, k = bench.cursor
    bench.stroke("axial", (i, j, k), (i + 8, j, k))
    bench.wait_settled(1)
    expect(bench.mark).to_have_text("✓ saved")
    shutil.rmtree(own_server.data_root)
    own_server.data_root.write_text("in its place")
    expect(bench.mark).to_have_text(re.compile("^NOT SAVED: "), timeout=SOON_MS)
    labels = bench.voxels("labelAt", SHAPE)

    bench.page.evaluate(
        "addEventListener('beforeunload', (e) => e.stopImmediatePropagation(), true)"
    )
    bench.page.reload()
    bench.wait_ready()

    expect(bench.mark).to_have_text(re.compile("^NOT SAVED: "))
    assert_array_equal(bench.voxels("labelAt", SHAPE), labels)
    assert labels.any()


def test_where_nothing_can_be_kept_one_annotates_and_downloads(new_bench, serve, tmp_path):
    (tmp_path / "server.data").write_text("in its place")
    server = serve()
    bench = new_bench(server).wait_ready()

    expect(bench.mark).to_have_text(re.compile("^NOT SAVED: "))
    i, j, k = bench.cursor
    bench.stroke("axial", (i, j, k), (i + 8, j, k))
    bench.until("(ijk) => supervox.labelAt(...ijk) === 1", [i + 8, j, k])
    saved = nib.load(bench.download(DOWNLOAD, tmp_path))
    assert saved.get_fdata().any()
    assert bench.mark.inner_text().partition(": ")[2] in bench.mark.get_attribute("title")
    in_trouble = buttons(bench)
    (tmp_path / "server.data").unlink()
    expect(bench.mark).to_have_text("✓ saved", timeout=SOON_MS)
    assert buttons(bench) == in_trouble
    assert "NOT SAVED" in server.log.read_text()
