from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from tests.conftest import slab
from workers.drawing.fill_outline import fill_outline

CELL = st.tuples(st.integers(-2, 8), st.integers(-2, 10))


def filled(points, shape=(5, 9, 1), axis=2, index=0):
    found = np.zeros(shape, int)
    for box, mask in fill_outline(shape, axis, index, np.array(points, float).reshape(-1, 2)):
        found[box] += mask
    return found


def test_what_the_line_encloses_is_filled_with_the_line():
    assert_array_equal(
        filled([(0, 4), (2, 2), (4, 4), (2, 6)]),
        slab(
            "000010000",
            "000111000",
            "001111100",
            "000111000",
            "000010000",
        ),
    )


def test_a_bay_of_the_line_stays_out():
    assert_array_equal(
        filled([(0, 1), (0, 7), (4, 7), (4, 5), (2, 5), (2, 3), (4, 3), (4, 1)]),
        slab(
            "011111110",
            "011111110",
            "011111110",
            "011101110",
            "011101110",
        ),
    )


def test_the_line_closes_by_itself():
    open_end = [(0, 0), (0, 8), (4, 8)]

    assert_array_equal(filled(open_end), filled([*open_end, (0, 0)]))


def test_what_lies_off_the_slice_is_left_out():
    assert filled([(-3, -3), (-3, 20), (20, 20), (20, -3)]).all()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_only_the_slice_is_filled(axis):
    found = filled([(0, 0), (0, 3), (3, 3), (3, 0)], (5, 6, 7), axis, 2)

    assert found.sum() == 16
    assert np.take(found, 2, axis).sum() == 16


@given(st.lists(CELL, min_size=1, max_size=6))
def test_the_corners_on_the_slice_are_filled(corners):
    found = filled(corners)

    for i, j in corners:
        if 0 <= i < 5 and 0 <= j < 9:
            assert found[i, j, 0]


def test_nothing_is_enclosed_by_no_points_or_off_the_volume():
    assert fill_outline((5, 9, 1), 2, 0, np.empty((0, 2))) == []
    assert fill_outline((5, 9, 1), 2, 1, np.array([(0, 0), (4, 0), (0, 4)], float)) == []
