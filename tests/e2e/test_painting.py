"""From mouse to file: what is downloaded is what the same strokes give in plain numpy."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
import SimpleITK
from numpy.testing import assert_array_equal

from tests.e2e.oracle import Oracle, held_axis
from tests.e2e.phantoms import STORED, phantom


def drawn_strokes(shape, affine, centre):
    """For each plane a label and the corners of a line on the slice through `centre`."""
    for label, plane in enumerate(("axial", "coronal", "sagittal"), start=1):
        p, q = (axis for axis in range(3) if axis != held_axis(affine, plane))
        along, across = np.zeros((2, 3), int)
        along[p], across[q] = shape[p] // 5, shape[q] // 5
        yield plane, label, [centre - along, centre + along, centre + along + across, centre]


def paint_all(bench, oracle, centre):
    for plane, label, corners in drawn_strokes(oracle.ids.shape, oracle.affine, centre):
        bench.press(str(label))
        bench.stroke(plane, *corners)
        assert oracle.paint(plane, corners, label)
        bench.wait_settled(oracle.revision)


def undo_and_redo(bench, oracle):
    bench.press("z")
    oracle.undo()
    bench.wait_settled(oracle.revision)
    bench.button("Undo").click()
    oracle.undo()
    bench.wait_settled(oracle.revision)
    bench.button("Redo").click()
    oracle.redo()
    bench.wait_settled(oracle.revision)


@pytest.mark.parametrize("name", STORED)
def test_the_file_equals_the_same_strokes_in_plain_numpy(name, bench, put, tmp_path):
    source = put(phantom(STORED[name]), f"{name}.nii.gz")
    image = nib.load(source)
    bench.open(source.name)
    oracle = Oracle(bench.superpixels(tmp_path), image.affine)
    assert_array_equal(bench.voxels("idAt", image.shape), oracle.ids)
    centre = np.array(image.shape) // 2 - [2, 1, 1]
    bench.go_to(centre)

    paint_all(bench, oracle, centre)
    undo_and_redo(bench, oracle)
    saved = bench.download("Download labels", tmp_path)

    assert saved.name == f"{name}_dseg.nii.gz"
    assert oracle.labels.any()
    assert_array_equal(bench.voxels("labelAt", image.shape), oracle.labels)
    assert_same_in_nibabel(saved, image, oracle.labels)
    assert_same_in_simpleitk(saved, source, oracle.labels)


def assert_same_in_nibabel(saved, source, labels):
    read = nib.load(saved)
    assert_array_equal(np.asarray(read.dataobj), labels)
    assert read.get_data_dtype() == np.uint8
    assert read.header["intent_code"] == 1002
    assert_array_equal(read.affine, source.affine)
    for field in ("qform_code", "sform_code", "xyzt_units"):
        assert read.header[field] == source.header[field]
    assert read.header.get_zooms() == source.header.get_zooms()


def assert_same_in_simpleitk(saved, source, labels):
    read, image = SimpleITK.ReadImage(saved), SimpleITK.ReadImage(source)
    assert_array_equal(SimpleITK.GetArrayFromImage(read).transpose(), labels)
    assert read.GetOrigin() == image.GetOrigin()
    assert read.GetSpacing() == image.GetSpacing()
    assert read.GetDirection() == image.GetDirection()


@pytest.mark.slow
def test_another_count_gives_other_superpixels_and_keeps_the_labels(bench, put, tmp_path):
    source = put(phantom(STORED["ras"], seed=1), "again.nii.gz")
    bench.open(source.name)
    first = Oracle(bench.superpixels(tmp_path), nib.load(source).affine)
    centre = np.array(first.ids.shape) // 2
    paint_all(bench, first, centre)

    bench.page.get_by_role("spinbutton", name="Count").fill("40")
    bench.button("Partition").click()
    few = "(n) => supervox.idAt(...n) > 0 && supervox.idAt(...n) < 100"
    bench.until(few, centre.tolist(), seconds=60)
    second = bench.superpixels(tmp_path)

    assert 20 < second.max() < 80
    assert first.ids.max() > 1000
    assert_array_equal(second > 0, first.ids > 0)
    assert_array_equal(bench.voxels("labelAt", first.ids.shape), first.labels)
