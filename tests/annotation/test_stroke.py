from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from dashboard.annotation.slice_geometry import NAMES, Plane, layouts
from dashboard.annotation.stroke import Stroke

SHAPE = (7, 11, 5)
PIR = np.array([[0, 0, 1.5, -9], [-0.7, 0, 0, 4], [0, -1.1, 0, 8], [0, 0, 0, 1]])
POINTS = st.lists(st.tuples(*[st.floats(-4, 9, width=32)] * 2), min_size=1, max_size=8)


def stroke(*xy, name="axial", index=2):
    return Stroke(Plane(layouts(PIR, SHAPE)[name], index), np.array(xy, float))


@pytest.mark.parametrize("name", NAMES)
@given(points=POINTS)
def test_each_point_is_a_voxel_on_the_slices_own_axes_in_ascending_order(name, points):
    drawn = stroke(*points, name=name)
    first, second = sorted({0, 1, 2} - {drawn.plane.layout.axis})

    voxels = drawn.plane.to_voxels(np.array(points))

    assert_array_equal(drawn.cells, voxels[:, (first, second)])
    assert drawn.cells.dtype == np.int64


def test_one_point_is_one_voxel():
    assert stroke((3.4, 1.6)).cells.shape == (1, 2)


def test_no_points_are_no_voxels():
    assert stroke().cells.shape == (0, 2)


@pytest.mark.parametrize("lost", [np.nan, np.inf, -np.inf])
def test_points_that_are_not_finite_are_left_out(lost):
    with_gaps = stroke((lost, 1), (0, 0), (2, lost), (4, 3), (lost, lost))

    assert_array_equal(with_gaps.cells, stroke((0, 0), (4, 3)).cells)


def test_only_points_that_are_not_finite_are_no_voxels():
    assert stroke((np.nan, 1), (2, np.inf)).cells.shape == (0, 2)


def test_where_a_stroke_leaves_the_slice_it_says_so_by_indices_outside():
    drawn = stroke((-2, 0), (1, 0))
    sizes = np.delete(SHAPE, drawn.plane.layout.axis)

    inside = ((drawn.cells >= 0) & (drawn.cells < sizes)).all(axis=1)

    assert_array_equal(inside, [False, True])


@pytest.mark.parametrize("far", [1e7, 1e300, -1e300])
def test_a_point_far_off_the_slice_asks_for_no_endless_line(far):
    cells = stroke((1, 1), (far, 1)).cells

    assert np.ptp(cells, axis=0).max() < 3 * max(SHAPE)


def test_its_place_is_in_the_middle_of_its_way():
    way = stroke((0, 0), (1, 0), (2, 0), (3, 0), (4, 0))
    [middle] = way.plane.to_voxels(np.array([(2.0, 0.0)]))

    assert way.place(SHAPE) == tuple(middle)
