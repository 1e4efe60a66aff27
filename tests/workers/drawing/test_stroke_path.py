from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from skimage.draw import line

from tests.conftest import slab
from workers.drawing.stroke_path import ids_under

SHAPE = (7, 11, 5)
PARTITION = slab(
    "0012",
    "0332",
    "0332",
)
POINTS = st.lists(st.tuples(*[st.integers(-9, 19)] * 2), max_size=8)


def path(*points):
    return np.array(points, np.int64).reshape(-1, 2)


def oracle(ids, axis, index, points):
    """The ids at the cells that scikit-image draws, cell by cell."""
    across = np.take(ids, index, axis)
    cells = [*map(tuple, points)]
    for a, b in pairwise(points):
        cells += zip(*line(*a, *b), strict=True)
    inside = [(r, c) for r, c in cells if 0 <= r < across.shape[0] and 0 <= c < across.shape[1]]
    return sorted({int(across[cell]) for cell in inside} - {0})


@pytest.mark.parametrize("axis", [0, 1, 2])
@given(points=POINTS)
def test_the_line_is_scikit_images_cell_by_cell(axis, points):
    ids = np.arange(1, np.prod(SHAPE) + 1, dtype=np.uint16).reshape(SHAPE)

    assert_array_equal(ids_under(ids, axis, 3, path(*points)), oracle(ids, axis, 3, path(*points)))


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.uint32, np.int64])
@pytest.mark.parametrize("order", ["C", "F"])
@given(points=POINTS, seed=st.integers(0, 99), axis=st.integers(0, 2))
def test_each_id_comes_once_ascending_in_the_type_of_the_ids(dtype, order, points, seed, axis):
    ids = np.random.default_rng(seed).integers(0, 9, SHAPE)

    under = ids_under(np.array(ids, dtype, order=order), axis, 4, path(*points))

    assert under.dtype == dtype
    assert_array_equal(under, oracle(ids, axis, 4, path(*points)))


def test_a_line_that_comes_back_names_a_superpixel_once():
    assert_array_equal(ids_under(PARTITION, 2, 0, path((0, 3), (0, 0), (2, 2), (1, 3))), [1, 2, 3])


def test_one_point_is_one_voxel():
    assert_array_equal(ids_under(PARTITION, 2, 0, path((0, 2))), [1])


def test_a_stroke_that_stands_still_is_one_voxel():
    assert_array_equal(ids_under(PARTITION, 2, 0, path((0, 2), (0, 2), (0, 2))), [1])


def test_no_points_touch_nothing():
    assert ids_under(PARTITION, 2, 0, path()).size == 0


def test_the_background_holds_no_superpixel():
    assert ids_under(PARTITION, 2, 0, path((0, 0), (2, 0))).size == 0


@pytest.mark.parametrize("point", [(-1, 3), (3, 3), (0, -1), (0, 4), (10**9, 10**9)])
def test_a_point_off_the_slice_touches_nothing(point):
    assert ids_under(PARTITION, 2, 0, path(point)).size == 0


def test_a_line_from_outside_to_outside_touches_what_lies_between():
    assert_array_equal(ids_under(PARTITION, 2, 0, path((1, -5), (1, 9))), [2, 3])


@pytest.mark.parametrize("index", [-1, 1])
def test_a_slice_off_the_volume_holds_nothing(index):
    assert ids_under(PARTITION, 2, index, path((0, 3))).size == 0


def test_a_type_of_foreign_byte_order_is_read_rightly():
    assert_array_equal(ids_under(PARTITION.astype(">u2"), 2, 0, path((0, 2), (0, 3))), [1, 2])


@pytest.mark.parametrize("axis", [-1, 3])
def test_an_axis_that_is_not_there_is_refused(axis):
    with pytest.raises(ValueError, match=f"axis must be 0, 1 or 2; got {axis}"):
        ids_under(PARTITION, axis, 0, path((0, 0)))


@pytest.mark.parametrize("points", [np.zeros((2, 3), int), np.zeros(2, int), np.zeros((2, 2))])
def test_points_that_are_no_pairs_of_whole_numbers_are_refused(points):
    with pytest.raises(ValueError, match="points must be pairs of whole numbers"):
        ids_under(PARTITION, 2, 0, points)


def test_what_holds_no_ids_is_refused():
    with pytest.raises(ValueError, match="ids must have 3 axes"):
        ids_under(np.zeros((2, 3)), 0, 0, path((0, 0)))
