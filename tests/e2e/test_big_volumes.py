"""A volume that the browser does not hold: its slices come as they are looked at, and are right."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.e2e.oracle import Oracle, held_axis
from tests.e2e.phantoms import Storage, phantom
from tests.e2e.serving import ROOT, Server

SHAPE = (96, 80, 72)
PLANES = ("axial", "coronal", "sagittal")
APP = ROOT / "tests" / "e2e" / "stored_app.py"
WALK = """([what, axis, index, I, J, K]) => {
  const [is, js, ks] = [I, J, K].map((size, a) => a === axis ? [index] : [...Array(size).keys()])
  return is.flatMap((i) => js.flatMap((j) => ks.map((k) => supervox[what](i, j, k))))
}"""
SHOWN = """(plane) => {
  const figure = Bokeh.documents[0].get_model_by_name(`supervox-${plane}`)
  return figure.renderers.find((each) => each.name === "volume").data_source.data.image[0].shape
}"""
SCROLLED = """([title, index, plane]) => {
  const slider = supervoxTests.slider(title)
  slider.value = index
  slider.dispatchEvent(new Event("input"))
  return [supervox.ready, supervoxTests.shown(plane)]
}"""


@pytest.fixture(scope="module")
def image():
    """A volume whose axes go posterior, inferior and right."""
    return phantom(Storage("PIR", SHAPE, (0.9, 1.2, 1.4), 1, 1), seed=7)


@pytest.fixture(scope="module")
def big_server(image, tmp_path_factory):
    """A server for which each volume is big."""
    folder = tmp_path_factory.mktemp("big")
    nib.save(image, folder / "big.nii.gz")
    options = ["--memory-budget", "0", "--cache", str(folder / "cache")]
    serving = Server(folder / "big.nii.gz", folder / "server.log", APP, options)
    yield serving.wait()
    serving.stop()


@pytest.fixture
def big(new_bench, big_server):
    """A page with a big volume."""
    return new_bench(big_server).wait_ready()


def sliced(bench, what, axis, index):
    """What the page has of a slice, voxel by voxel."""
    values = bench.page.evaluate(WALK, [what, axis, index, *SHAPE])
    return np.array(values).reshape([n for a, n in enumerate(SHAPE) if a != axis])


def slider(bench, plane):
    return bench.page.get_by_label(f"{plane.capitalize()} slice", exact=True)


def scroll_to(bench, plane, index):
    slider(bench, plane).evaluate(
        "(el, n) => { el.value = n; el.dispatchEvent(new Event('input')) }", int(index)
    )


def assert_slices_are(bench, image, ids, labels):
    """All three slices that are shown are those of the arrays."""
    bench.wait_ready()
    for axis, index in enumerate(bench.cursor):
        values = np.asarray(image.dataobj).take(index, axis)
        assert_array_equal(sliced(bench, "valueAt", axis, index), values)
        assert_array_equal(sliced(bench, "idAt", axis, index), ids.take(index, axis))
        assert_array_equal(sliced(bench, "labelAt", axis, index), labels.take(index, axis))


def test_what_is_scrolled_to_and_painted_is_what_the_arrays_have(big, image, tmp_path):
    oracle = Oracle(big.superpixels(tmp_path), image.affine)
    rng = np.random.default_rng(0)
    assert_slices_are(big, image, oracle.ids, oracle.labels)
    for _ in range(3):
        for plane in PLANES:
            scroll_to(big, plane, rng.integers(SHAPE[held_axis(image.affine, plane)]))
        assert_slices_are(big, image, oracle.ids, oracle.labels)

    middle = np.array(SHAPE) // 2
    big.go_to(middle)
    for label, plane in enumerate(PLANES, start=1):
        across = [axis for axis in range(3) if axis != held_axis(image.affine, plane)]
        corners = [middle, middle.copy()]
        corners[1][across] += (9, 7)
        big.press(str(label))
        big.stroke(plane, *corners)
        assert oracle.paint(plane, corners, label)
        big.wait_settled(oracle.revision)
        assert_slices_are(big, image, oracle.ids, oracle.labels)
    for key in "zzyz":
        big.press(key)
        oracle.redo() if key == "y" else oracle.undo()
        big.wait_settled(oracle.revision)
        assert_slices_are(big, image, oracle.ids, oracle.labels)
    for steps in range(1, 4):
        scroll_to(big, "axial", middle[held_axis(image.affine, "axial")] + steps)
        assert_slices_are(big, image, oracle.ids, oracle.labels)
    saved = nib.load(big.download("Download labels", tmp_path))
    assert_array_equal(np.asarray(saved.dataobj), oracle.labels)
