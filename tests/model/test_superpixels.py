from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from dashboard.model.superpixels import Superpixels
from tests.conftest import slab

PARTITION = slab(
    "0012",
    "0332",
    "0332",
)


def test_ids_under_voxels_come_once_and_ascending():
    voxels = np.array([[2, 1, 0], [0, 3, 0], [1, 2, 0], [0, 3, 0]])

    assert_array_equal(Superpixels(PARTITION.copy()).under(voxels), [2, 3])


def test_the_background_holds_no_superpixel():
    assert Superpixels(PARTITION.copy()).under(np.array([[0, 0, 0], [2, 0, 0]])).size == 0


@pytest.mark.parametrize("voxel", [(-1, 3, 0), (3, 3, 0), (0, -1, 0), (0, 4, 0), (0, 3, 1)])
def test_a_voxel_off_the_volume_touches_nothing(voxel):
    assert Superpixels(PARTITION.copy()).under(np.array([voxel])).size == 0


def test_no_voxels_touch_nothing():
    assert Superpixels(PARTITION.copy()).under(np.empty((0, 3), int)).size == 0


def test_a_number_that_no_voxel_has_counts_for_nothing():
    superpixels = Superpixels(slab("1155"))

    assert superpixels.count == 2
    assert superpixels.boxes[1:4] == [None, None, None]


def test_ids_may_not_be_written_to():
    superpixels = Superpixels(PARTITION.copy())

    with pytest.raises(ValueError, match="read-only"):
        superpixels.ids[0, 0, 0] = 1


@pytest.mark.parametrize(("dtype", "count"), [(np.uint8, 255), (np.uint16, 65_535)])
def test_every_number_that_the_type_holds_has_its_box(dtype, count):
    superpixels = Superpixels(np.arange(1, count + 1, dtype=dtype).reshape(1, 1, count))

    assert superpixels.count == count
    assert superpixels.boxes[count - 1] == (slice(0, 1), slice(0, 1), slice(count - 1, count))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
@given(data=st.data())
def test_boxes_enclose_their_superpixels_tightly(dtype, data):
    ids = data.draw(arrays(dtype, (3, 4, 2), elements=st.integers(0, 7)))
    superpixels = Superpixels(ids)

    for n in np.unique(ids[ids > 0]):
        where = np.argwhere(ids == n)
        box = superpixels.boxes[n - 1]
        assert_array_equal([s.start for s in box], where.min(axis=0))
        assert_array_equal([s.stop for s in box], where.max(axis=0) + 1)
