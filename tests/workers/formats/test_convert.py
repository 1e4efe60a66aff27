from __future__ import annotations

import gzip
from concurrent.futures import CancelledError

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from benchmarks.torso import torso
from dashboard.volumes.memory_volume import Volume
from tests.workers.formats.nifti.test_nifti import AFFINES, OBLIQUE, THICK, content, counted
from workers.formats import convert
from workers.formats.nifti import nifti
from workers.storage.stored_array import open_array

SHAPE = (21, 13, 18)
CHUNKS = (8, 4, 8)
NARROW = 21 * 8 * 8 * 2  # two rows of chunks of 16 bits: less than a layer


@pytest.fixture
def scan(tmp_path):
    """Writes a file of these bytes; returns its path."""

    def write(content, name="scan.nii"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def out(tmp_path):
    """The empty folder for the levels."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def turned(path, out, **options):
    return convert.convert(path, out, **({"chunks": CHUNKS} | options))


def assert_is_as_read(found, out, path, **options):
    read = nifti.read(path, **options)
    volume = Volume(read.data, read.affine)
    first = open_array(out / "level-0")
    assert_array_equal(first[:], read.data)
    assert first.dtype == found.dtype == read.data.dtype
    assert first.chunks == tuple(min(c, n) for c, n in zip(CHUNKS, read.data.shape, strict=True))
    assert_array_equal(found.affine, read.affine)
    assert (found.header, found.notes) == (read.header, read.notes)
    assert found.digest == volume.digest
    assert found.finite_range == volume.finite_range
    assert found.window == volume.window


def test_a_ct_on_disk_has_the_window_of_soft_tissue_too(tmp_path, out):
    ct = torso("CT", (50, 43, 20), (8, 8, 15), padding=-3024)
    nib.save(nib.Nifti1Image(ct.image, np.diag([8, 8, 15, 1.0])), tmp_path / "ct.nii")

    assert turned(tmp_path / "ct.nii", out).window == (-150, 250)


@pytest.mark.parametrize("most", [convert.MAX_MEMORY, NARROW, 1])
@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_what_is_stored_is_what_is_read(scan, out, order, zipped, most):
    path = scan(content(counted("u2", SHAPE), OBLIQUE, order=order, zipped=zipped))

    found = turned(path, out, max_memory=most)

    assert_is_as_read(found, out, path)


@pytest.mark.parametrize("affine", AFFINES.values(), ids=AFFINES.keys())
@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "f4", "f8", "u8"])
def test_each_type_and_place_is_kept(scan, out, affine, dtype):
    path = scan(content(counted(dtype, (9, 5, 7)), affine))

    assert_is_as_read(turned(path, out), out, path)


@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "f4"])
@pytest.mark.parametrize("most", [convert.MAX_MEMORY, 1])
def test_scaled_values_are_stored_scaled(scan, out, dtype, most):
    data = counted(dtype, (9, 5, 17))
    path = scan(content(data, order=">", scl_slope=0.25, scl_inter=-3))

    assert_is_as_read(turned(path, out, max_memory=most), out, path)


def test_a_volume_that_is_not_finite_is_stored_as_it_is(scan, out):
    data = counted("f4", SHAPE)
    data[:3], data[4, 5], data[7, 7, 7] = np.nan, np.inf, -np.inf
    path = scan(content(data))

    assert_is_as_read(turned(path, out), out, path)


def test_one_volume_of_several_is_stored(scan, out):
    series = np.arange(9 * 5 * 7 * 3, dtype="u2").reshape(9, 5, 7, 3)
    path = scan(gzip.compress(content(series)))

    with pytest.raises(nifti.SeveralVolumes):
        turned(path, out)
    found = turned(path, out, volume=1)

    assert_is_as_read(found, out, path, volume=1)


@pytest.mark.parametrize("form", ["qform", "sform"])
def test_the_form_that_is_chosen_places_it(scan, out, form):
    image = nib.Nifti1Image(counted(), None)
    image.header.set_qform(np.diag([-1.0, 1, 1, 1]), 1)
    image.header.set_sform(np.eye(4), 2)
    path = scan(image.to_bytes())

    with pytest.raises(nifti.FormsDiffer):
        turned(path, out)

    assert_is_as_read(turned(path, out, form=form), out, path, form=form)


@pytest.mark.parametrize("half", ["scan.hdr", "scan.img"])
def test_a_pair_is_stored(tmp_path, out, half):
    nib.save(nib.Nifti1Pair(counted("i2", SHAPE), THICK), tmp_path / "scan.hdr")

    assert_is_as_read(turned(tmp_path / half, out), out, tmp_path / half)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole[:-100],
        lambda whole: whole[:-3],
        lambda whole: whole[:-8] + bytes(4) + whole[-4:],
        lambda whole: whole[: len(whole) // 2] + bytes(60) + whole[len(whole) // 2 + 60 :],
        lambda whole: gzip.compress(gzip.decompress(whole)[:-5]),
        lambda whole: gzip.compress(gzip.decompress(whole) + bytes(5000)),
        lambda whole: gzip.decompress(whole)[:-1],
        lambda whole: b"no NIfTI at all" * 50,
    ],
)
@pytest.mark.parametrize("most", [convert.MAX_MEMORY, NARROW])
def test_a_damaged_file_is_refused_as_when_it_is_read(scan, out, spoil, most):
    noise = np.random.default_rng(0).integers(0, 60000, SHAPE).astype("u2")
    path = scan(spoil(content(noise, zipped=True)))

    with pytest.raises(nifti.UnreadableFile) as read:
        nifti.read(path)
    with pytest.raises(nifti.UnreadableFile) as stored:
        turned(path, out, max_memory=most)

    assert str(stored.value) == str(read.value)


def test_progress_rises_to_one_and_may_be_cancelled(scan, out):
    path = scan(content(counted("u2", SHAPE), zipped=True))
    told = []

    turned(path, out, report=told.append)

    assert told == sorted(told)
    assert told[-1] == 1.0
    for stop in (told[0], told[len(told) // 2], 1.0):

        def cancel(fraction, stop=stop):
            if fraction >= stop:
                raise CancelledError

        with pytest.raises(CancelledError):
            turned(path, out, report=cancel)
