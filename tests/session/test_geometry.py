"""A label map lies where its volume lies, for each way in which a NIfTI file can say where.

What is asserted of each kind of header:

- one form, or two that agree: nibabel, ITK and nifti_tool put the label map where the volume was
  made to lie;
- two that differ: opening asks, and for either answer all three put the label map there;
- none: each program has a guess of its own, and puts the label map where it puts the volume;
- a sheared sform: nibabel and nifti_tool put the label map there; ITK, which has no shear,
  refuses it as it refuses the volume, and never puts it elsewhere.
"""

from __future__ import annotations

import itertools
import shutil

import nibabel as nib
import numpy as np
import pytest
import SimpleITK
from numpy.testing import assert_array_equal

from dashboard.volumes.open_volume import read_volume
from dashboard.volumes.read_labels import read_labels
from tests import geometries
from workers.formats.nifti import nifti
from workers.storage import atomic_write

EVERY = 25_920
NEAR_MM = 1e-3
BATCH = 120
HAS_NIFTI_TOOL = shutil.which("nifti_tool") is not None

long = pytest.mark.parametrize(
    "count",
    [300, pytest.param(EVERY, marks=[pytest.mark.torture, pytest.mark.timeout(7200)])],
)


@pytest.fixture(autouse=True)
def quiet():
    """ITK warns on standard error of each sheared sform, which is meant here."""
    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    yield
    SimpleITK.ProcessObject.SetGlobalWarningDisplay(True)


def opened(case, path):
    """The ways in which the volume opens: its form if one was asked for, and where it then is."""
    qform, sform = geometries.forms_of(case)
    if qform is None or sform is None or np.allclose(qform, sform):
        volume = read_volume(path, path.name)
        if qform is None and sform is None:
            assert any("guess" in note for note in volume.notes)
            yield volume, None
        else:
            yield volume, sform if qform is None else qform
        return
    with pytest.raises(nifti.FormsDiffer) as told:
        read_volume(path, path.name)
    assert told.value.difference
    for form, affine in (("qform", qform), ("sform", sform)):
        yield read_volume(path, path.name, form=form), affine


def save_labels(volume, labels, path):
    """Download, as the page does it, and open what was downloaded over its volume."""
    atomic_write.replace(path, nifti.encode_labels(labels, volume.header))
    found = read_labels(path, volume)
    assert_array_equal(found.labels, labels)
    assert found.values == sorted(set(labels.ravel().tolist()) - {0})


def far(case, affine, where):
    """How far from `where` the points lie that `affine` gives, at most, in mm."""
    points = geometries.places(case)
    return np.linalg.norm(points @ (affine - where)[:3].T, axis=1).max()


def by_nibabel_and_itk(case, path, source, labels, where):
    """Complaints about a label map on disk."""
    affine, voxels = geometries.seen_by_nibabel(path)
    assert voxels.dtype == np.uint8
    if not np.array_equal(voxels, labels):
        yield "nibabel sees other labels"
    if (
        far(case, affine, geometries.seen_by_nibabel(source)[0] if where is None else where)
        > NEAR_MM
    ):
        yield "nibabel sees it elsewhere"
    seen = geometries.seen_by_itk(path)
    if seen is None:
        if case.forms != "sheared" or not nifti_is_sheared(where):
            yield "ITK refuses it"
        return
    affine, voxels = seen
    if not np.array_equal(voxels, labels):
        yield "ITK sees other labels"
    if far(case, affine, geometries.seen_by_itk(source)[0] if where is None else where) > NEAR_MM:
        yield "ITK sees it elsewhere"


def nifti_is_sheared(affine):
    """Whether two voxel edges are not at right angles."""
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    return not np.allclose(directions.T @ directions, np.eye(3), atol=1e-3)


def by_nifti_tool(batch):
    """Complaints about many label maps on disk."""
    if not HAS_NIFTI_TOOL:
        return
    paths = [path for _, path, _, _, _ in batch]
    seen = geometries.seen_by_nifti_tool(paths)
    of_sources = geometries.seen_by_nifti_tool([source for _, _, source, _, _ in batch])
    voxels = geometries.voxels_by_nifti_tool(paths)
    for (case, _, _, labels, where), affine, of_source, values in zip(
        batch, seen, of_sources, voxels, strict=True
    ):
        if not np.array_equal(values, labels):
            yield case, "nifti_tool sees other labels"
        if far(case, affine, of_source if where is None else where) > NEAR_MM:
            yield case, "nifti_tool sees it elsewhere"


def label_maps(case, folder):
    """Write a volume, open it in each way, and write a label map over each."""
    source, stored = geometries.write(case, folder)
    labels = np.random.default_rng(case.number).integers(0, 6, geometries.SHAPE, dtype=np.uint16)
    for n, (volume, where) in enumerate(opened(case, source)):
        assert_array_equal(volume.data, stored)
        assert volume.data.dtype == stored.dtype.newbyteorder("=")
        path = folder / f"labels{case.number}_{n}.nii.gz"
        save_labels(volume, labels, path)
        yield case, path, source, labels, where


@long
def test_a_label_map_lies_where_its_volume_lies(count, tmp_path):
    misses = []
    cases = geometries.cases(count)

    for start in range(0, len(cases), BATCH):
        folder = tmp_path / str(start)
        folder.mkdir()
        batch = [each for case in cases[start : start + BATCH] for each in label_maps(case, folder)]
        misses += itertools.chain.from_iterable(
            ((each[0], said) for said in by_nibabel_and_itk(*each)) for each in batch
        )
        misses += by_nifti_tool(batch)
        shutil.rmtree(folder)

    assert misses == []


@pytest.mark.parametrize(("units", "mm"), [(1, 1e3), (2, 1), (3, 1e-3)])
@pytest.mark.parametrize("ending", [".nii.gz", ".hdr"])
def test_lengths_in_metres_and_micrometres_lie_where_itk_has_them(units, mm, ending, tmp_path):
    each = next(case for case in geometries.cases(EVERY) if case.tilt and case.forms == "both")
    source, _ = geometries.write(each._replace(ending=ending), tmp_path, units=units)
    labels = np.random.default_rng(0).integers(0, 6, geometries.SHAPE, dtype=np.uint16)
    volume = read_volume(source, source.name)
    path = tmp_path / "labels.nii.gz"

    save_labels(volume, labels, path)

    where = np.diag([mm, mm, mm, 1]) @ geometries.affine_of(each)
    for affine in (volume.affine, *(geometries.seen_by_itk(of)[0] for of in (source, path))):
        assert far(each, affine, where) < NEAR_MM * mm
    assert_array_equal(*(geometries.seen_by_nibabel(of)[0] for of in (source, path)))
    assert nib.load(path).header["xyzt_units"] == units


@pytest.mark.skipif(not HAS_NIFTI_TOOL, reason="nifti_tool (Debian: nifti-bin) is not installed")
def test_nifti_tool_was_asked_too(tmp_path):
    (case,) = (each for each in geometries.cases(EVERY) if each.number == 0)
    ((_, path, _, labels, where),) = label_maps(case, tmp_path)

    assert far(case, geometries.seen_by_nifti_tool([path])[0], where) < NEAR_MM
    assert_array_equal(geometries.voxels_by_nifti_tool([path])[0], labels)
