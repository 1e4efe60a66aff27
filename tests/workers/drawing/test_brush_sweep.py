from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from tests.conftest import slab
from workers.drawing import brush_sweep as kernel
from workers.drawing.brush_sweep import sweep

SHAPE = (7, 9, 5)
SPACING = (0.8, 1.3, 2.5)
POINTS = st.lists(st.tuples(*[st.floats(-4, 12)] * 2), min_size=1, max_size=4)


def on_map(pieces, shape):
    """Which voxels of a volume are in the pieces; each is in one only."""
    found = np.zeros(shape, int)
    for box, mask in pieces:
        found[box] += mask
    assert found.max(initial=0) <= 1
    return found.astype(bool)


def distance_mm(voxel, way, spacing):
    """From a voxel's centre to a line, by a fine walk along it."""
    walk = np.linspace(0, 1, 301)[:, None]
    ends = zip(way, [*way[1:], way[-1]], strict=True)
    steps = np.concatenate([(p * (1 - walk) + q * walk) * spacing for p, q in ends])
    return np.sqrt(((steps - np.array(voxel) * spacing) ** 2).sum(axis=1).min())


def in_three(points, axis, index):
    return np.insert(np.array(points, float), axis, index, axis=1)


def disk(points, radius_mm, shape=(5, 9, 1), spacing=(1, 1, 1)):
    pieces = sweep(shape, spacing, 2, 0, np.array(points, float), radius_mm)
    return on_map(pieces, shape).astype(int)


def test_a_disk_paints_what_lies_within_its_radius():
    assert_array_equal(
        disk([(2, 4)], 2),
        slab(
            "000010000",
            "000111000",
            "001111100",
            "000111000",
            "000010000",
        ),
    )


def test_a_drag_leaves_no_gap_between_two_points():
    assert_array_equal(
        disk([(2, 2), (2, 6)], 1),
        slab(
            "000000000",
            "001111100",
            "011111110",
            "001111100",
            "000000000",
        ),
    )


def test_a_brush_thinner_than_a_voxel_paints_what_is_under_the_pointer():
    assert_array_equal(
        disk([(0.4, 0.4), (4.4, 8.4)], 0),
        slab(
            "100000000",
            "011000000",
            "000110000",
            "000001100",
            "000000011",
        ),
    )


def test_the_radius_is_in_mm_and_not_in_voxels():
    assert_array_equal(
        disk([(2, 4)], 2, spacing=(1, 2, 1)),
        slab(
            "000010000",
            "000010000",
            "000111000",
            "000010000",
            "000010000",
        ),
    )


def test_a_ball_reaches_into_the_slices_beside():
    pieces = sweep((3, 3, 5), (1, 1, 2), 2, 2, np.array([[1.0, 1.0]]), 2, is_ball=True)

    ball = on_map(pieces, (3, 3, 5)).astype(int)

    tip = slab("000", "010", "000")[:, :, 0]
    assert_array_equal(ball[:, :, 1], tip)
    assert_array_equal(ball[:, :, 2], 1)
    assert_array_equal(ball[:, :, 3], tip)
    assert not ball[:, :, [0, 4]].any()


@settings(max_examples=40)
@given(POINTS, st.integers(0, 2), st.floats(0, 5), st.booleans(), st.data())
def test_what_is_swept_is_what_a_fine_walk_along_the_line_comes_near(
    points, axis, radius, ball, data
):
    index = data.draw(st.integers(0, SHAPE[axis] - 1))
    spacing = np.array(SPACING)

    found = on_map(
        sweep(SHAPE, SPACING, axis, index, np.array(points), radius, is_ball=ball), SHAPE
    )

    way = in_three(points, axis, index)
    under = np.hypot(*np.delete(spacing, axis))  # a voxel under the line is no further off
    for voxel in np.ndindex(SHAPE):
        apart = distance_mm(voxel, way, spacing)
        on_slice = voxel[axis] == index
        if apart <= radius and (ball or on_slice):
            assert found[voxel]
        if not (ball or on_slice) or apart > max(radius, under if on_slice else 0) + 0.05:
            assert not found[voxel]


@given(POINTS, st.integers(0, 2), st.floats(0, 3))
def test_the_voxel_at_each_point_is_painted(points, axis, radius):
    found = on_map(sweep(SHAPE, SPACING, axis, 2, np.array(points), radius), SHAPE)

    for cell in np.floor(in_three(points, axis, 2) + 0.5).astype(int):
        if ((cell >= 0) & (cell < SHAPE)).all():
            assert found[tuple(cell)]


def test_large_strokes_come_in_several_boxes():
    points = np.array([(5.0, 5.0), (290.0, 290.0)])

    pieces = sweep((300, 300, 3), (1, 1, 1), 2, 1, points, 2)

    assert 3 <= len(pieces) < 9
    assert on_map(pieces, (300, 300, 3)).any(axis=(1, 2)).sum() == 290


@pytest.mark.parametrize("index", [-1, 5])
def test_a_slice_off_the_volume_has_no_voxels(index):
    assert sweep(SHAPE, SPACING, 2, index, np.zeros((1, 2)), 3) == []


def test_no_points_and_points_far_off_sweep_nothing():
    assert sweep(SHAPE, SPACING, 0, 1, np.empty((0, 2)), 3) == []
    assert sweep(SHAPE, SPACING, 0, 1, np.full((2, 2), -90.0), 3) == []


def test_too_many_voxels_are_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr(kernel, "MOST_VOXELS", 100)

    with pytest.raises(ValueError, match="choose a smaller radius"):
        sweep(SHAPE, SPACING, 2, 2, np.array([[3.0, 3.0]]), 9, is_ball=True)


@pytest.mark.parametrize("points", [np.zeros(3), np.zeros((2, 3)), np.full((1, 2), np.nan)])
def test_points_that_are_none_are_refused(points):
    with pytest.raises(ValueError, match="finite pairs"):
        sweep(SHAPE, SPACING, 2, 2, points, 1)


def test_a_negative_radius_is_refused():
    with pytest.raises(ValueError, match="0 or more; got -1"):
        sweep(SHAPE, SPACING, 2, 2, np.zeros((1, 2)), -1)
