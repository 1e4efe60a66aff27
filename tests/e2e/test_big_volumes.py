"""A volume that the browser does not hold: its slices come as they are looked at, and are right."""

from __future__ import annotations

import itertools

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import ndimage

from tests.e2e.conftest import pages
from tests.e2e.oracle import Oracle, held_axis
from tests.e2e.phantoms import Storage, phantom
from tests.e2e.serving import ROOT, Server
from workers.storage import stored_array

SHAPE = (136, 80, 72)  # the coarser level is of 2 × 2 × 1 voxels
PLANES = ("axial", "coronal", "sagittal")
APP = ROOT / "tests" / "e2e" / "stored_app.py"
WALK = """([what, axis, index, I, J, K]) => {
  const [is, js, ks] = [I, J, K].map((size, a) => a === axis ? [index] : [...Array(size).keys()])
  return is.flatMap((i) => js.flatMap((j) => ks.map((k) => supervox[what](i, j, k))))
}"""
# How many cells each picture of a slice has that is shown from now on.
CELLS = """(plane) => {
  const figure = Bokeh.documents[0].get_model_by_name(`supervox-${plane}`)
  const { data_source } = figure.renderers.find((each) => each.name === "volume")
  window.cells = []
  data_source.change.connect(() => cells.push(data_source.data.image[0].length))
}"""
SCROLL = """(slider, indices) => {
  for (const index of indices) {
    slider.value = index
    slider.dispatchEvent(new Event("input"))
  }
  return supervox.ready
}"""

# How many slices across an axis have come: looked at where neither of the other two slices passes.
SENT = """([axis, shape]) => {
  const apart = supervox.cursor.map((at, a) => (at + (shape[a] >> 1)) % shape[a])
  const at = [...Array(shape[axis]).keys()].map((n) => apart.with(axis, n))
  return at.filter((voxel) => !Number.isNaN(supervox.valueAt(...voxel))).length
}"""

# What the page's own script asks for when superpixels change twice before it has the first ids.
# Whether anything is lit at the middle of voxels.
LIT = """(canvas, [plane, voxels]) => {
  const box = canvas.getBoundingClientRect()
  const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  const at = ([x, y]) => Math.floor(y - box.top) * width + Math.floor(x - box.left)
  return voxels.map((voxel) => data[4 * at(supervox.toScreen(plane, ...voxel)) + 3] > 0)
}"""


kept = pytest.fixture(scope="module")(pages)


@pytest.fixture(scope="module")
def image():
    """A volume whose axes go posterior, inferior and right."""
    return phantom(Storage("PIR", SHAPE, (0.9, 1.2, 1.4), 1, 1), seed=7)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the volume, its cache and the server's log are."""
    return tmp_path_factory.mktemp("big")


@pytest.fixture(scope="module")
def server(image, folder):
    """A server of this module's own, for which each volume is big."""
    nib.save(image, folder / "big.nii.gz")
    options = ["--memory-budget", "0", "--cache", str(folder / "cache")]
    serving = Server(folder / "big.nii.gz", folder / "server.log", APP, options)
    yield serving.wait()
    serving.stop()


@pytest.fixture
def ids(bench, folder):
    """The superpixels as they are on disk."""
    return stored_array.open_array(next(folder.glob("cache/volumes/*/partitions/*/ids")))[:]


def sliced(bench, what, axis, index):
    """What the page has of a slice, voxel by voxel."""
    values = bench.numbers(WALK, [what, axis, index, *SHAPE])
    return values.reshape([n for a, n in enumerate(SHAPE) if a != axis])


def slider(bench, plane):
    return bench.page.get_by_label(f"{plane.capitalize()} slice", exact=True)


def scroll_to(bench, plane, *indices):
    """Move a slider in one go; tells whether the slice is there at once."""
    return slider(bench, plane).evaluate(SCROLL, [int(index) for index in indices])


def assert_slices_are(bench, image, ids, labels):
    """All three slices that are shown are those of the arrays."""
    bench.wait_ready()
    for axis, index in enumerate(bench.cursor):
        values = np.asarray(image.dataobj).take(index, axis)
        assert_array_equal(sliced(bench, "valueAt", axis, index), values)
        assert_array_equal(sliced(bench, "idAt", axis, index), ids.take(index, axis))
        assert_array_equal(sliced(bench, "labelAt", axis, index), labels.take(index, axis))


# The first of all, as the page has no other slices yet.
@pytest.mark.slow
def test_what_is_scrolled_past_is_not_sent(bench, image):
    at = held_axis(image.affine, "axial")
    nearly_all = range(SHAPE[at] - 8)

    scroll_to(bench, "axial", *nearly_all)
    bench.wait_ready()

    shown_before_first_last_and_three_ahead = 6
    assert 2 <= bench.page.evaluate(SENT, [at, SHAPE]) <= shown_before_first_last_and_three_ahead


def test_a_slice_is_there_coarsely_at_once_and_then_finely(bench, image):
    at = held_axis(image.affine, "axial")
    voxels = np.prod(SHAPE) // SHAPE[at]

    bench.page.evaluate(CELLS, "axial")
    is_ready = scroll_to(bench, "axial", SHAPE[at] // 3)
    bench.wait_ready()

    assert not is_ready
    first, *_, last = bench.page.evaluate("cells")
    assert 1 < first < voxels
    assert last == voxels


def test_what_is_scrolled_to_and_painted_is_what_the_arrays_have(bench, image, ids):
    oracle = Oracle(ids, image.affine)
    oracle.revision = bench.revision
    rng = np.random.default_rng(0)
    assert_slices_are(bench, image, ids, oracle.labels)
    for plane in PLANES:
        scroll_to(bench, plane, rng.integers(SHAPE[held_axis(image.affine, plane)]))
    assert_slices_are(bench, image, ids, oracle.labels)

    middle = np.array(SHAPE) // 2
    bench.go_to(middle)
    for label, plane in enumerate(PLANES, start=1):
        across = [axis for axis in range(3) if axis != held_axis(image.affine, plane)]
        corners = [middle, middle.copy()]
        corners[1][across] += (9, 7)
        bench.press(str(label))
        bench.stroke(plane, *corners)
        assert oracle.paint(plane, corners, label)
        bench.wait_settled(oracle.revision)
        assert_slices_are(bench, image, ids, oracle.labels)
    for key in "zzyz":
        bench.press(key)
        oracle.redo() if key == "y" else oracle.undo()
        bench.wait_settled(oracle.revision)
        assert_slices_are(bench, image, ids, oracle.labels)
    for steps in (1, 2):
        scroll_to(bench, "axial", middle[held_axis(image.affine, "axial")] + steps)
        assert_slices_are(bench, image, ids, oracle.labels)


def test_the_superpixel_under_the_pointer_is_lit_on_all_slices(bench, image, ids):
    bench.go_to(np.array(SHAPE) // 2)
    under = ids[tuple(bench.cursor)]
    grown = ndimage.binary_dilation(ids == under, np.ones((3, 3, 3)))

    bench.page.mouse.move(*bench.at("coronal", bench.cursor))

    for plane in PLANES:
        axis = held_axis(image.affine, plane)
        near = [range(at - 12, at + 13) for at in bench.cursor]
        near[axis] = [bench.cursor[axis]]
        voxels = [list(voxel) for voxel in itertools.product(*near)]
        inside = np.array([ids[tuple(voxel)] == under for voxel in voxels])
        beside = np.array([grown[tuple(voxel)] for voxel in voxels]) & ~inside  # its lines
        canvas = bench.pane(plane.capitalize()).locator("canvas.glow")
        bench.until("() => new Promise((done) => requestAnimationFrame(() => done(true)))")
        lit = np.array(canvas.evaluate(LIT, [plane, voxels]))
        assert_array_equal(lit[~beside], inside[~beside])


def test_a_superpixel_is_split_and_a_piece_of_it_painted(bench, image, ids):
    bench.go_to(np.array(SHAPE) // 2 - 6)
    under, largest = ids[tuple(bench.cursor)], ids.max()

    bench.press("x")
    bench.page.mouse.click(*bench.at("axial", bench.cursor))
    bench.wait_settled()
    bench.wait_ready()
    pieces = slices_of(bench, "idAt")
    before = slices_of(bench, "labelAt")
    bench.press("d")
    bench.press("3")
    along = next(axis for axis in range(3) if axis != held_axis(image.affine, "axial"))
    line = [bench.cursor, [n + 3 * (axis == along) for axis, n in enumerate(bench.cursor)]]
    passed = [[n + by * (axis == along) for axis, n in enumerate(bench.cursor)] for by in range(4)]
    touched = [bench.page.evaluate("(at) => supervox.idAt(...at)", at) for at in passed]
    bench.stroke("axial", *line)
    bench.wait_settled()
    bench.wait_ready()

    for axis, (piece, label) in enumerate(zip(pieces, slices_of(bench, "labelAt"), strict=True)):
        whole = ids.take(bench.cursor[axis], axis)
        assert_array_equal(piece[whole != under], whole[whole != under])
        assert set(np.unique(piece[whole == under])) - {under}
        assert (piece[(whole == under) & (piece != under)] > largest).all()
        assert_array_equal(label, np.where(np.isin(piece, touched), 3, before[axis]))
    revision = bench.revision
    for undone in (1, 2):
        bench.press("z")
        bench.wait_settled(revision + undone)
    bench.wait_ready()
    for axis, whole in enumerate(slices_of(bench, "idAt")):
        assert_array_equal(whole, ids.take(bench.cursor[axis], axis))


def slices_of(bench, what):
    """What the page has of the three slices that are shown."""
    return [sliced(bench, what, axis, index) for axis, index in enumerate(bench.cursor)]


@pytest.mark.slow
def test_a_reload_brings_back_where_one_was_and_what_one_did(bench):
    middle = np.array(SHAPE) // 2 + 4
    bench.go_to(middle)
    bench.press("2")
    bench.stroke("axial", middle, middle + np.array([8, 0, 0]))
    bench.until("supervox.pending === 0 && supervox.saved && supervox.ready")
    painted = bench.page.evaluate("supervox.labelAt(...supervox.cursor)")
    bench.page.wait_for_timeout(500)  # where the cursor is, is told at rest

    bench.page.reload()
    bench.wait_ready()

    assert painted == 2
    assert bench.cursor == middle.tolist()
    assert bench.page.evaluate("supervox.labelAt(...supervox.cursor)") == 2
