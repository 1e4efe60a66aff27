from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy.ndimage import gaussian_filter

from workers.runtime.team import Team
from workers.superpixels.smoothing import smooth

SIDES = st.integers(1, 15)
WIDTHS = st.sampled_from([0.0, 0.3, 0.7, 1.1, 4.0])


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(SIDES, SIDES, SIDES),
    st.tuples(WIDTHS, WIDTHS, WIDTHS),
    st.sampled_from(["f4", "f8"]),
    st.sampled_from([None, 1, 3]),
    st.integers(1, 4),
    st.sampled_from([float, np.float32]),
)
def test_it_is_scipy_s_in_every_bit(shape, sigmas, dtype, channels, threads, number):
    """Widths of float32 give other weights than the same ones of float64."""
    sigmas = [number(sigma) for sigma in sigmas]
    whole = shape if channels is None else (*shape, channels)
    image = np.random.default_rng(0).random(whole).astype(dtype)
    before = image.copy()

    with Team(threads) as team:
        smoothed = smooth(image, sigmas, team)

    widths = sigmas if channels is None else (*sigmas, 0)
    assert_array_equal(smoothed, gaussian_filter(image, widths))
    assert smoothed.dtype == image.dtype
    assert_array_equal(image, before)


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_in_memory_does_not_matter(order):
    image = np.array(np.random.default_rng(0).random((5, 6, 7)), order=order)

    with Team(2) as team:
        assert_array_equal(smooth(image, (1, 0.5, 2), team), gaussian_filter(image, (1, 0.5, 2)))
