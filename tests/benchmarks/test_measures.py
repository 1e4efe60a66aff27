from __future__ import annotations

from itertools import compress, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from benchmarks.measures import (
    best_dice,
    boundary_recall,
    compactness,
    overlaps,
    surfaces,
    undersegmentation,
)


def slab(*rows):
    """A volume one voxel thick, drawn in digits."""
    return np.array([[[int(c)] for c in row] for row in rows], np.uint8)


IDS = slab(
    "1122",
    "1122",
    "3330",
)
TRUTH = slab(
    "1110",
    "1110",
    "0022",
)


def dice(a, b):
    return 2 * np.count_nonzero(a & b) / max(1, np.count_nonzero(a) + np.count_nonzero(b))


def test_overlaps_count_each_superpixel_in_each_region():
    assert_array_equal(overlaps(IDS, TRUTH), [[0, 0, 1], [0, 4, 0], [2, 2, 0], [2, 0, 1]])


@given(
    arrays(np.uint8, (3, 4, 2), elements=st.integers(0, 5)),
    arrays(np.uint8, (3, 4, 2), elements=st.integers(0, 2)),
)
def test_no_set_of_superpixels_has_a_higher_dice_than_the_best(ids, truth):
    superpixels = range(1, int(ids.max()) + 1)

    every_set = (list(compress(superpixels, taken)) for taken in product((0, 1), repeat=5))

    best = max(dice(np.isin(ids, some), truth > 0) for some in every_set)
    assert best_dice(overlaps(ids, truth)) == pytest.approx(best)


def test_superpixels_leak_or_fall_short_by_their_smaller_part():
    # 2 leaks with two voxels, 3 falls short of one, and one is in no superpixel.
    assert undersegmentation(overlaps(IDS, TRUTH)) == pytest.approx((2 + 1 + 1) / 8)


def test_superpixels_that_are_the_truth_leak_nothing():
    assert undersegmentation(overlaps(TRUTH, TRUTH)) == 0


@pytest.mark.parametrize(
    ("drawn", "recall"), [("11112222", 1), ("11122222", 0.5), ("11222222", 0), ("12121212", 1)]
)
def test_a_border_one_voxel_off_is_found_by_half(drawn, recall):
    assert boundary_recall(slab(drawn), slab("00001111")) == recall


@pytest.mark.parametrize("spacing", [(1, 1, 1), (1, 2, 0.5)])
def test_a_surface_is_all_faces_in_mm(spacing):
    i, j, k = spacing
    ids = slab("12", "10")

    found = surfaces(ids, spacing, 3)

    # A brick of two voxels along i, and a single voxel.
    assert found[1:] == pytest.approx(
        [2 * j * k + 4 * i * k + 4 * i * j, 2 * (i * j + j * k + i * k)]
    )


def test_a_cube_is_as_compact_as_can_be_and_a_rod_is_not():
    assert compactness(np.ones((4, 4, 4), int)) == pytest.approx(1)
    assert compactness(np.ones((8, 4, 2), int), (0.5, 1, 2)) == pytest.approx(1)
    assert compactness(np.ones((64, 1, 1), int)) == pytest.approx(216 * 64**2 / 258**3)


def test_compactness_counts_each_superpixel_by_its_voxels():
    ids = np.zeros((3, 8, 2), int)
    ids[:2, :2] = 1
    ids[2, :, 0] = 2

    assert compactness(ids) == pytest.approx((8 * 1 + 8 * 216 * 64 / 34**3) / 16)
