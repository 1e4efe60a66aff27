"""A label map that is opened over a volume on disk."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.volumes import read_labels_stored
from tests.conftest import ByHand, Inline, draw, nifti_bytes, session_on, tissues
from tests.session.test_stored_session import (
    ALL,
    PIR,
    SHAPE,
    WISH,
    driver,  # noqa: F401 - a fixture for all of these
    everything,
    open_stored,
)
from tests.stored import store_volume

LABELS = np.random.default_rng(3).choice([0, 0, 0, 1, 2, 300], SHAPE).astype(np.uint16)


@pytest.fixture
def both(tmp_path):
    """A volume on disk and the same in memory, with one stroke on each."""
    plain = tissues(SHAPE, PIR, "small")
    stored = open_stored(store_volume(plain, tmp_path / "cache"))
    session = session_on(plain, settings=WISH)
    for each in (stored, session):
        each.paint(draw(each, "axial", 3, (0, 0), (6, 6), label=2))
    return stored, session


@pytest.mark.parametrize("side", [3, 128])
@pytest.mark.parametrize("data", [LABELS, LABELS * 0, LABELS.astype(np.float32)])
def test_it_becomes_the_annotation_as_in_memory_and_can_be_undone(both, monkeypatch, side, data):
    monkeypatch.setattr(read_labels_stored, "_SIDE", side)
    stored, session = both
    before = everything(stored)[:2]

    for each in both:
        each.open_labels(nifti_bytes(data, PIR), "labels.nii")

    assert everything(stored) == everything(session)
    assert stored.table == session.table
    assert_array_equal(stored.labels.read(ALL), data)
    stored.undo()
    assert everything(stored)[:2] == before
    stored.redo()
    assert_array_equal(stored.labels.read(ALL), data)


def test_what_is_there_already_is_no_edit(both):
    stored, _ = both

    stored.open_labels(nifti_bytes(stored.labels.read(ALL), PIR), "labels.nii")

    assert stored.history[1] == 1


@pytest.mark.parametrize(
    ("data", "affine", "said"),
    [
        (LABELS - 0.5, PIR, "as whole numbers from 0"),
        (LABELS.astype(np.float32) + 70_000, PIR, "Expected labels from 0 to 65535"),
        (np.arange(LABELS.size, dtype=np.uint16).reshape(SHAPE), PIR, "at most 255 labels"),
    ],
)
def test_what_is_no_label_map_of_the_volume_is_refused_with_a_sentence(both, data, affine, said):
    stored, _ = both
    before = everything(stored)

    stored.open_labels(nifti_bytes(data, affine), "labels.nii")

    assert said in stored.notice.text
    assert everything(stored) == before


def test_more_than_one_edit_can_hold_is_refused_with_the_way_out(both, monkeypatch):
    monkeypatch.setattr(read_labels_stored, "MOST_VOXELS", 10)
    stored, _ = both

    stored.open_labels(nifti_bytes(LABELS, PIR), "labels.nii")

    assert "open it in parts" in stored.notice.text
    assert stored.history[1] == 1


def test_labels_that_were_painted_meanwhile_are_not_lost(both):
    stored, _ = both
    stored.executors.files = ByHand()
    stored.open_labels(nifti_bytes(LABELS, PIR), "labels.nii")
    stored.undo()

    stored.executors.files.finish()

    assert "have changed while the file was read: open it again" in stored.notice.text
    stored.executors.files = Inline()
    stored.open_labels(nifti_bytes(LABELS, PIR), "labels.nii")
    assert_array_equal(stored.labels.read(ALL), LABELS)


ELSEWHERE = PIR @ np.diag([0.8, 1.3, 0.9, 1]) + [[0, 0, 0, 0.3], [0, 0, 0, -0.4], [0] * 4, [0] * 4]


def test_labels_on_another_grid_are_asked_for_and_resampled_as_in_memory(both, monkeypatch):
    monkeypatch.setattr(read_labels_stored, "_SIDE", 4)
    stored, _ = both
    before = everything(stored)

    for each in both:
        each.open_labels(nifti_bytes(LABELS[:-1], ELSEWHERE), "labels.nii")
    assert everything(stored) == before
    for each in both:
        assert "lies on another grid" in each.question.grid
        each.open_labels(nifti_bytes(LABELS[:-1], ELSEWHERE), "labels.nii", resample=True)

    assert everything(stored) == everything(both[1])
    assert stored.labels.voxels[300]
    assert stored.notice == both[1].notice
    stored.undo()
    assert everything(stored)[:2] == before[:2]


@pytest.mark.parametrize("affine", [PIR, ELSEWHERE])
def test_locked_labels_keep_their_voxels_as_in_memory(both, affine):
    for each in both:
        each.lock_label(2, True)
    before = both[0].labels.read(ALL) == 2

    for each in both:
        each.open_labels(nifti_bytes(LABELS, affine), "labels.nii", resample=affine is ELSEWHERE)

    assert everything(both[0]) == everything(both[1])
    assert (both[0].labels.read(ALL)[before] == 2).all()
    assert both[0].notice == both[1].notice
    assert "Locked labels keep" in both[0].notice.text


def test_a_label_that_was_locked_meanwhile_is_not_painted_over(both):
    stored, _ = both
    stored.executors.files = ByHand()
    stored.open_labels(nifti_bytes(LABELS, PIR), "labels.nii")
    stored.lock_label(2, True)

    stored.executors.files.finish()

    assert "have changed while the file was read: open it again" in stored.notice.text
