"""A label map that is opened over a volume on disk."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard import opening_over
from tests.conftest import ByHand, Inline, draw, nifti_bytes, session_on, tissues
from tests.stored import store_volume
from tests.test_stored_session import (
    ALL,
    PIR,
    SHAPE,
    WISH,
    driver,  # noqa: F401 - a fixture for all of these
    everything,
    open_stored,
)

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
    monkeypatch.setattr(opening_over, "_SIDE", side)
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
        (LABELS[:-1], PIR, "Expected labels of shape"),
        (LABELS, np.eye(4), "their affine differs"),
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
    monkeypatch.setattr(opening_over, "MOST_VOXELS", 10)
    stored, _ = both

    stored.open_labels(nifti_bytes(LABELS, PIR), "labels.nii")

    assert "open it in parts" in stored.notice.text
    assert stored.history[1] == 1


def test_labels_that_were_painted_meanwhile_are_not_lost(both):
    stored, _ = both
    stored._threads = ByHand()
    stored.open_labels(nifti_bytes(LABELS, PIR), "labels.nii")
    stored.undo()

    stored._threads.finish()

    assert "have changed while the file was read: open it again" in stored.notice.text
    stored._threads = Inline()
    stored.open_labels(nifti_bytes(LABELS, PIR), "labels.nii")
    assert_array_equal(stored.labels.read(ALL), LABELS)
