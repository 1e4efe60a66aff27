from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from workers.storage.coarse import blocks, edges_mm, stride_affine


def test_blocks_hold_the_voxels_and_zeros_beyond_the_end():
    array = np.arange(1, 6).reshape(5, 1, 1)

    assert_array_equal(blocks(array, np.array([2, 1, 1])).sum((1, 3, 5)).ravel(), [3, 7, 5])


def test_a_block_lies_at_the_mean_of_its_voxels():
    affine = np.array([[0, -2.0, 0, 5], [1, 0, 0, 6], [0, 0, 3, 7], [0, 0, 0, 1]])

    coarse = stride_affine(affine, np.array([2, 3, 1]))

    assert_allclose(coarse @ [1, 0, 4, 1], affine @ [2.5, 1, 4, 1])
    assert_allclose(edges_mm(coarse), [2, 6, 3])
