from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from workers.runtime.team import Team
from workers.superpixels.intensities import scale

SHAPE = (20, 30, 25)
EVERYWHERE = np.ones(SHAPE, bool)


def on_scale(image, mask=EVERYWHERE, threads=1):
    with Team(threads) as team:
        return scale(image, mask, team)


@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "f4", "f8"])
def test_the_first_percentile_becomes_0_and_the_99th_1(dtype):
    image = (np.random.default_rng(0).random(SHAPE) * 200).astype(dtype)

    result = on_scale(image)

    assert result.dtype == np.float32
    low, high = np.percentile(image, (1, 99))
    assert_allclose(result, (image - low) / (high - low), atol=1e-5)


def test_only_what_is_inside_the_mask_counts():
    image = np.random.default_rng(0).random(SHAPE)
    mask = image < 0.5

    result = on_scale(image, mask)

    assert result[mask].max() < 1.1
    assert result[~mask].min() > 1


def test_outliers_do_not_run_away_and_what_is_not_finite_is_0():
    image = np.random.default_rng(0).random(SHAPE)
    image[0, 0, :4] = 1e30, -1e30, np.nan, np.inf

    result = on_scale(image, np.isfinite(image))

    assert_allclose(result[0, 0, :4], [100, -100, 0, 0], atol=1e-5)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_the_largest_numbers_of_a_type_keep_their_order(dtype):
    most = np.finfo(dtype).max
    image = np.random.default_rng(0).uniform(-most / 10, most / 10, SHAPE).astype(dtype)
    image[0, 0, :2] = -most, most

    result = on_scale(image)

    assert (np.diff(result.ravel()[np.argsort(image, None)]) >= 0).all()
    assert np.unique(result).size > 10_000


def test_one_intensity_becomes_0():
    assert not on_scale(np.full(SHAPE, 7, np.int16)).any()


def test_a_few_voxels_in_a_large_volume_are_all_looked_at():
    image = np.zeros((160, 160, 160), np.int16)
    mask = np.zeros(image.shape, bool)
    image[81, 81, 81:83] = 40, 60
    mask[81, 81, 81:83] = True

    result = on_scale(image, mask)

    assert_allclose(result[mask], [-0.2 / 19.6, 1 + 0.2 / 19.6], atol=1e-4)


def test_the_number_of_threads_changes_nothing():
    image = np.asfortranarray(np.random.default_rng(0).integers(0, 900, SHAPE, np.int16))

    assert_array_equal(on_scale(image, threads=3), on_scale(image))
