from __future__ import annotations

import argparse
import hashlib

import numpy as np
import pytest
import zarr
from numpy.testing import assert_array_equal

from dashboard.cli import partition as batch
from tests.conftest import Inline, nifti_bytes
from workers.chunked import stored_partition
from workers.formats.nifti import nifti
from workers.superpixels.partition import partition


@pytest.fixture
def asked(volume, tmp_path):
    """What the command line asks for: some thirty superpixels of a scan."""
    (tmp_path / "scan.nii").write_bytes(nifti_bytes(volume.data, volume.affine))

    def ask(*options):
        parser = argparse.ArgumentParser()
        batch.add_to(parser)
        places = [str(tmp_path / "scan.nii"), str(tmp_path / "ids.nii.gz")]
        return parser.parse_args([*places, "--threshold", "none", *(options or ("--count", "30"))])

    return ask


def test_the_ids_are_written_where_the_image_lies(asked, volume):
    given = asked()

    batch.partition_file(given)

    found, source = nifti.read(given.out), nifti.read(given.image)
    expected = partition(volume.data, volume.spacing, count=30, threshold=None)
    assert_array_equal(found.data, expected.ids)
    assert_array_equal(found.affine, source.affine)


def test_what_is_reported_is_what_was_written(asked, volume):
    given = asked()

    found = batch.partition_file(given)

    ids = np.ascontiguousarray(nifti.read(given.out).data, np.uint16)
    assert found["count"] == ids.max()
    assert found["voxels"] == volume.data.size
    assert found["sha256"] == hashlib.sha256(ids).hexdigest()
    assert found["seconds"] >= 0


def test_an_executor_finds_the_same_as_this_process(asked):
    here, there = (batch.partition_file(asked(), executor) for executor in (None, Inline()))

    assert here["sha256"] == there["sha256"]


@pytest.mark.parametrize(
    ("options", "wish"),
    [
        (["--count", "8"], {"count": 8}),
        (["--size-mm3", "9"], {"size_mm3": 9.0}),
        (["--count", "8", "--compactness", "0.5"], {"count": 8, "compactness": 0.5}),
        (["--count", "8", "--sigma-mm", "1.5"], {"count": 8, "sigma_mm": 1.5}),
        (["--count", "8", "--threshold", "150"], {"count": 8, "threshold": 150.0}),
        (["--count", "8", "--threshold", "auto"], {"count": 8, "threshold": "auto"}),
    ],
)
def test_each_option_reaches_the_kernel(asked, volume, options, wish):
    given = asked(*options)

    batch.partition_file(given)

    wish = {"threshold": None} | wish
    expected = partition(volume.data, volume.spacing, **wish)
    assert_array_equal(nifti.read(given.out).data, expected.ids)


def test_the_image_itself_is_not_written_over(asked, tmp_path):
    given = asked()
    given.out = tmp_path / "link.nii.gz"
    given.out.symlink_to(given.image)
    before = given.image.read_bytes()

    with pytest.raises(ValueError, match="other than the image"):
        batch.partition_file(given)

    assert given.image.read_bytes() == before


def test_a_run_that_fails_leaves_the_old_file_and_nothing_else(asked, tmp_path):
    given = asked("--threshold", "1e9")
    given.out.write_bytes(b"yesterday's ids")

    with pytest.raises(ValueError, match="no voxel is in the foreground"):
        batch.partition_file(given)

    assert given.out.read_bytes() == b"yesterday's ids"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.fixture
def on_disk(asked, tmp_path):
    """Ask for the same, computed on disk in chunks."""

    def ask(chunks="9,8,7", out=None, *options):
        given = asked(
            "--count", "30", "--chunks", chunks, "--cache", str(tmp_path / "cache"), *options
        )
        given.out = given.out.with_name(out) if out else given.out
        return given

    return ask


@pytest.mark.parametrize("chunks", ["128,128,128", "9,8,7", "5,30,4"])
def test_chunks_on_disk_give_the_same_ids_and_the_same_file(chunks, asked, on_disk):
    here = batch.partition_file(asked())
    written = asked().out.read_bytes()

    there = batch.partition_file(on_disk(chunks))

    assert {**there, "seconds": 0} == {**here, "seconds": 0}
    assert asked().out.read_bytes() == written


def test_ids_can_go_into_zarr(asked, on_disk, volume):
    given = on_disk(out="ids.zarr")
    found = batch.partition_file(given)

    array = zarr.open_array(str(given.out), mode="r")
    assert hashlib.sha256(array[:]).hexdigest() == found["sha256"]
    assert array.dtype == np.uint16
    assert_array_equal(array.attrs["affine"], nifti.read(given.image).affine)


def test_zarr_is_the_same_from_memory(asked, on_disk, tmp_path):
    given = asked()
    given.out = tmp_path / "memory.zarr"

    assert batch.partition_file(given)["sha256"] == batch.partition_file(on_disk())["sha256"]
    assert given.out.is_dir()


def test_a_zarr_that_is_there_is_not_written_over(on_disk, tmp_path):
    (tmp_path / "ids.zarr").mkdir()

    with pytest.raises(ValueError, match="not there yet"):
        batch.partition_file(on_disk(out="ids.zarr"))


def test_what_was_computed_once_is_not_computed_again(on_disk, monkeypatch):
    first = batch.partition_file(on_disk())
    monkeypatch.setattr(stored_partition, "partition_stored", None)

    assert batch.partition_file(on_disk("4,4,40"))["sha256"] == first["sha256"]


@pytest.fixture
def second(volume, tmp_path):
    """Another volume on the grid of the scan, with borders elsewhere."""
    data = np.roll(volume.data, 2, axis=1) * 3
    (tmp_path / "second.nii").write_bytes(nifti_bytes(data, volume.affine))
    return tmp_path / "second.nii", data


@pytest.mark.parametrize("weights", [None, (1, 0.25), (0, 1)])
@pytest.mark.parametrize("chunks", [[], ["--chunks", "5,6,4"]])
def test_volumes_are_cut_jointly_in_memory_and_on_disk(
    asked, volume, second, weights, chunks, tmp_path
):
    path, data = second
    joint = ["--with", str(path), *([f"--weights={weights[0]},{weights[1]}"] if weights else [])]
    given = asked("--count", "30", *joint, *chunks, "--cache", str(tmp_path / "cache"))

    batch.partition_file(given)

    wish = {"count": 30, "threshold": None, "weights": weights}
    expected = partition([volume.data, data], volume.spacing, **wish)
    assert_array_equal(nifti.read(given.out).data, expected.ids)


def test_a_volume_that_lies_elsewhere_is_not_cut_with_another(asked, volume, tmp_path):
    affine = volume.affine.copy()
    affine[0, 3] += 2
    (tmp_path / "moved.nii").write_bytes(nifti_bytes(volume.data, affine))
    given = asked("--with", str(tmp_path / "moved.nii"))

    with pytest.raises(ValueError, match=r"moved\.nii does not lie on the voxels of scan\.nii"):
        batch.partition_file(given)


def test_one_volume_of_several_on_disk_takes_the_others_there(asked, volume, second, tmp_path):
    memory = (volume.data.nbytes + 6 * volume.data.size) * 2 - 2  # for one and almost another
    budget = ["--memory-budget", str(memory / 1e9), "--cache", str(tmp_path / "cache")]
    given = asked("--with", str(second[0]), *budget)

    batch.partition_file(given)

    assert len([*(tmp_path / "cache" / "volumes").iterdir()]) == 2


def test_no_volume_is_written_over(asked, second, tmp_path):
    given = asked("--with", str(second[0]))
    given.out = tmp_path / "link.nii.gz"
    given.out.symlink_to(second[0])

    with pytest.raises(ValueError, match="other than the image"):
        batch.partition_file(given)


def test_weights_that_do_not_fit_are_refused_with_a_sentence(asked, second):
    given = asked("--with", str(second[0]), "--weights", "1,2,3")

    with pytest.raises(ValueError, match="weights must be 2 numbers of 0 or more"):
        batch.partition_file(given)
