from __future__ import annotations

import gzip
import io
from concurrent.futures import CancelledError

import nibabel as nib
import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from workers.formats.nifti import nifti

SHAPE = (5, 7, 4)
RAS = np.diag([1.0, 1.0, 1.0, 1.0])
THICK = np.diag([0.9, 0.9, 5.5, 1.0]) + np.outer([-30.0, 12.0, 7.5, 0], [0, 0, 0, 1])
LPS = np.diag([-2.0, -2.0, 2.0, 1.0])
PIR = np.array([[0, 0, 1.5, -9], [-0.7, 0, 0, 4], [0, -1.1, 0, 8], [0, 0, 0, 1]])
COS, SIN = np.cos(np.radians(17)), np.sin(np.radians(17))
OBLIQUE = THICK @ np.array([[COS, -SIN, 0, 0], [SIN, COS, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
OBLIQUE = np.array([[COS, -SIN, 0, 3], [SIN, COS, 0, -5], [0, 0, 1, 2], [0, 0, 0, 1]]) @ THICK
AFFINES = {"RAS": RAS, "LPS": LPS, "PIR": PIR, "thick": THICK, "oblique": OBLIQUE}
INTEGERS = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8")
REALS = ("f4", "f8")


def counted(dtype="i2", shape=SHAPE):
    """A volume in which each voxel has a value of its own."""
    return np.arange(np.prod(shape), dtype=dtype).reshape(shape)


def content(data, affine=THICK, *, kind=nib.Nifti1Image, order="<", zipped=False, **fields):
    """The bytes of a file, with header fields set behind nibabel's back."""
    header = kind.header_class(endianness=order)
    header.set_data_dtype(data.dtype)
    image = kind(data, affine, header)
    image.set_qform(affine, 1)
    plain = image.to_bytes()
    header = kind.header_class(plain[: 348 if kind is nib.Nifti1Image else 540], order, check=False)
    for field, value in fields.items():
        header[field] = value
    plain = header.binaryblock + plain[len(header.binaryblock) :]
    return gzip.compress(plain, mtime=0) if zipped else plain


def refusal(source, **options):
    with pytest.raises(nifti.UnreadableFile) as caught:
        nifti.read(source, **options)
    return str(caught.value)


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
def test_a_file_is_read_as_nibabel_reads_it(kind, order, zipped):
    file = nifti.read(content(counted(), OBLIQUE, kind=kind, order=order, zipped=zipped))

    assert_array_equal(file.data, counted())
    assert_allclose(file.affine, OBLIQUE, atol=1e-5)
    assert file.data.dtype == np.dtype("i2")
    assert file.data.dtype.isnative
    assert file.data.flags.c_contiguous
    assert not file.data.flags.writeable
    assert file.notes == ()


def test_a_file_is_known_by_its_content_and_not_by_its_name(tmp_path):
    path = tmp_path / "no suffix"
    path.write_bytes(content(counted(), zipped=True))

    assert_array_equal(nifti.read(path).data, counted())
    assert_array_equal(nifti.read(str(path)).data, counted())


@given(
    dtype=st.sampled_from(INTEGERS + REALS),
    affine=st.sampled_from(sorted(AFFINES)),
    shape=st.tuples(*[st.integers(1, 6)] * 3),
    two=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_decoding_what_was_encoded_gives_the_volume_and_its_affine(dtype, affine, shape, two):
    kind = nib.Nifti2Image if two else nib.Nifti1Image
    source = nifti.read(content(counted(dtype, shape), AFFINES[affine], kind=kind))

    again = nifti.read(nifti.encode_volume(source.data, source.header))

    assert_array_equal(again.data, counted(dtype, shape))
    assert again.data.dtype == np.dtype(dtype)
    assert_array_equal(again.affine, source.affine)
    assert len(again.header) == len(source.header)


@given(affine=st.sampled_from(sorted(AFFINES)), top=st.sampled_from([1, 255, 256, 65535, 65536]))
@settings(max_examples=25, deadline=None)
def test_decoding_encoded_labels_gives_the_labels_in_the_smallest_type(affine, top):
    labels = np.zeros(SHAPE, np.int64)
    labels[1, 2, 3] = top
    source = nifti.read(content(counted(), AFFINES[affine], order=">"))

    again = nifti.read(nifti.encode_labels(labels, source.header))

    assert_array_equal(again.data, labels)
    assert again.data.dtype == np.min_scalar_type(top)
    assert_array_equal(again.affine, source.affine)


def test_nibabel_reads_the_labels_of_a_nifti_2_volume_where_it_lies():
    source = content(counted(), OBLIQUE, kind=nib.Nifti2Image)

    made = nifti.encode_labels(counted() % 5, nifti.read(source).header)

    image = nib.Nifti2Image.from_bytes(gzip.decompress(made))
    assert_array_equal(np.asanyarray(image.dataobj), counted() % 5)
    assert_array_equal(image.affine, nib.Nifti2Image.from_bytes(source).affine)


@pytest.mark.parametrize("affine", AFFINES.values(), ids=AFFINES.keys())
def test_nibabel_and_simpleitk_read_the_labels_where_the_volume_lies(tmp_path, affine):
    volume, labels = tmp_path / "volume.nii", tmp_path / "labels.nii.gz"
    volume.write_bytes(content(counted(), affine, scl_slope=0.5, scl_inter=-3))
    drawn = counted() % 5

    labels.write_bytes(nifti.encode_labels(drawn, nifti.read(volume).header))

    ours, theirs = nib.load(labels), nib.load(volume)
    assert_array_equal(np.asanyarray(ours.dataobj), drawn)
    assert ours.get_data_dtype() == np.uint8
    assert ours.header.get_intent()[0] == "label"
    assert_array_equal(ours.affine, theirs.affine)
    ours, theirs = SimpleITK.ReadImage(labels), SimpleITK.ReadImage(volume)
    assert_array_equal(SimpleITK.GetArrayFromImage(ours).T, drawn)
    assert ours.GetPixelIDTypeAsString() == "8-bit unsigned integer"
    assert ours.IsSameImageGeometryAs(theirs, 1e-9)


def test_equal_labels_give_equal_bytes():
    header = nifti.read(content(counted())).header

    first = nifti.encode_labels(counted() % 3, header)
    second = nifti.encode_labels(np.asfortranarray(counted("u8") % 3), header)

    assert first == second


def test_a_sheared_sform_keeps_its_bits():
    rows = np.array([[1, 0.3, 0.1, 5], [0, 1, 0.2, -7], [0, 0, 2, 1]], "f4") / np.float32(3)
    place = {"srow_x": rows[0], "srow_y": rows[1], "srow_z": rows[2], "sform_code": 3}
    source = content(counted(), qform_code=0, **place)

    made = gzip.decompress(nifti.encode_labels(counted(), nifti.read(source).header))

    header = nib.Nifti1Header(made[:348])
    assert_array_equal(header.get_sform()[:3].astype("f4"), rows)
    assert header["sform_code"] == 3
    assert header["qform_code"] == 0


def test_nothing_of_the_source_but_its_place_leaves_with_the_labels():
    source = content(counted(), descrip=b"Jane Doe", db_name=b"Doe", intent_name=b"Doe")

    made = gzip.decompress(nifti.encode_labels(counted(), nifti.read(source).header))

    assert b"Doe" not in made
    assert b"supervox" in made


def test_labels_of_one_volume_of_many_are_3d():
    source = content(counted("i2", (*SHAPE, 3)))

    again = nifti.read(nifti.encode_labels(counted(), nifti.read(source, volume=1).header))

    assert again.data.shape == SHAPE


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (counted("f4"), "must be integers"),
        (-counted(), "must not be negative"),
        (counted()[1:], "must have the source's shape"),
    ],
)
def test_labels_that_are_none_are_refused(labels, sentence):
    header = nifti.read(content(counted())).header

    with pytest.raises(ValueError, match=sentence):
        nifti.encode_labels(labels, header)


def test_bool_labels_are_ones_and_zeros():
    header = nifti.read(content(counted())).header

    again = nifti.read(nifti.encode_labels(counted() > 9, header))

    assert_array_equal(again.data, (counted() > 9).astype("u1"))


@pytest.mark.parametrize(("dtype", "stored"), [("?", "u1"), ("f2", "f4"), (">i2", "<i2")])
def test_a_volume_is_written_in_its_own_type_or_one_that_holds_it(dtype, stored):
    header = nifti.read(content(counted())).header
    data = (counted() % 2).astype(dtype)

    again = nifti.read(nifti.encode_volume(data, header))

    assert again.data.dtype == np.dtype(stored)
    assert_array_equal(again.data, data)


def test_a_complex_volume_is_not_written():
    header = nifti.read(content(counted())).header

    with pytest.raises(ValueError, match="integers or reals"):
        nifti.encode_volume(counted("c8"), header)


@pytest.mark.parametrize(
    ("stored", "read"), [("u1", "f4"), ("i2", "f4"), ("i4", "f8"), ("f4", "f4"), ("f8", "f8")]
)
def test_scaled_values_are_floats(stored, read):
    file = nifti.read(content(counted(stored), scl_slope=0.25, scl_inter=-1024))

    assert file.data.dtype == np.dtype(read)
    assert_array_equal(file.data, counted("f8") * 0.25 - 1024)


@pytest.mark.parametrize(("slope", "inter"), [(0, 7), (np.nan, np.nan), (np.inf, 0), (1, 0)])
def test_no_slope_leaves_the_integers_alone(slope, inter):
    file = nifti.read(content(counted("u2"), scl_slope=slope, scl_inter=inter))

    assert file.data.dtype == np.uint16
    assert_array_equal(file.data, counted("u2"))


@pytest.mark.parametrize("zipped", [False, True])
def test_one_volume_of_many_is_read_when_it_is_named(zipped):
    many = counted("i2", (*SHAPE, 3))

    file = nifti.read(content(many, zipped=zipped), volume=1)

    assert_array_equal(file.data, many[..., 1])
    assert file.notes == ("Volume 2 of 3.",)


def test_one_volume_of_many_is_asked_for():
    with pytest.raises(nifti.SeveralVolumes, match="holds 3") as caught:
        nifti.read(content(counted("i2", (*SHAPE, 3))))

    assert caught.value.count == 3


@pytest.mark.parametrize("volume", [-1, 3])
def test_a_volume_that_is_not_there_is_refused(volume):
    assert "one of its volumes, 1 to 3" in refusal(
        content(counted("i2", (*SHAPE, 3))), volume=volume
    )


def test_a_4d_file_of_one_volume_opens():
    file = nifti.read(content(counted("i2", (*SHAPE, 1))))

    assert_array_equal(file.data, counted())


BROKEN = {
    "negative": ({"dim": [3, 5, -7, 4, 1, 1, 1, 1]}, "positive dimensions"),
    "zero": ({"dim": [3, 5, 0, 4, 1, 1, 1, 1]}, "positive dimensions"),
    "no axes": ({"dim": [0, 5, 7, 4, 1, 1, 1, 1]}, "positive dimensions"),
    "nine axes": ({"dim": [9, 5, 7, 4, 1, 1, 1, 1]}, "positive dimensions"),
    "2D": ({"dim": [2, 35, 4, 1, 1, 1, 1, 1]}, "3 axes"),
    "5D": ({"dim": [5, 5, 7, 1, 1, 4, 1, 1]}, "3 axes"),
    "huge": ({"dim": [3, 32767, 32767, 32767, 1, 1, 1, 1]}, "at most"),
    "longer than the file": ({"dim": [3, 5, 7, 5, 1, 1, 1, 1]}, "bytes"),
    "RGB": ({"datatype": 128, "bitpix": 24}, "RGB"),
    "complex": ({"datatype": 32, "bitpix": 64}, "complex64"),
    "float128": ({"datatype": 1536, "bitpix": 128}, "float128"),
    "unknown type": ({"datatype": 77}, "unknown type 77"),
    "bitpix": ({"bitpix": 8}, "16 bits"),
    "offset beyond": ({"vox_offset": 1e30}, "begin"),
    "offset inside": ({"vox_offset": 100}, "begin"),
    "offset NaN": ({"vox_offset": np.nan}, "begin"),
    "edge 0": ({"pixdim": [1, 1, 0, 1, 1, 1, 1, 1]}, "edges above 0"),
    "edge NaN": ({"pixdim": [1, 1, np.nan, 1, 1, 1, 1, 1]}, "edges above 0"),
    "flat": ({"qform_code": 0, "srow_x": 0, "srow_y": 0, "srow_z": 0}, "inverted"),
    "parallel": (
        {"qform_code": 0, "srow_x": [1, 0, 0, 0], "srow_y": [1, 0, 0, 0]},
        "inverted",
    ),
    "NaN": ({"qform_code": 0, "srow_x": np.nan}, "inverted"),
    "bad quaternion": ({"sform_code": 0, "quatern_b": 3}, "quaternion"),
    "two bad forms": ({"srow_x": np.nan, "quatern_b": 3}, "inverted"),
    "a code below 0": ({"sform_code": -1}, "sform_code from 0"),
    "intercept": ({"scl_slope": 2, "scl_inter": np.nan}, "intercept"),
    "Analyze": ({"magic": b""}, "Analyze 7.5"),
    "another mark": ({"magic": b"n+7"}, "mark"),
}


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(("fields", "sentence"), BROKEN.values(), ids=BROKEN.keys())
def test_a_header_that_cannot_be_is_refused_in_a_sentence(tmp_path, fields, sentence, zipped):
    path = tmp_path / "<b>scan</b>.nii".replace("/", "")
    path.write_bytes(content(counted(), zipped=zipped, **fields))
    if zipped and sentence == "bytes":
        sentence = "cut short"

    said = refusal(path)

    assert said.startswith(path.name + ": ")
    assert sentence in said
    assert "\n" not in said


@given(st.integers(0, 347), st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_no_byte_of_the_header_leads_to_another_error(place, value):
    damaged = bytearray(content(counted()))
    damaged[place] = value

    try:
        file = nifti.read(bytes(damaged), max_voxels=10_000)
    except nifti.UnreadableFile:
        return
    assert np.isfinite(np.linalg.inv(file.affine)).all()
    assert file.data.size <= 10_000


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_flipped_bit_in_a_gzipped_file_is_never_read_as_other_values(data):
    good = content(counted(), zipped=True)
    bit = data.draw(st.integers(0, 8 * len(good) - 1))
    damaged = bytearray(good)
    damaged[bit // 8] ^= 1 << bit % 8

    try:
        file = nifti.read(bytes(damaged))
    except nifti.UnreadableFile:
        return
    assert_array_equal(file.data, counted())


@pytest.mark.parametrize("zipped", [False, True])
def test_a_file_cut_anywhere_is_refused(zipped):
    whole = content(counted(), zipped=zipped)

    for length in range(0, len(whole), 3):
        assert refusal(whole[:length])


def test_data_beyond_what_the_header_says_is_refused():
    bomb = gzip.compress(content(counted()) + bytes(10_000_000), mtime=0)

    assert "longer than its header says" in refusal(bomb)


def test_padding_at_the_end_is_tolerated():
    file = nifti.read(content(counted()) + bytes(512))

    assert_array_equal(file.data, counted())


def test_a_volume_over_the_budget_is_refused_before_it_is_read():
    assert "at most 100 voxels" in refusal(content(counted()), max_voxels=100)


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b", b"PK\x03\x04 something", bytes(400)])
def test_what_is_no_nifti_is_refused(content):
    assert refusal(content).startswith("The file: ")


def test_what_is_no_file_is_refused(tmp_path):
    assert "missing.nii: cannot be read (No such file" in refusal(tmp_path / "missing.nii")
    assert "folder" in refusal(tmp_path)
    assert "null" in refusal("a\0b.nii")


def test_a_file_without_orientation_is_placed_as_nibabel_places_it_and_noted():
    source = content(counted(), qform_code=0, sform_code=0)

    file = nifti.read(source)

    assert_array_equal(file.affine, nib.Nifti1Image.from_bytes(source).affine)
    assert "no orientation code" in file.notes[0]


def test_the_qform_is_used_when_there_is_no_sform():
    source = content(counted(), OBLIQUE, sform_code=0, srow_x=0)

    file = nifti.read(source)

    assert_array_equal(file.affine, nib.Nifti1Image.from_bytes(source).affine)
    assert file.notes == ()


@pytest.mark.parametrize(
    ("units", "mm", "name"), [(3, 1e-3, "micrometres"), (1 | 8, 1e3, "metres")]
)
def test_other_lengths_are_read_in_mm_and_written_as_they_were(units, mm, name):
    source = content(counted(), OBLIQUE, xyzt_units=units)

    file = nifti.read(source)

    assert_allclose(file.affine, np.diag([mm, mm, mm, 1]) @ OBLIQUE, rtol=1e-6)
    (note,) = file.notes
    assert f"in {name}: here they are in mm" in note
    written = gzip.decompress(nifti.encode_labels(file.data, file.header))
    ours, theirs = (nib.Nifti1Image.from_bytes(each).header for each in (source, written))
    for field in ("srow_x", "srow_y", "srow_z", "quatern_b", "qoffset_x", "xyzt_units"):
        assert_array_equal(theirs[field], ours[field])
    assert_array_equal(theirs["pixdim"][:4], ours["pixdim"][:4])


@pytest.mark.parametrize("units", [0, 2, 2 | 8, 4])
def test_lengths_in_mm_and_without_a_unit_keep_their_bits(units):
    source = content(counted(), OBLIQUE, xyzt_units=units)

    file = nifti.read(source)

    assert_array_equal(file.affine, nib.Nifti1Image.from_bytes(source).affine)
    assert file.notes == ()


def test_forms_that_differ_are_told_in_mm():
    other = OBLIQUE.copy()
    other[:3, 3] += (5000, 0, 0)
    source = content(counted(), OBLIQUE, xyzt_units=3, qoffset_x=other[0, 3])

    with pytest.raises(nifti.FormsDiffer) as differ:
        nifti.read(source)

    assert_allclose(
        differ.value.affines["sform"], np.diag([1e-3, 1e-3, 1e-3, 1]) @ OBLIQUE, rtol=1e-6
    )
    assert "shifted by 5" in differ.value.difference
    assert_array_equal(nifti.read(source, form="qform").affine, differ.value.affines["qform"])


def test_an_extension_before_the_voxels_is_skipped():
    image = nib.Nifti1Image(counted(), THICK)
    image.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"some words"))

    file = nifti.read(image.to_bytes())

    assert_array_equal(file.data, counted())


def test_progress_runs_from_0_to_1_and_may_cancel():
    told = []

    nifti.read(content(counted("i2", (200, 200, 60))), report=told.append)

    assert told == sorted(told)
    assert 0 < told[0] < told[-1] == 1

    def cancel(fraction):
        raise CancelledError

    with pytest.raises(CancelledError):
        nifti.read(content(counted()), report=cancel)
    with pytest.raises(CancelledError):
        nifti.encode_labels(counted(), nifti.read(content(counted())).header, report=cancel)


def test_one_volume_of_many_does_not_hold_them_all(monkeypatch):
    many = io.BytesIO(content(counted("i2", (*SHAPE, 200)), zipped=True)).getvalue()
    asked = []
    empty = np.empty
    monkeypatch.setattr(
        np, "empty", lambda shape, *rest: asked.append(shape) or empty(shape, *rest)
    )

    nifti.read(many, volume=150)

    assert asked == [SHAPE]
