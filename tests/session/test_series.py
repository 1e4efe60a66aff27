from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dashboard.annotation.partition_settings import Settings
from dashboard.cases.case_store import Cases
from dashboard.session import series
from dashboard.session.autosave import Saved
from dashboard.session.session import Refused, Session
from dashboard.volumes.data_folder import Folder
from tests.conftest import Inline, Turns, draw_voxel, nifti_bytes, now, session_on
from tests.stored import partition_stored, store_volume
from workers.labels.resample_linear import resample_linear

WISH = Settings(count=4, compactness=0.01, sigma_mm=0.0, threshold=None)


def halves(axis, shape=(12, 12, 12)):
    """Intensities whose half along an axis is brighter."""
    data = np.zeros(shape, np.float32)
    at = [slice(None)] * 3
    at[axis] = slice(shape[axis] // 2 + 1, None)
    data[tuple(at)] = 100
    return data


def put(path, data, affine):
    path.parent.mkdir(exist_ok=True)
    nib.save(nib.Nifti1Image(data, affine), path)
    return path


def told(session):
    heard = []
    session.param.watch(lambda event: heard.append(event.new.text), "notice", onlychanged=False)
    return heard


@pytest.fixture
def flair(two_tissues):
    """A session on the two tissues, to which volumes can be added."""
    return session_on(two_tissues)


def names(session):
    return [channel.name for channel in session.channels]


def test_the_first_volume_is_the_main_one(flair):
    assert names(flair) == [flair.volume.name]
    assert flair.channels[0].volume is flair.volume


def test_a_volume_on_the_same_grid_is_added_as_it_is(flair):
    data = flair.volume.data[::-1].copy()

    flair.add_volume(nifti_bytes(data, flair.volume.affine), "T1.nii.gz")

    assert names(flair) == ["two", "T1"]
    assert not flair.channels[1].is_resampled
    assert_array_equal(flair.channels[1].volume.data, data)


def test_a_volume_on_another_grid_is_resampled_and_said_to_be(flair, oblique):
    heard = told(flair)

    flair.add_volume(nifti_bytes(oblique.data, oblique.affine), "T1.nii")

    main, added = (channel.volume for channel in flair.channels)
    expected = resample_linear(oblique.data, oblique.affine, main.shape, main.affine)
    assert_allclose(added.data, expected, atol=1e-3)
    assert np.isnan(added.data).any()
    assert np.isfinite(added.data).any()
    assert_array_equal(added.affine, main.affine)
    assert heard == ["T1 lies on another grid: it is shown resampled."]


def test_labels_superpixels_and_history_do_not_know_of_added_volumes(flair):
    flair.paint(draw_voxel(flair, (1, 2, 3), label=2))
    before = flair.labels.data.copy(), flair.superpixels, flair.revision

    flair.add_volume(nifti_bytes(halves(1, flair.volume.shape), flair.volume.affine), "T1.nii")

    assert_array_equal(flair.labels.data, before[0])
    assert flair.superpixels is before[1]
    assert flair.revision == before[2]
    flair.undo()
    assert not flair.labels.data.any()
    assert names(flair) == ["two", "T1"]


def test_volumes_are_told_apart_by_their_names(flair):
    shape, affine = flair.volume.shape, flair.volume.affine

    for axis in (1, 2):
        flair.add_volume(nifti_bytes(halves(axis, shape), affine), "T1.nii")

    assert names(flair) == ["two", "T1", "T1 (2)"]


def test_the_same_volume_is_shown_once(flair):
    content = nifti_bytes(halves(1, flair.volume.shape), flair.volume.affine)
    flair.add_volume(content, "T1.nii")
    heard = told(flair)

    flair.add_volume(content, "copy.nii")
    flair.add_volume(nifti_bytes(flair.volume.data, flair.volume.affine), "again.nii")

    assert names(flair) == ["two", "T1"]
    assert heard == ["copy is shown already, as T1.", "again is shown already, as two."]


def test_a_volume_is_taken_out_again_but_never_the_main_one(flair):
    flair.add_volume(nifti_bytes(halves(1, flair.volume.shape), flair.volume.affine), "T1.nii")

    flair.remove_volume(flair.channels[1].key)

    assert names(flair) == ["two"]
    with pytest.raises(Refused, match="stays"):
        flair.remove_volume(0)


def test_another_main_volume_begins_without_the_series(flair, oblique):
    flair.add_volume(nifti_bytes(halves(1, flair.volume.shape), flair.volume.affine), "T1.nii")

    flair.open(nifti_bytes(oblique.data, oblique.affine), "tilted.nii")

    assert names(flair) == ["tilted"]


def test_more_than_fits_into_the_page_is_refused_with_the_way_out(flair, monkeypatch):
    monkeypatch.setattr(series, "SHOWN_VOXELS", flair.volume.voxels)

    with pytest.raises(Refused, match="take one out"):
        flair.add_volume(nifti_bytes(halves(1), np.eye(4)), "T1.nii")


def test_what_cannot_be_read_leaves_the_series_as_it_is(flair):
    heard = told(flair)

    flair.add_volume(b"Dear colleague, " * 99, "letter.nii")

    assert names(flair) == ["two"]
    assert "expected a NIfTI file" in heard[-1]


# Several of one file


@pytest.fixture
def four(flair):
    """A file of four volumes on the grid of the two tissues."""
    shape = flair.volume.shape
    data = np.stack([halves(0, shape) + n for n in range(4)], axis=3)
    return nifti_bytes(data, flair.volume.affine), data


def test_a_file_of_several_volumes_can_be_opened_as_a_series(flair, four):
    content, data = four
    flair.open(content, "perfusion.nii")
    assert (flair.question.count, flair.question.together) == (4, 4)

    flair.open_together()

    assert names(flair) == ["perfusion", "perfusion 2", "perfusion 3", "perfusion 4"]
    for n, channel in enumerate(flair.channels):
        assert_array_equal(channel.volume.data, data[..., n])


def test_of_many_volumes_as_many_are_shown_as_fit_and_it_is_said(flair, four, monkeypatch):
    monkeypatch.setattr(series, "SHOWN_VOXELS", 2 * flair.volume.voxels)
    heard = told(flair)
    flair.open(four[0], "perfusion.nii")

    flair.open_together()

    assert len(flair.channels) == 2
    assert any("first 2 of the 4 volumes" in text for text in heard)


def test_one_volume_of_a_file_can_be_added(flair, four):
    content, data = four
    flair.add_volume(content, "perfusion.nii")
    asked = flair.question
    assert asked.adds
    assert asked.count == 4

    flair.add_volume(asked.source, asked.name, 2)

    assert names(flair) == ["two", "perfusion 3"]
    assert_array_equal(flair.channels[1].volume.data, data[..., 2])


def test_all_volumes_of_a_file_can_be_added(flair, four):
    flair.add_volume(four[0], "perfusion.nii")

    flair.open_together()

    assert names(flair) == ["two", *(f"perfusion {n}" for n in (1, 2, 3, 4))]


# Cut jointly


def separates(ids, data):
    return not set(np.unique(ids[data == 0])) & set(np.unique(ids[data > 0]))


class Reopened:
    """Opens a volume halved along i, kept on disk, as one page after the other has it."""

    def __init__(self, root):
        self.root, self.cases = root, None

    def __call__(self):
        self.close()
        self.cases = Cases(self.root / "kept")
        turns, folder = Turns(), Folder(self.root / "data")
        page = Session(Inline(), Inline(), turns, self.cases, folder=folder)
        page.turns, page.first_settings, page.heard = turns, WISH, told(page)
        page.open(folder.root / "first.nii", "first.nii")
        turns.until(lambda: page.job is None and page.superpixels and page.saved == Saved())
        self.page = page
        return page

    def close(self):
        if self.cases is not None:
            self.page.close()
            self.cases.close()


@pytest.fixture
def reopened(tmp_path):
    """Opens the first of two crossed volumes, as often as it is called."""
    put(tmp_path / "data" / "first.nii", halves(0), np.eye(4))
    put(tmp_path / "data" / "second.nii", halves(1), np.eye(4))
    opens = Reopened(tmp_path)
    yield opens
    opens.close()


@pytest.fixture
def crossed(reopened):
    """A kept session on a volume halved along i, with one halved along j beside it."""
    page = reopened()
    page.add_volume(reopened.root / "data" / "second.nii", "second.nii")
    settle(page)
    return page


def settle(page):
    page.turns.until(lambda: page.job is None and page.saved == Saved())


def test_a_joint_partition_separates_what_only_the_second_volume_shows(crossed):
    assert not separates(crossed.superpixels.ids, halves(1))

    crossed.partition(WISH, (("first", 1), ("second", 1)))
    settle(crossed)

    assert separates(crossed.superpixels.ids, halves(0))
    assert separates(crossed.superpixels.ids, halves(1))
    assert crossed.weights == (("first", 1.0), ("second", 1.0))


def test_a_volume_of_no_weight_is_left_out(crossed):
    alone = crossed.superpixels.ids

    crossed.partition(WISH, (("first", 1), ("second", 0)))
    settle(crossed)

    assert_array_equal(crossed.superpixels.ids, alone)
    assert crossed.weights == ()


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ((("first", 0), ("second", 0)), "above 0"),
        ((("first", 1), ("T2", 1)), "T2 is not open"),
        ((("first", 1), ("second", 11)), "from 0 to 10"),
        ((("first", 1), ("second", float("nan"))), "from 0 to 10"),
    ],
)
def test_weights_that_cannot_be_are_refused(crossed, weights, said):
    with pytest.raises(ValueError, match=said):
        crossed.partition(WISH, weights)


# Coming back


def test_the_series_comes_back_with_its_superpixels(crossed, reopened):
    crossed.partition(WISH, (("first", 1), ("second", 2)))
    settle(crossed)
    ids = crossed.superpixels.ids

    again = reopened()

    assert names(again) == ["first", "second"]
    assert_array_equal(again.channels[1].volume.data, halves(1))
    assert_array_equal(again.superpixels.ids, ids)
    assert again.weights == (("first", 1.0), ("second", 2.0))


def test_a_volume_that_is_gone_holds_nothing_up_and_is_named(crossed, reopened):
    crossed.paint(draw_voxel(crossed, (1, 2, 3), label=2))
    settle(crossed)
    labels = crossed.labels.data.copy()
    put(reopened.root / "data" / "second.nii", halves(2), np.eye(4))

    again = reopened()

    assert names(again) == ["first"]
    assert any("second is not shown: its file holds another" in text for text in again.heard)
    assert_array_equal(again.labels.data, labels)


def test_of_a_volume_from_the_users_computer_it_is_said_that_it_must_be_added_again(
    crossed, reopened
):
    crossed.add_volume(nifti_bytes(halves(2), np.eye(4)), "third.nii")
    settle(crossed)

    again = reopened()

    assert names(again) == ["first", "second"]
    assert "third is not shown: it came from your computer. Add it again by Open…." in again.heard


def test_what_was_taken_out_does_not_come_back(crossed, reopened):
    crossed.remove_volume(crossed.channels[1].key)

    assert names(reopened()) == ["first"]


def test_beside_a_volume_on_disk_there_are_no_others_and_it_is_said(
    two_tissues, tmp_path, monkeypatch
):
    monkeypatch.setattr("dashboard.session.backing.disk.partition_stored", partition_stored)
    session = Session(Inline(), Inline(), now)
    session.first_settings = WISH
    session.opening.resume(store_volume(two_tissues, tmp_path), "Opening")

    with pytest.raises(Refused, match="read in pieces"):
        session.add_volume(nifti_bytes(halves(1), np.eye(4)), "T1.nii")
    with pytest.raises(ValueError, match="T1 is not open"):
        session.partition(WISH, (("two", 1), ("T1", 1)))


def test_what_no_longer_fits_does_not_come_back_and_is_named(crossed, reopened, monkeypatch):
    monkeypatch.setattr(series, "SHOWN_VOXELS", crossed.volume.voxels)

    again = reopened()

    assert names(again) == ["first"]
    assert any(text.startswith("second: not shown here") for text in again.heard)
