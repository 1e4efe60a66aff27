"""A label map of another time is opened over the volume, and one goes on with it."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
import tifffile
from numpy.testing import assert_array_equal

from dashboard.volumes import read_labels
from tests.conftest import ByHand, draw_voxel, nifti_bytes, session_on
from tests.volumes.test_open_volume import two_minded
from workers.labels.resample import resample_labels


def elsewhere(volume):
    """An affine of finer voxels, a little off those of a volume."""
    affine = volume.affine @ np.diag([0.7, 0.8, 0.6, 1])
    affine[:3, 3] += 0.2
    return affine


def some_labels(shape, seed=0):
    return np.random.default_rng(seed).choice([0, 0, 1, 5], shape).astype(np.uint8)


def saved(path, data, affine):
    nib.save(nib.Nifti1Image(data, affine), path)
    return path


@pytest.fixture
def opened(volume):
    """Each of the volumes, open."""
    return session_on(volume)


def test_labels_on_another_grid_are_not_taken_before_one_is_asked(opened):
    content = nifti_bytes(some_labels((11, 9, 10)), elsewhere(opened.volume))

    opened.open_labels(content, "other.nii")

    assert opened.question[:2] == (content, "other.nii")
    assert "another grid (11 × 9 × 10 voxels of " in opened.question.grid
    assert "than the volume (" in opened.question.grid
    assert opened.history == ((), 0)
    assert opened.job is None


def test_they_are_resampled_by_nearest_neighbour_as_one_edit(opened):
    labels, affine = some_labels((11, 9, 10)), elsewhere(opened.volume)

    opened.open_labels(nifti_bytes(labels, affine), "other.nii", resample=True)

    expected = resample_labels(labels, affine, opened.volume.shape, opened.volume.affine)
    assert_array_equal(opened.labels.data, expected)
    assert opened.history == (("opened other.nii, resampled",), 1)
    assert 5 in {label.value for label in opened.table}
    opened.undo()
    assert not opened.labels.data.any()
    assert 5 not in {label.value for label in opened.table}


def test_where_only_the_place_differs_it_is_said_how_far(session):
    affine = session.volume.affine.copy()
    affine[2, 3] += 0.5

    session.open_labels(nifti_bytes(some_labels(session.volume.shape), affine), "moved.nii")

    assert "corners lie up to 0.5 mm from the volume's" in session.question.grid


@pytest.mark.parametrize("change", ["flipped", "turned"])
def test_a_map_of_the_same_shape_that_lies_otherwise_is_asked_for(session, change):
    affine = session.volume.affine.copy()
    if change == "flipped":
        affine[:3, 0] *= -1
    else:
        affine[:3, :2] = affine[:3, [1, 0]]

    session.open_labels(nifti_bytes(some_labels(session.volume.shape), affine), "other.nii")

    assert "corners lie up to" in session.question.grid
    assert not session.labels.data.any()


def test_of_a_map_with_two_places_it_is_said_which_is_taken(session):
    session.open_labels(two_minded(np.ones((4, 5, 6), np.int16)), "labels.nii")

    assert "its qform and sform differ, and the sform is taken" in session.question.grid


def test_voxels_and_labels_that_are_lost_are_told(session):
    labels = np.zeros((30, 30, 30), np.uint8)
    labels[:, :, 0], labels[0, 0, 29], labels[3, 3, 1] = 1, 2, 3
    affine = session.volume.affine @ np.diag([0.5, 0.5, 0.5, 1])

    session.open_labels(nifti_bytes(labels, affine), "fine.nii", resample=True)

    assert "outside of the volume are left out: " in session.notice.text
    assert "1 of label 2" in session.notice.text
    assert "no voxel is left of label 2, label 3." in session.notice.text


def test_labels_of_another_patient_change_nothing(session):
    affine = session.volume.affine.copy()
    affine[0, 3] += 1000

    content = nifti_bytes(np.ones((5, 5, 5), np.uint8), affine)
    session.open_labels(content, "other.nii", resample=True)

    assert "lies outside of the volume: see that it belongs to this volume" in session.notice.text
    assert session.history == ((), 0)


def test_one_that_is_too_large_is_refused_with_the_way_out(session, monkeypatch):
    monkeypatch.setattr(read_labels, "MOST_VOXELS", 100)

    session.open_labels(
        nifti_bytes(np.ones((5, 5, 5), np.uint8), session.volume.affine), "large.nii"
    )

    assert session.question is None
    assert "resample it onto the volume in another program first" in session.notice.text


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.float64])
def test_the_numbers_stay_integers_whatever_their_type(session, dtype):
    labels = some_labels((7, 8, 9)).astype(dtype) * 50

    session.open_labels(nifti_bytes(labels, session.volume.affine), "other.nii", resample=True)

    assert session.labels.data.dtype == np.uint16
    assert set(np.unique(session.labels.data)) == {0, 50, 250}


def test_equal_labels_are_said_to_change_nothing(session):
    session.paint(draw_voxel(session, (1, 1, 1), label=2))

    session.open_labels(session.export_labels().result(), "same.nii.gz")

    assert session.history[1] == 1
    assert "Nothing has changed: the labels here are those of same.nii.gz" in session.notice.text


def test_the_edit_knows_where_it_changed_something(session):
    labels = np.zeros(session.volume.shape, np.uint8)
    labels[5, 7, 2] = 1

    session.open_labels(nifti_bytes(labels, session.volume.affine), "labels.nii")
    edit = session.state.case.step_back()

    assert edit.at == (5, 7, 2)


@pytest.mark.parametrize("resample", [False, True])
def test_locked_labels_keep_their_voxels_and_that_is_told(session, resample):
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    session.lock_label(2, True)
    was = session.labels.data == 2
    other = np.ones(session.volume.shape, np.uint8)

    content = nifti_bytes(other, session.volume.affine)
    session.open_labels(content, "ones.nii", resample=resample)

    assert_array_equal(session.labels.data == 2, was)
    assert (session.labels.data[~was] == 1).all()
    assert f"Locked labels keep {was.sum()} voxels" in session.notice.text


TABLE = "index\tname\tcolor\n1\tcore\t#010203\n7\t<b>rim</b>\t#a0b0c0\n"


def test_the_table_beside_the_file_is_read_with_it_and_one_undo_takes_all_back(session, tmp_path):
    before, data = session.table, some_labels(session.volume.shape)
    path = saved(tmp_path / "x_dseg.nii.gz", data, session.volume.affine)
    (tmp_path / "x_dseg.tsv").write_text(TABLE)

    session.open_labels(path, path.name)

    called = {label.value: label[1:3] for label in session.table}
    assert called[1] == ("core", "#010203")
    assert called[5][0] == "label 5"
    assert called[7] == ("<b>rim</b>", "#a0b0c0")
    session.undo()
    assert session.table == before
    assert not session.labels.data.any()


@pytest.mark.parametrize("ending", [".label", ".txt"])
def test_tables_of_other_programs_are_read_too(session, tmp_path, ending):
    data = some_labels(session.volume.shape)
    path = saved(tmp_path / "x.nii", data, session.volume.affine)
    lines = '    0 0 0 0 0 0 0 "Clear Label"\n    5 255 0 9 1 1 1 "from ITK-SNAP"\n'
    (tmp_path / f"x{ending}").write_text(lines)

    session.open_labels(path, path.name)

    called = {label.value: label[1:3] for label in session.table}
    assert called[5] == ("from ITK-SNAP", "#ff0009")


def test_a_table_that_is_none_is_told_and_the_labels_are_opened(session, tmp_path):
    data = some_labels(session.volume.shape)
    path = saved(tmp_path / "x.nii", data, session.volume.affine)
    (tmp_path / "x.tsv").write_bytes(b"\xff\xfe\x00nothing")

    session.open_labels(path, path.name)

    assert_array_equal(session.labels.data, data)
    assert "The table beside the labels is not used. x.tsv: " in session.notice.text


def test_what_was_read_for_a_volume_that_is_no_longer_open_asks_nothing(session, two_tissues):
    session.executors.files = files = ByHand(stubborn=True)
    content = nifti_bytes(some_labels((5, 5, 5)), two_tissues.affine)
    session.open_labels(content, "other.nii")
    session.cancel()

    files.finish()

    assert session.question is None
    assert "was cancelled" in session.notice.text


def test_a_label_map_of_another_format_opens_over_its_volume(session, tmp_path):
    data = np.random.default_rng(0).integers(0, 900, (5, 6, 7), np.uint16)
    labels = some_labels(data.shape)
    for name, each in (("stack", data), ("labels", labels)):
        tifffile.imwrite(tmp_path / f"{name}.tif", each, photometric="minisblack")
    session.open(tmp_path / "stack.tif", "stack.tif")

    session.open_labels(tmp_path / "labels.tif", "labels.tif")

    assert session.volume.name == "stack"
    assert sorted(session.labels.data.ravel()) == sorted(labels.ravel())
    assert session.history == (("opened labels.tif",), 1)
