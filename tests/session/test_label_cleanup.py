"""A label mended as a whole, on drawn label maps."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.annotation.partition_settings import Settings
from dashboard.session import label_cleanup
from dashboard.session.session import Refused
from tests.conftest import ByHand, Inline, nifti_bytes, session_on, slab, tissues
from tests.session.test_stored_session import WISH, open_stored
from tests.stored import partition_stored, store_volume

AFFINE = np.diag([1.0, 1.0, 2.0, 1.0])
RINGS = slab(
    "1111000",
    "1001000",
    "1021044",
    "1111040",
    "0000010",
)
LIDS = slab(
    "1111000",
    "1111000",
    "1111000",
    "1111000",
    "0000000",
)
CLOSED = np.concatenate((LIDS, RINGS, LIDS), axis=2)


def labelled(**options):
    """A session in whose middle slice RINGS lie, between two lids."""
    session = session_on(
        tissues((5, 7, 3), AFFINE, "small"), settings=Settings(count=8, threshold=None), **options
    )
    session.open_labels(nifti_bytes(CLOSED, AFFINE), "rings.nii")
    return session


@pytest.fixture
def session():
    return labelled()


def middle(session):
    return session.labels.data[:, :, 1:2]


def test_holes_of_a_label_are_filled_but_not_what_others_hold(session):
    session.fill_holes(1)

    assert_array_equal(
        middle(session),
        slab(
            "1111000",
            "1111000",
            "1121044",
            "1111040",
            "0000010",
        ),
    )
    assert session.history[0][-1] == "filled 3 voxels in holes → label 1"


def test_only_the_largest_island_of_a_label_is_kept(session):
    session.keep_largest_island(1)

    assert_array_equal(middle(session)[4], 0)
    assert_array_equal(middle(session)[:4], RINGS[:4])
    assert session.history[0][-1] == "erased 1 voxel beside the largest island of label 1"


@pytest.mark.parametrize("verb", ["fill_holes", "keep_largest_island"])
def test_undo_takes_it_back_and_redo_does_it_again(session, verb):
    getattr(session, verb)(1)
    after = session.labels.data.copy()

    session.undo()
    assert_array_equal(session.labels.data, CLOSED)

    session.redo()
    assert_array_equal(session.labels.data, after)


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("fill_holes", "label 4 encloses no hole."),
        ("keep_largest_island", "label 4 is one island already."),
    ],
)
def test_a_label_with_nothing_to_mend_stays_and_that_is_said(session, verb, said):
    before = session.history

    getattr(session, verb)(4)

    assert session.notice.text == said
    assert session.history == before


def test_a_locked_label_is_not_mended(session):
    session.lock_label(1, True)

    with pytest.raises(Refused, match="label 1 is locked"):
        session.fill_holes(1)


def test_a_label_without_voxels_is_refused(session):
    with pytest.raises(Refused, match="No voxel is labelled label 3 yet"):
        session.keep_largest_island(3)


def test_what_was_found_of_older_labels_is_not_applied():
    session = labelled(executor=(hand := ByHand()), threads=Inline())
    session.cancel()
    hand.waiting.clear()
    session.fill_holes(1)
    session.undo()

    hand.finish()

    assert "labels have changed meanwhile" in session.notice.text
    assert not session.labels.data.any()


def test_it_can_be_cancelled():
    session = labelled(executor=(hand := ByHand()), threads=Inline())
    session.cancel()
    hand.waiting.clear()
    session.keep_largest_island(1)
    assert session.job.title == "Looking for the islands of label 1"

    session.cancel()

    assert_array_equal(session.labels.data, CLOSED)


@pytest.fixture
def on_disk(tmp_path, monkeypatch):
    """RINGS over a volume on disk."""
    monkeypatch.setattr("dashboard.session.backing.disk.partition_stored", partition_stored)
    volume = store_volume(tissues((5, 7, 3), AFFINE, "small"), tmp_path / "cache")
    session = open_stored(volume)
    assert session.settings == WISH
    session.open_labels(nifti_bytes(CLOSED, AFFINE), "rings.nii")
    return session


@pytest.mark.parametrize("verb", ["fill_holes", "keep_largest_island"])
def test_a_label_on_disk_is_mended_as_one_in_memory(session, on_disk, verb):
    for each in (session, on_disk):
        getattr(each, verb)(1)

    assert_array_equal(on_disk.labels.data[(slice(None),) * 3], session.labels.data)
    assert on_disk.history == session.history


def test_a_label_on_disk_that_is_too_large_is_refused_with_the_way_out(on_disk, monkeypatch):
    monkeypatch.setattr(label_cleanup, "MOST_VOXELS", 10)

    with pytest.raises(Refused, match="mend it with the brush"):
        on_disk.fill_holes(1)
