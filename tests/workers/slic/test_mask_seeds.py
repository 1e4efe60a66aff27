from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from skimage.segmentation.slic_superpixels import _get_mask_centroids

from workers.runtime.team import Team
from workers.slic.mask_seeds import seeds_in_mask

SIDES = st.integers(1, 22)


def expected(mask, n, multichannel=False):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of empty clusters in its k-means
        return _get_mask_centroids(mask.view(np.uint8), n, multichannel)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    st.tuples(SIDES, SIDES, SIDES),
    st.sampled_from([0.05, 0.5, 1.0]),
    st.integers(1, 60),
    st.booleans(),
    st.integers(1, 3),
)
def test_the_seeds_and_steps_are_those_of_scikit_image(shape, share, n, multichannel, threads):
    mask = np.random.default_rng(n).random(shape) < share
    mask.flat[0] = True

    with Team(threads) as team:
        seeds, steps = seeds_in_mask(mask, n, multichannel, team)

    theirs, their_steps = expected(mask, n, multichannel)
    assert_array_equal(seeds, theirs)
    assert_array_equal(steps, their_steps)


@pytest.mark.parametrize("n", [30, 2000])
def test_so_are_they_where_not_every_voxel_is_a_sample(n):
    mask = np.sum((np.indices((70, 80, 60)).T - (35, 40, 30)) ** 2, -1).T < 29**2

    with Team(2) as team:
        seeds, steps = seeds_in_mask(mask, n, False, team)

    theirs, their_steps = expected(mask, n)
    assert_array_equal(seeds, theirs)
    assert_array_equal(steps, their_steps)
