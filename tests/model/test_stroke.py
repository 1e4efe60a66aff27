from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from skimage.draw import line

from dashboard.model.plane import NAMES, Plane, layouts
from dashboard.model.stroke import Stroke

SHAPE = (7, 11, 5)
PIR = np.array([[0, 0, 1.5, -9], [-0.7, 0, 0, 4], [0, -1.1, 0, 8], [0, 0, 0, 1]])
POINTS = st.lists(st.tuples(*[st.floats(-4, 9, width=32)] * 2), min_size=1, max_size=8)


def stroke(*xy, name="axial", index=2):
    return Stroke(Plane(layouts(PIR, SHAPE)[name], index), np.array(xy, float))


def as_set(voxels):
    return {tuple(int(n) for n in voxel) for voxel in voxels}


@pytest.mark.parametrize("name", NAMES)
@given(points=POINTS)
def test_the_line_is_bresenhams_cell_by_cell(name, points):
    drawn = stroke(*points, name=name)
    layout = drawn.plane.layout
    corners = drawn.plane.to_voxels(np.array(points))[:, (layout.x.index, layout.y.index)]

    expected = {tuple(corners[0])}
    for a, b in pairwise(corners):
        expected |= set(zip(*line(*a, *b), strict=True))

    voxels = drawn.voxels
    assert {(v[layout.x.index], v[layout.y.index]) for v in voxels} == expected
    assert (voxels[:, layout.axis] == 2).all()


@given(points=POINTS)
def test_the_line_skips_no_voxel_and_goes_through_every_point(points):
    drawn = stroke(*points)

    voxels = drawn.voxels

    assert abs(np.diff(voxels, axis=0)).max(initial=0) <= 1
    assert as_set(drawn.plane.to_voxels(np.array(points))) <= as_set(voxels)


def test_one_point_is_one_voxel():
    assert stroke((3.4, 1.6)).voxels.shape == (1, 3)


def test_a_stroke_that_stands_still_is_one_voxel():
    assert len(as_set(stroke((3, 1), (3, 1), (3.2, 1.1)).voxels)) == 1


def test_no_points_are_no_voxels():
    assert stroke().voxels.shape == (0, 3)


@pytest.mark.parametrize("lost", [np.nan, np.inf, -np.inf])
def test_points_that_are_not_finite_are_left_out(lost):
    with_gaps = stroke((lost, 1), (0, 0), (2, lost), (4, 3), (lost, lost))

    assert_array_equal(with_gaps.voxels, stroke((0, 0), (4, 3)).voxels)


def test_only_points_that_are_not_finite_are_no_voxels():
    assert stroke((np.nan, 1), (2, np.inf)).voxels.shape == (0, 3)


def test_where_a_stroke_leaves_the_volume_it_says_so_by_indices_outside():
    voxels = stroke((-2, 0), (1, 0)).voxels
    inside = ((voxels >= 0) & (voxels < SHAPE)).all(axis=1)

    assert (inside.sum(), (~inside).sum()) == (2, 2)


def test_a_point_far_off_the_volume_asks_for_no_endless_line():
    voxels = stroke((1, 1), (1e7, 1)).voxels

    assert len(voxels) < 10_000
