from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from workers.superpixels.foreground import foreground, lowest, thinning, threshold_of

SHAPE = (60, 70, 50)
AXES = [np.linspace(-1, 1, n) for n in SHAPE]
RADIUS = np.sqrt(sum(np.square(g) for g in np.meshgrid(*AXES, indexing="ij")))
OBJECT, FLUID, CORE = RADIUS < 0.75, (RADIUS > 0.65) & (RADIUS < 0.75), RADIUS < 0.35
CYLINDER = np.hypot(*np.meshgrid(*AXES[:2], indexing="ij"))[..., None] < np.ones(SHAPE)


def automatic_threshold(image):
    """The threshold of a volume in memory."""
    thin = tuple(slice(None, None, n) for n in thinning(image.shape))
    return threshold_of(lowest(image), image[thin])


def noise(sigma, seed=0):
    return np.random.default_rng(seed).normal(0, sigma, SHAPE)


AIR = np.hypot(noise(6, 1), noise(6, 2))
TISSUE = np.select([CORE, FLUID], [300, 70], 180) + noise(12)
HEAD = np.where(OBJECT, TISSUE, AIR)
STRIPPED = np.where(OBJECT, np.maximum(TISSUE, 1), 0)
CT = np.where(OBJECT, 40 + noise(20), -1000 + noise(15))
CT = np.where(CORE, -850 + noise(30), CT)
MICRO = np.where(OBJECT, 15000 + noise(2000), 8000 + noise(1500))
GLOW = 100 + noise(4) + np.where(OBJECT, 30 + 80 * np.abs(noise(1, 3)), 0)

VOLUMES = {
    "stripped MRI": (STRIPPED, 0, 0),
    "stripped MRI of uint8": ((STRIPPED / 2).astype("u1"), 0, 0),
    "stripped MRI of uint64": (STRIPPED.astype("u8") * 10**15, 0, 0),
    "stripped MRI of tiny values": ((STRIPPED * 1e-9).astype("f4"), 0, 0),
    "MRI in noisy air": (HEAD, 15, 40),
    "MRI in noisy air of int16": (HEAD.astype("i2"), 15, 40),
    "MRI with a face cut off": (np.where(np.indices(SHAPE)[0] < 12, 0, HEAD), 15, 40),
    "MRI with outliers": (np.where(RADIUS > 1.73, 1e300, HEAD), 15, 40),
    "CT": (CT.astype("i2"), -970, -900),
    "CT, padded": (np.where(CYLINDER, CT, -3024).astype("i2"), -970, -900),
    "CT, clipped at air": (np.maximum(CT, -1000).astype("i2"), -1000, -900),
    "micro-CT": (MICRO.astype("u2"), 10000, 12500),
    "light-sheet": (GLOW.astype("u2"), 106, 130),
    "one slice": (HEAD[:, :, 25:26], 15, 40),
    "bool": (OBJECT, 0, 0),
}


@pytest.mark.parametrize(("image", "low", "high"), VOLUMES.values(), ids=VOLUMES.keys())
def test_the_threshold_lies_between_air_and_the_darkest_tissue(image, low, high):
    assert low <= automatic_threshold(image) <= high


def test_dark_tissue_is_kept():
    mask = foreground(HEAD, automatic_threshold(HEAD))

    assert mask[FLUID].mean() > 0.995
    assert mask[~OBJECT].mean() < 0.02


@pytest.mark.parametrize("dtype", ["u1", "i2", "f4", "f8"])
@pytest.mark.parametrize("value", [0, 7, 100])
def test_a_volume_without_contrast_is_all_foreground(dtype, value):
    image = np.full(SHAPE, value, dtype)

    assert foreground(image, automatic_threshold(image)).all()


def test_a_huge_constant_is_all_foreground_in_float32():
    image = np.full(SHAPE, 1e9, "f4")

    assert foreground(image, automatic_threshold(image)).all()


@pytest.mark.parametrize("image", [noise(1), 180 + noise(10), 1000 - AIR], ids=str)
def test_a_volume_without_air_is_all_foreground(image):
    assert foreground(image, automatic_threshold(image)).all()


def test_an_object_cut_out_with_nan_is_kept_whole():
    image = np.where(OBJECT, TISSUE, np.nan)

    assert_array_equal(foreground(image, automatic_threshold(image)), OBJECT)


def test_nothing_finite_has_the_threshold_0_and_no_foreground():
    image = np.full(SHAPE, np.nan)

    assert automatic_threshold(image) == 0
    assert not foreground(image, 0.0).any()


def test_infinities_change_nothing():
    image = HEAD.copy()
    image[0, 0, :2] = np.inf, -np.inf

    assert abs(automatic_threshold(image) - automatic_threshold(HEAD)) < 3
    assert not foreground(image, -1e9)[0, 0, :2].any()


def test_the_foreground_is_what_is_above_the_threshold():
    image = np.array([[[0, 3, 4, 5, 255]]], "u1")

    assert_array_equal(foreground(image, 4), [[[False, False, False, True, True]]])
    assert_array_equal(foreground(image, 3.5), [[[False, False, True, True, True]]])
    assert foreground(image, -1.0).all()


def test_without_a_threshold_every_finite_voxel_is_foreground():
    image = np.array([[[-5, np.nan, 0, np.inf, -np.inf]]])

    assert_array_equal(foreground(image, None), [[[True, False, True, False, False]]])


def test_a_large_volume_is_thinned_and_has_about_the_same_threshold():
    large = np.kron(HEAD.astype("f4"), np.ones((3, 3, 3), "f4"))

    assert abs(automatic_threshold(large) - automatic_threshold(HEAD)) < 4


def test_a_volume_without_background_has_no_holes_however_large_it_is():
    image = np.random.default_rng(0).normal(5000, 100, (140, 140, 140))

    assert foreground(image, automatic_threshold(image)).all()


def test_the_darkest_voxel_of_a_tiny_volume_is_no_padding():
    image = np.random.default_rng(0).random((3, 3, 3))

    assert foreground(image, automatic_threshold(image)).all()
