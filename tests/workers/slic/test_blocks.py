from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from workers.slic.blocks import BLOCK, by_block, windows_of


def test_a_cluster_is_listed_for_each_block_that_its_window_meets():
    shape = (2 * BLOCK[0], BLOCK[1], 3 * BLOCK[2])
    last = BLOCK[2] - 1
    windows = [[0, 5, 0, 5, last, last + 2], [0, 2 * BLOCK[0], 0, 1, 0, 1]]

    lists = by_block(np.array(windows, np.int32), shape)

    assert lists.blocks == (2, 1, 3)
    listed = [lists.found[a:b].tolist() for a, b in zip(lists.start, lists.start[1:], strict=False)]
    assert listed == [[0, 1], [0], [], [1], [], []]


def test_a_cluster_without_a_window_is_in_no_list():
    windows = np.array([[3, 3, 0, 5, 0, 5], [0, 5, 0, 5, 0, 5]], np.int32)

    lists = by_block(windows, (20, 20, 40))

    assert lists.found.tolist() == [1]


def test_a_window_ends_at_the_faces_of_the_volume():
    centres = np.array([[1.5, 8, 3.9, 7]], np.float32)

    windows = windows_of(centres, np.array([4, 4, 2]), (10, 10, 10))

    assert_array_equal(windows, [[0, 6, 4, 10, 1, 6]])


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_cluster_without_voxels_has_no_window(axis):
    centres = np.full((1, 4), 5.0)
    centres[0, axis] = np.nan

    assert not windows_of(centres, np.array([4, 4, 4]), (10, 10, 10)).any()
