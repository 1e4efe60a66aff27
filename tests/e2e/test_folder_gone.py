"""The data folder goes away under an open page, and comes back."""

from __future__ import annotations

import re
import shutil

import nibabel as nib
import pytest
from numpy.testing import assert_array_equal
from playwright.sync_api import expect

from tests.e2e.conftest import pages
from tests.e2e.phantoms import STORED, phantom
from tests.e2e.serving import Server

SHAPE = STORED["anisotropic"].shape
DOWNLOAD = "Download labels"
SOON_MS = 10_000  # a beat, and a machine with other work


kept = pytest.fixture(scope="module")(pages)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of this module's own: where its data folder should be lies a file."""
    folder = tmp_path_factory.mktemp("folder_gone")
    nib.save(phantom(STORED["anisotropic"], seed=41), folder / "mine.nii.gz")
    (folder / "server.data").write_text("in its place")
    serving = Server(folder / "mine.nii.gz", folder / "server.log")
    yield serving.wait()
    serving.stop()


def buttons(bench):
    """Where the bar's buttons are, in a window that is narrow for it."""
    bench.page.set_viewport_size({"width": 900, "height": 700})
    return [bench.button(name).bounding_box() for name in ("Undo", "Open", DOWNLOAD, "Help")]


def warns(bench):
    """Whether the browser would ask before the page is closed."""
    asked = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    return bench.page.evaluate(asked)


@pytest.mark.slow
def test_where_nothing_can_be_kept_one_annotates_and_downloads(bench, server, tmp_path):
    expect(bench.mark).to_have_text(re.compile("^NOT SAVED: "))
    i, j, k = bench.cursor
    bench.stroke("axial", (i, j, k), (i + 8, j, k))
    bench.until("(ijk) => supervox.labelAt(...ijk) === 1", [i + 8, j, k])
    saved = nib.load(bench.download(DOWNLOAD, tmp_path))
    assert saved.get_fdata().any()
    assert bench.mark.inner_text().partition(": ")[2] in bench.mark.get_attribute("title")
    in_trouble = buttons(bench)
    server.data_root.unlink()
    expect(bench.mark).to_have_text("✓ saved", timeout=SOON_MS)
    assert buttons(bench) == in_trouble
    assert "NOT SAVED" in server.log.read_text()
    bench.page.set_viewport_size({"width": 1440, "height": 900})


def take_away(bench, server):
    """Put a file in the place of the data folder, and wait until the page says so."""
    shutil.rmtree(server.data_root)
    server.data_root.write_text("in its place")
    expect(bench.mark).to_have_text(re.compile("^NOT SAVED: "), timeout=SOON_MS)


@pytest.mark.slow
def test_when_a_data_folder_goes_and_comes_back_it_is_told_and_all_is_there(bench, server):
    if server.data_root.is_file():  # where this test runs alone
        server.data_root.unlink()
    i, j, k = bench.cursor
    bench.press("3")
    bench.stroke("axial", (i, j, k), (i + 8, j, k))
    bench.wait_settled()
    expect(bench.mark).to_have_text("✓ saved", timeout=SOON_MS)
    revision, before = bench.revision, bench.edits.count()

    take_away(bench, server)
    assert not bench.saved
    assert warns(bench)
    expect(bench.message("Download the labels to be safe")).to_be_visible()
    bench.press("2")
    bench.stroke("axial", (i, j, k), (i, j + 8, k))
    bench.until("(n) => supervox.revision === n", revision + 1)
    bench.until("(ijk) => supervox.labelAt(...ijk) === 2", [i, j + 8, k])
    expect(bench.button("Take over")).to_be_hidden()
    server.data_root.unlink()
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
    assert len(edits) == before + 1
    assert bench.saved

    # A page that is loaded again while the folder is gone has all, too.
    take_away(bench, server)
    bench.page.evaluate(
        "addEventListener('beforeunload', (e) => e.stopImmediatePropagation(), true)"
    )
    bench.page.reload()
    bench.wait_ready()

    expect(bench.mark).to_have_text(re.compile("^NOT SAVED: "))
    assert_array_equal(bench.voxels("labelAt", SHAPE), labels)
    assert labels.any()
