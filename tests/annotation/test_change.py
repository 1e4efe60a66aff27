from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from dashboard.annotation import change
from dashboard.annotation.change import Painted, Patched, Replaced
from dashboard.annotation.label_map import LabelMap
from tests.conftest import partitioned, slab

PARTITION = slab(
    "1122",
    "1122",
    "3344",
)


@pytest.fixture
def labels():
    """An empty label map over the partition."""
    return LabelMap(PARTITION.shape)


def test_a_stroke_is_told_by_ids(labels):
    edit = labels.assign(partitioned(PARTITION), np.array([2, 4]), 7, "given")

    told = change.painted(5, edit)

    assert isinstance(told, Painted)
    assert (told.revision, told.ids.tolist(), told.label) == (5, [2, 4], 7)


def test_labels_from_a_file_are_told_by_the_box_that_changed(labels):
    told = change.painted(5, labels.replace(slab("0000", "0340", "0000"), "opened"))

    assert told == Patched(5, ((slice(1, 2), slice(1, 3), slice(0, 1)),))


def test_what_is_undone_is_told_by_boxes_since_labels_below_may_differ(labels):
    edit = labels.assign(partitioned(PARTITION), np.array([2, 4]), 7, "given")
    labels.revert(edit)

    told = change.patched(6, edit)

    assert told == Patched(6, tuple(patch.box for patch in edit.patches))


@pytest.mark.parametrize(("most", "kind"), [(12, Patched), (11, Replaced)])
def test_boxes_of_too_many_voxels_are_told_as_a_whole(labels, monkeypatch, most, kind):
    monkeypatch.setattr(change, "MOST_VOXELS", most)

    told = change.painted(5, labels.replace(slab("9999", "9999", "9999"), "opened"))

    assert isinstance(told, kind)
    assert told.revision == 5


@given(arrays(np.uint16, (4, 5), elements=st.integers(0, 6)), st.sets(st.integers(1, 6)))
def test_the_boxes_hold_every_voxel_that_changed(ids, chosen):
    superpixels, labels = partitioned(ids[:, :, None]), LabelMap((4, 5, 1))
    before = labels.data.copy()
    edit = labels.assign(superpixels, np.intersect1d(sorted(chosen), ids), 3, "given")

    for box in change.patched(1, edit).boxes:
        before[box] = labels.data[box]

    assert_array_equal(before, labels.data)
