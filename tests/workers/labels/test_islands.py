from __future__ import annotations

from concurrent.futures import CancelledError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from tests.conftest import slab
from workers.labels.islands import holes, lesser_islands

LABELS = arrays(np.uint16, (4, 5, 3), elements=st.integers(0, 2))


def flat(*rows):
    """A slice between two of label 1, so that its holes are closed in 3D too."""
    layer = slab(*rows)
    wall = np.ones_like(layer)
    return np.concatenate((wall, layer, wall), axis=2)


def reached(mask, start):
    """The voxels of `mask` to which a way over faces leads from `start`, one by one."""
    found, waiting = set(), [start]
    while waiting:
        voxel = waiting.pop()
        if voxel in found or not mask[voxel]:
            continue
        found.add(voxel)
        for axis in range(3):
            for step in (-1, 1):
                beside = list(voxel)
                beside[axis] += step
                if 0 <= beside[axis] < mask.shape[axis]:
                    waiting.append(tuple(beside))
    return frozenset(found)


def test_unlabelled_voxels_inside_a_label_are_its_holes():
    labels = flat(
        "11111",
        "10021",
        "11111",
        "10110",
    )

    assert_array_equal(
        holes(labels, 1)[:, :, 1:2],
        slab(
            "00000",
            "01100",
            "00000",
            "00000",
        ),
    )


@given(LABELS)
def test_from_a_hole_no_way_leads_out(labels):
    outside = np.pad(labels != 1, 1, constant_values=True)
    free = np.zeros(outside.shape, bool)
    free[tuple(np.transpose(list(reached(outside, (0, 0, 0)))))] = True

    expected = (labels == 0) & ~free[1:-1, 1:-1, 1:-1]

    assert_array_equal(holes(labels, 1), expected)


def test_all_but_the_largest_island_are_lesser():
    labels = slab(
        "11022",
        "11010",
        "00110",
        "10000",
    )

    assert_array_equal(
        lesser_islands(labels, 1),
        slab(
            "00000",
            "00010",
            "00110",
            "10000",
        ),
    )


@given(LABELS)
def test_what_is_kept_is_one_island_and_none_is_larger(labels):
    mask = labels == 1
    islands = {reached(mask, tuple(map(int, voxel))) for voxel in np.argwhere(mask)}

    kept = {tuple(map(int, v)) for v in np.argwhere(mask & ~lesser_islands(labels, 1))}

    assert len(kept) == max(map(len, islands), default=0)
    assert not islands or kept in islands


@pytest.mark.parametrize("kernel", [holes, lesser_islands])
def test_a_kernel_stops_where_it_is_told_to(kernel):
    told = []

    def report(fraction):
        told.append(fraction)
        if fraction > 0:
            raise CancelledError

    with pytest.raises(CancelledError):
        kernel(slab("101"), 1, report=report)

    assert told == [0.0, 0.1]
