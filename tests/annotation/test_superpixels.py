from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from dashboard.annotation.superpixels import Superpixels
from tests.conftest import partitioned, slab

PARTITION = slab(
    "0012",
    "0332",
    "0332",
)


def test_a_box_is_slices_of_the_volume():
    boxes = np.array([[0, 1, 2, 3, 0, 1], [0, 3, 3, 4, 0, 1], [1, 3, 1, 3, 0, 1]], np.int32)

    box = Superpixels(PARTITION.copy(), boxes).box(3)

    assert box == (slice(1, 3), slice(1, 3), slice(0, 1))
    assert_array_equal(PARTITION[box], np.full((2, 2, 1), 3))


def test_a_number_that_no_voxel_has_counts_for_nothing_and_its_box_is_empty():
    superpixels = partitioned(slab("1155"))

    assert superpixels.count == 2
    assert superpixels.ids[superpixels.box(3)].size == 0


def test_ids_may_not_be_written_to():
    superpixels = partitioned(PARTITION)

    with pytest.raises(ValueError, match="read-only"):
        superpixels.ids[0, 0, 0] = 1


@given(arrays(np.uint16, (3, 4, 2), elements=st.integers(0, 7)))
def test_a_box_holds_all_voxels_of_its_superpixel(ids):
    superpixels = partitioned(ids)

    for n in np.unique(ids[ids > 0]):
        assert (ids[superpixels.box(n)] == n).sum() == (ids == n).sum()
