from __future__ import annotations

import gzip
import itertools
import pickle

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.geometries import seen_by_itk
from workers.formats.nifti import forms, nifti

SHAPE = (11, 9, 7)
SCANNER = np.array([[2.0, 0, 0, -10], [0, 2, 0, -8], [0, 0, 3, -9], [0, 0, 0, 1]])
MIRRORED = np.diag([-1.0, 1, 1, 1]) @ SCANNER
SHEARED = SCANNER @ np.array([[1.0, 0.2, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
MOVED = SCANNER + np.outer([12.3, 0, 0, 0], [0, 0, 0, 1])
COUNTED = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)


def turned(degrees, about=(0, 0, 1)):
    """SCANNER, turned about the middle of the volume."""
    turn = nib.affines.from_matvec(
        nib.quaternions.angle_axis2mat(np.radians(degrees), np.array(about))
    )
    return turn @ SCANNER


def content(qform, sform, codes=(1, 2), kind=nib.Nifti1Image, **fields):
    """The bytes of a file with two forms."""
    image = kind(COUNTED, None)
    image.header.set_qform(qform, 1)
    image.header.set_sform(sform, 1)
    image.header["qform_code"], image.header["sform_code"] = codes
    for field, value in fields.items():
        image.header[field] = value
    offset = image.header.single_vox_offset
    image.header["magic"], image.header["vox_offset"] = image.header.single_magic, offset
    start = image.header.binaryblock
    return start + bytes(offset - len(start)) + COUNTED.tobytes(order="F")


def asked(source):
    with pytest.raises(nifti.FormsDiffer) as told:
        nifti.read(source)
    return told.value


@pytest.mark.parametrize(
    ("qform", "said"),
    [
        (MIRRORED, "mirrored left to right; corners lie up to 20 mm apart"),
        (MOVED, "shifted by 12.3 mm; corners lie up to 12.3 mm apart"),
        (turned(5), "turned by 5°;"),
        (np.diag([1.0, 1, -1, 1]) @ turned(90), "mirrored head to foot and turned by 90°;"),
        (np.diag([1.0, -1, 1, 1]) @ SCANNER, "mirrored front to back;"),
        (MIRRORED + MOVED - SCANNER, "mirrored left to right and shifted by 12.3 mm;"),
        (SCANNER @ np.diag([1, 1, 1.5, 1]), "with voxels of 2 × 2 × 4.5 instead of 2 × 2 × 3 mm;"),
    ],
)
def test_the_user_is_told_in_words_how_the_forms_differ(qform, said):
    sentence = forms.difference(qform, SCANNER, SHAPE)

    assert said in sentence
    assert sentence.startswith("Against the sform, the qform has the volume ")


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ((1, 1), "Both lead to the scanner."),
        ((1, 4), "The qform leads to the scanner, the sform to the MNI template."),
        ((2, 3), "The qform leads to another image, the sform to Talairach's atlas."),
        ((5, 99), "The qform leads to another template, the sform to code 99."),
    ],
)
def test_the_user_is_told_to_which_space_each_form_leads(codes, said):
    assert said in asked(content(MIRRORED, SCANNER, codes)).difference


def test_a_shear_is_told():
    said = asked(content(SCANNER, SHEARED)).difference

    assert "not sheared" in said


def test_a_difference_that_has_no_other_word_is_told_by_the_corners():
    moved = SCANNER + np.outer([0.04, 0, 0, 0], [0, 0, 0, 1])

    said = forms.difference(moved, SCANNER, SHAPE)

    assert said == "The corners lie up to 0.04 mm apart."


@pytest.mark.parametrize("sform", [MIRRORED, SHEARED], ids=["mirrored", "sheared"])
@pytest.mark.parametrize("codes", [*itertools.product(range(1, 5), repeat=2)], ids=str)
def test_what_is_said_of_other_programs_is_what_they_do(tmp_path, codes, sform):
    path = tmp_path / "scan.nii"
    path.write_bytes(content(SCANNER, sform, codes))

    said = asked(path).difference

    by_itk, _ = seen_by_itk(path)
    by_sform = np.allclose(by_itk, sform, atol=1e-3)
    assert by_sform or np.allclose(by_itk, SCANNER, atol=1e-3)
    assert_array_equal(nib.load(path).affine, sform.astype("f4"))
    assert ("nibabel and ITK (ITK-SNAP, 3D Slicer) take the sform" in said) == by_sform
    assert ("nibabel takes the sform, ITK (ITK-SNAP, 3D Slicer) the qform" in said) != by_sform


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
@pytest.mark.parametrize(("form", "affine"), [("qform", MIRRORED), ("sform", SCANNER)])
@pytest.mark.parametrize("codes", [(1, 4), (3, 1), (2, 2)])
def test_the_form_that_was_chosen_is_both_forms_of_what_is_written(codes, form, affine, kind):
    source = nifti.read(content(MIRRORED, SCANNER, codes, kind), form=form)

    for made in (
        nifti.encode_labels(COUNTED % 5, source.header),
        nifti.encode_volume(source.data, source.header),
    ):
        header = kind.from_bytes(gzip.decompress(made)).header
        assert_allclose(source.affine, affine, atol=1e-5)
        assert_allclose(header.get_qform(), affine, atol=1e-5)
        assert_allclose(header.get_sform(), affine, atol=1e-5)
        code = codes[form == "sform"]
        assert (header["qform_code"], header["sform_code"]) == (code, code)
        assert nifti.read(made).notes == ()


def test_the_form_that_was_chosen_keeps_its_bits():
    made = nifti.encode_labels(COUNTED, nifti.read(content(MOVED, turned(17)), form="sform").header)

    source = nib.Nifti1Header(content(MOVED, turned(17))[:348])
    written = nib.Nifti1Header(gzip.decompress(made)[:348])
    for row in ("srow_x", "srow_y", "srow_z"):
        assert_array_equal(written[row], source[row])


def test_a_sheared_sform_that_was_chosen_stands_alone():
    source = nifti.read(content(SCANNER, SHEARED), form="sform")

    made = nib.Nifti1Image.from_bytes(gzip.decompress(nifti.encode_labels(COUNTED, source.header)))

    assert (made.header["qform_code"], made.header["sform_code"]) == (0, 2)
    assert_allclose(made.affine, SHEARED, atol=1e-5)
    assert "sheared" in source.notes[1]


def test_what_was_chosen_is_noted():
    file = nifti.read(content(MIRRORED, SCANNER), form="qform")

    assert file.notes == (
        "Its qform places it, as chosen; its sform, which differs, does not count.",
    )


@pytest.mark.parametrize("form", [None, "qform", "sform"])
def test_forms_that_agree_are_not_asked_about(form):
    source = content(turned(17), turned(17))

    file = nifti.read(source, form=form)

    assert file.notes == ()
    assert file.header == source[:348]


@pytest.mark.parametrize(("corner", "asks"), [(0.19, False), (0.21, True)])
def test_a_tenth_of_a_voxel_at_the_corners_is_no_difference(corner, asks):
    source = content(SCANNER + np.outer([corner, 0, 0, 0], [0, 0, 0, 1]), SCANNER)

    if asks:
        assert asked(source)
    else:
        assert_array_equal(nifti.read(source).affine, SCANNER)


@pytest.mark.parametrize("fields", [{"srow_x": np.nan}, {"srow_x": 0, "srow_y": 0, "srow_z": 0}])
def test_a_sform_that_is_none_leaves_the_qform_and_is_noted(fields):
    file = nifti.read(content(MIRRORED, SCANNER, **fields))

    assert file.notes == ("Its qform places it: its sform is no affine that can be inverted.",)
    assert_allclose(file.affine, MIRRORED, atol=1e-5)
    written = nib.Nifti1Header(gzip.decompress(nifti.encode_labels(COUNTED, file.header))[:348])
    assert_allclose(written.get_sform(coded=True)[0], MIRRORED, atol=1e-5)


def test_a_qform_that_is_none_leaves_the_sform_and_is_noted():
    file = nifti.read(content(MIRRORED, SCANNER, quatern_b=3))

    assert file.notes == ("Its sform places it: its qform is no affine that can be inverted.",)
    written = nib.Nifti1Header(gzip.decompress(nifti.encode_labels(COUNTED, file.header))[:348])
    assert_allclose(written.get_qform(coded=True)[0], SCANNER, atol=1e-5)


def test_edges_that_are_not_those_of_the_sform_are_noted():
    source = content(SCANNER, SCANNER, (0, 1), pixdim=[1, 2, 2, 4, 0, 0, 0, 0])

    assert nifti.read(source).notes == (
        "Its voxel edges (pixdim) are not those of its sform, which is used.",
    )


@pytest.mark.parametrize(("codes", "told"), [((0, 1), True), ((0, 2), True), ((1, 0), False)])
def test_a_sheared_sform_alone_is_noted(codes, told):
    assert (
        any("sheared" in note for note in nifti.read(content(SCANNER, SHEARED, codes)).notes)
        == told
    )


def test_the_question_comes_before_that_for_one_volume_of_many():
    image = nib.Nifti1Image(np.stack([COUNTED] * 2, -1), None)
    image.set_qform(MIRRORED, 1)
    image.set_sform(SCANNER, 1)
    source = image.to_bytes()

    assert asked(source)
    with pytest.raises(nifti.SeveralVolumes):
        nifti.read(source, form="sform")
    assert_array_equal(nifti.read(source, form="sform", volume=1).data, COUNTED)


def test_another_word_for_a_form_is_an_error():
    with pytest.raises(ValueError, match="form must be qform or sform; got both"):
        nifti.read(content(SCANNER, SCANNER), form="both")


def test_the_question_survives_a_process():
    error = asked(content(MIRRORED, SCANNER))

    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own

    assert str(again) == str(error)
    assert again.difference == error.difference
    assert_array_equal(again.affines["qform"], error.affines["qform"])
