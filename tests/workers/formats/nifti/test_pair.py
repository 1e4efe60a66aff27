from __future__ import annotations

import gzip
import os

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from workers.formats.nifti import nifti

SHAPE = (5, 7, 4)
THICK = np.diag([0.9, 0.9, 5.5, 1.0]) + np.outer([-30.0, 12.0, 7.5, 0], [0, 0, 0, 1])
COUNTED = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)


def save(folder, name="scan", kind=nib.Nifti1Pair, data=COUNTED, **fields):
    """Write a pair, and return the path of its header."""
    image = kind(data, THICK)
    image.set_qform(THICK, 1)
    nib.save(image, folder / f"{name}.hdr")
    if fields:
        path = folder / f"{name}.hdr"
        size = len(image.header.binaryblock)
        header = kind.header_class(path.read_bytes()[:size], check=False)
        for field, value in fields.items():
            header[field] = value
        path.write_bytes(header.binaryblock + bytes(4))
    return folder / f"{name}.hdr"


def zip_half(path):
    """Gzip one half, its name told so."""
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()


def refusal(source, **options):
    with pytest.raises(nifti.UnreadableFile) as caught:
        nifti.read(source, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("zipped", [(), ("hdr",), ("img",), ("hdr", "img")], ids=str)
@pytest.mark.parametrize("asked", ["hdr", "img"])
@pytest.mark.parametrize("kind", [nib.Nifti1Pair, nib.Nifti2Pair])
def test_either_half_opens_the_pair(tmp_path, kind, asked, zipped):
    save(tmp_path, kind=kind)
    for half in zipped:
        zip_half(tmp_path / f"scan.{half}")

    file = nifti.read(next(tmp_path.glob(f"scan.{asked}*")))

    assert_array_equal(file.data, COUNTED)
    assert_allclose(file.affine, THICK, atol=1e-6)
    assert file.notes == ()


@pytest.mark.parametrize("kind", [nib.Nifti1Pair, nib.Nifti2Pair])
def test_labels_of_a_pair_are_written_as_one_file_that_lies_there(tmp_path, kind):
    source = nifti.read(save(tmp_path, kind=kind))

    made = gzip.decompress(nifti.encode_labels(COUNTED, source.header))

    one = nib.Nifti1Image if kind is nib.Nifti1Pair else nib.Nifti2Image
    assert_array_equal(np.asanyarray(one.from_bytes(made).dataobj), COUNTED)
    assert_array_equal(one.from_bytes(made).affine, source.affine)


def test_a_pair_is_scaled_and_its_voxels_may_begin_later(tmp_path):
    path = save(tmp_path, scl_slope=0.5, scl_inter=-3, vox_offset=16)
    path.with_suffix(".img").write_bytes(bytes(16) + COUNTED.tobytes(order="F"))

    file = nifti.read(path)

    assert file.data.dtype == np.float32
    assert_array_equal(file.data, COUNTED * 0.5 - 3)


def test_one_volume_of_a_pair_of_many_is_read(tmp_path):
    path = save(tmp_path, data=np.stack([COUNTED, COUNTED + 1], -1))

    assert_array_equal(nifti.read(path, volume=1).data, COUNTED + 1)
    with pytest.raises(nifti.SeveralVolumes, match=r"^scan\.hdr: .* holds 2"):
        nifti.read(path)


def test_names_in_capitals_are_halves_too(tmp_path):
    path = save(tmp_path)
    path.with_suffix(".img").rename(tmp_path / "SCAN.IMG")
    path = path.rename(tmp_path / "SCAN.HDR")

    assert_array_equal(nifti.read(path).data, COUNTED)
    assert_array_equal(nifti.read(tmp_path / "SCAN.IMG").data, COUNTED)


@pytest.mark.parametrize(
    ("missing", "left", "what"), [("img", "hdr", "voxels"), ("hdr", "img", "header")]
)
def test_a_missing_half_is_told(tmp_path, missing, left, what):
    save(tmp_path).with_suffix(f".{missing}").unlink()

    said = refusal(tmp_path / f"scan.{left}")

    assert said == (
        f"scan.{left}: expected its {what}, scan.{missing}, beside it: put both into one folder."
    )


def test_the_content_of_one_half_is_not_enough(tmp_path):
    path = save(tmp_path)

    said = refusal(path.read_bytes())

    assert "put both into the data folder and open them there, or convert them" in said
    assert "expected a NIfTI file" in refusal(path.with_suffix(".img").read_bytes())


def test_a_header_by_another_name_has_no_half(tmp_path):
    path = save(tmp_path).rename(tmp_path / "scan.nii")

    assert "to be called .hdr" in refusal(path)


def test_one_whole_file_that_is_called_as_a_half_is_read(tmp_path):
    path = tmp_path / "scan.img"
    path.write_bytes(nib.Nifti1Image(COUNTED, THICK).to_bytes())

    assert_array_equal(nifti.read(path).data, COUNTED)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda voxels: voxels[:-1], "expected 280 bytes; the file can hold at most 279"),
        (lambda voxels: voxels + bytes(5000), "longer than its header says"),
        (lambda voxels: gzip.compress(voxels)[:-5], "damaged or cut short"),
        (lambda voxels: gzip.compress(voxels)[:-8] + bytes(8), "damaged or cut short"),
    ],
)
def test_voxels_that_are_not_what_the_header_says_are_refused(tmp_path, change, sentence):
    path = save(tmp_path)
    voxels = path.with_suffix(".img")
    voxels.write_bytes(change(voxels.read_bytes()))

    assert sentence in refusal(path)


def test_padding_after_the_voxels_is_tolerated(tmp_path):
    path = save(tmp_path)
    with path.with_suffix(".img").open("ab") as voxels:
        voxels.write(bytes(512))

    assert_array_equal(nifti.read(path).data, COUNTED)


def test_the_checksum_of_a_gzipped_header_is_compared(tmp_path):
    path = save(tmp_path)
    content = bytearray(gzip.compress(path.read_bytes()))
    content[-6] ^= 1
    path.write_bytes(content)

    assert "damaged" in refusal(path)


def test_a_header_that_unzips_to_more_than_any_header_is_refused(tmp_path):
    path = save(tmp_path)
    path.write_bytes(gzip.compress(path.read_bytes() + bytes(2**25)))

    assert "longer than its header says" in refusal(path)


def test_plain_analyze_is_refused(tmp_path):
    assert "Analyze 7.5, which does not say where left is" in refusal(save(tmp_path, magic=b""))


def test_a_link_beside_the_header_is_no_way_to_what_lies_elsewhere(tmp_path):
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    data.mkdir()
    elsewhere.mkdir()
    path = save(data)
    path.with_suffix(".img").rename(elsewhere / "secret")
    path.with_suffix(".img").symlink_to(elsewhere / "secret")

    assert "scan.img leads out of it" in refusal(path, within=data)
    assert_array_equal(nifti.read(path, within=tmp_path).data, COUNTED)
    assert_array_equal(nifti.read(path).data, COUNTED)  # as named on a command line


@pytest.mark.parametrize("half", ["hdr", "img"])
def test_a_pipe_in_place_of_a_half_is_not_waited_for(tmp_path, half):
    path = save(tmp_path).with_suffix(f".{half}")
    path.unlink()
    os.mkfifo(path)

    assert "is a pipe or a socket" in refusal(tmp_path / "scan.hdr")


def test_two_links_are_followed(tmp_path):
    save(tmp_path, "real")
    for half in ("hdr", "img"):
        (tmp_path / f"scan.{half}").symlink_to(tmp_path / f"real.{half}")

    assert_array_equal(nifti.read(tmp_path / "scan.hdr").data, COUNTED)


def test_a_folder_that_is_called_as_a_half_is_refused(tmp_path):
    path = save(tmp_path)
    path.with_suffix(".img").unlink()
    path.with_suffix(".img").mkdir()

    assert "scan.img is a folder or a device" in refusal(path)


def test_a_file_of_freesurfer_is_told_how_to_become_one_of_ours(tmp_path):
    path = tmp_path / "scan.mgz"
    nib.save(nib.MGHImage(COUNTED, THICK), path)

    assert "mri_convert scan.mgz scan.nii.gz" in refusal(path)
