from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from scipy import ndimage

from tests.conftest import slab
from workers.superpixels.split import split

CUBE = (1.0, 1.0, 1.0)


def pieces_of(image, mask, spacing=CUBE, **options):
    return split([(np.asarray(image, float), mask)], spacing, **options)[0]


def test_a_superpixel_is_cut_where_its_intensities_differ():
    image = slab(
        "1111222222",
        "1111222222",
        "1111222222",
        "1111222222",
    )

    pieces = pieces_of(image, image > 0, count=2)

    assert_array_equal(pieces == pieces[0, 0, 0], image == 1)
    assert pieces.max() == 2


def test_what_is_not_in_the_superpixel_stays_out():
    mask = slab("0110", "1111", "0110") > 0

    pieces = pieces_of(np.arange(12).reshape(3, 4, 1), mask)

    assert_array_equal(pieces > 0, mask)


def test_one_of_a_single_intensity_is_cut_by_its_place():
    mask = np.ones((8, 8, 8), bool)

    pieces = pieces_of(np.full(mask.shape, 7), mask)

    assert 6 <= pieces.max() <= 12


def test_it_is_halved_across_the_edge_that_is_longest_in_mm():
    image = np.full((2, 3, 1), np.nan)

    pieces = pieces_of(image, np.ones(image.shape, bool), spacing=(9.0, 1.0, 1.0))

    assert_array_equal(pieces, slab("111", "222"))


def test_a_single_voxel_stays_one():
    assert_array_equal(pieces_of([[[5.0]]], np.ones((1, 1, 1), bool)), [[[1]]])


@settings(max_examples=60)
@given(
    arrays(bool, st.tuples(*[st.integers(1, 5)] * 3)).filter(np.any),
    st.integers(2, 9),
    st.sampled_from([CUBE, (0.5, 0.5, 4.0)]),
    st.integers(0, 9),
)
def test_pieces_cover_it_are_whole_and_are_at_least_two(mask, count, spacing, seed):
    image = np.random.default_rng(seed).integers(0, 3, mask.shape).astype(float)
    image[image == 2] = np.nan

    pieces = pieces_of(image, mask, spacing, count=count)

    assert_array_equal(pieces > 0, mask)
    whole = ndimage.label(mask)[1]
    assert pieces.max() >= max(whole, min(2, np.count_nonzero(mask)))
    assert_array_equal(np.unique(pieces[mask]), np.arange(1, pieces.max() + 1))
    assert all(ndimage.label(pieces == n)[1] == 1 for n in range(1, pieces.max() + 1))


def test_it_tells_how_far_it_is_and_may_be_cancelled():
    told = []

    split([(np.ones((2, 2, 2)), np.ones((2, 2, 2), bool))] * 2, CUBE, report=told.append)

    assert told == [0, 0.5, 1]


@pytest.mark.parametrize(
    ("crops", "count", "said"),
    [
        ([(np.ones((2, 2, 2)), np.zeros((2, 2, 2), bool))], 8, "needs voxels"),
        ([(np.ones((2, 2, 2)), np.ones((2, 2, 1), bool))], 8, "needs voxels"),
        ([], 1, "count must be 2 or more; got 1"),
    ],
)
def test_what_cannot_be_is_refused(crops, count, said):
    with pytest.raises(ValueError, match=said):
        split(crops, CUBE, count)
