from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from workers.superpixels.joint import partition_jointly
from workers.superpixels.partition import partition

SPACING = (1.0, 1.0, 1.0)
HOW = {"spacing": SPACING, "count": 4, "compactness": 0.01, "sigma_mm": 0.0, "threshold": None}


def halves(axis, shape=(12, 12, 12)):
    """A volume whose half along an axis is brighter."""
    data = np.zeros(shape, np.float32)
    at = [slice(None)] * 3
    at[axis] = slice(shape[axis] // 2 + 1, None)  # not where the grid of the seeds has a border
    data[tuple(at)] = 100
    return data


def separates(ids, data):
    """Whether no superpixel lies in both tissues."""
    return not set(np.unique(ids[data == 0])) & set(np.unique(ids[data > 0]))


def test_superpixels_follow_what_only_the_second_volume_shows():
    first, second = halves(0), halves(1)

    alone = partition(first, **HOW).ids
    jointly = partition_jointly(first, second, weights=(1, 1), **HOW).ids

    assert separates(alone, first)
    assert not separates(alone, second)
    assert separates(jointly, first)
    assert separates(jointly, second)


def test_a_volume_of_no_weight_does_not_count():
    first, second = halves(0), halves(1)

    assert_array_equal(
        partition_jointly(first, second, weights=(1, 0), **HOW).ids, partition(first, **HOW).ids
    )
    assert separates(partition_jointly(first, second, weights=(0, 1), **HOW).ids, second)


def test_the_first_volume_alone_tells_what_is_foreground():
    first, second = halves(0) + 1, halves(1)
    first[0] = 0
    second[:, :, 9:] = np.nan

    ids = partition_jointly(first, second, weights=(1, 1), **HOW | {"threshold": 0.5}).ids

    assert_array_equal(ids > 0, first > 0.5)


def test_a_volume_that_is_nowhere_is_as_one_of_no_contrast():
    first = halves(0)

    ids = partition_jointly(first, np.full_like(first, np.nan), weights=(1, 1), **HOW).ids

    assert separates(ids, first)


@pytest.mark.parametrize("weights", [(1,), (0, 0), (1, -1), (1, np.nan)])
def test_weights_that_cannot_be_are_refused(weights):
    with pytest.raises(ValueError, match=r"weights|argument"):
        partition_jointly(halves(0), halves(1), weights=weights, **HOW)


def test_volumes_of_unlike_shape_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        partition_jointly(halves(0), np.zeros((3, 3, 3)), weights=(1, 1), **HOW)
