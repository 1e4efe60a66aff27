"""A CT is told from its intensities, and nothing else is taken for one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from benchmarks.torso import torso
from workers.intensity.hounsfield import is_hounsfield, offset_of

RNG = np.random.default_rng(0)
CT = torso("CT", (75, 65, 30), (5.4, 5.4, 10))
NOISY = torso("low dose", (75, 65, 30), (5.4, 5.4, 10), noise=60)
PADDED = [
    torso("padded", (75, 65, 30), (5.4, 5.4, 10), padding=value)
    for value in (-1000, -1024, -2000, -2048, -3024, -3071, -32768)
]
HU = CT.image.astype("f4")
BALL = np.sqrt(sum(x**2 for x in np.ogrid[-1:1:40j, -1:1:50j, -1:1:30j])) < 0.8


def noise(sigma, middle=0):
    return middle + RNG.normal(0, sigma, BALL.shape)


IS_CT = {
    **{f"padded with {each.image.min()}": each.image for each in PADDED},
    "not padded": CT.image,
    "low dose": NOISY.image,
    "resampled": ndimage.gaussian_filter(HU, 0.7) + 0.25,
    "padded, resampled": ndimage.gaussian_filter(PADDED[4].image.astype("f8"), 0.7),
    "with NaN around": np.where(CT.air, np.nan, HU),
    "with metal of 3071": torso("", (75, 65, 30), (5.4, 5.4, 10), metal=3071).image,
    "with metal of 30000": torso("", (75, 65, 30), (5.4, 5.4, 10), metal=30000).image,
    "clipped at −1000 and 400": np.clip(CT.image, -1000, 400),
    "one slice": CT.image[:, :, 15],
    "the chest alone": CT.image[15:60, 12:52, 12:],
    "lung": CT.image[40:60, 20:45, 15:],
    "the inside of a belly": CT.image[40:62, 10:40, :10],
    "a big air": np.pad(CT.image, 60, constant_values=-1000),
}
IS_NOT = {
    "T1 in air": np.where(BALL, noise(60, 900), abs(noise(15))),
    "stripped": np.where(BALL, noise(60, 400), 0),
    "MR, its numbers turned negative": np.where(BALL, noise(60, 900), abs(noise(15))) - 32768,
    "normalized": noise(1),
    "difference": np.where(BALL, noise(40), noise(3)),
    "difference with vessels": np.where(noise(1) > 2, 300, noise(20)),
    "phase in 1/4096 π": np.where(BALL, noise(150), RNG.uniform(-4096, 4095, BALL.shape)),
    "phase in mrad": np.where(BALL, noise(150), RNG.uniform(-3142, 3142, BALL.shape)),
    "phase of ±1000": np.where(BALL, noise(150), RNG.uniform(-1000, 1000, BALL.shape)),
    "field in Hz": noise(60),
    "PET": RNG.gamma(1, 2000, BALL.shape),
    "micro-CT": np.where(BALL, noise(2000, 15000), noise(1500, 8000)),
    "uint8": np.where(BALL, noise(10, 130), noise(5, 40)).clip(0, 255),
    "constant": np.full(BALL.shape, -1000),
    "noise about −1000": noise(30, -1000),
    "zeros": np.zeros(BALL.shape),
    "nothing finite": np.full(BALL.shape, np.nan),
    "nothing": np.empty(0),
}


@pytest.mark.parametrize("image", IS_CT.values(), ids=IS_CT.keys())
def test_a_ct_is_known(image):
    assert is_hounsfield(image.ravel())
    assert offset_of(image.ravel()) == 0


@pytest.mark.parametrize("dtype", ["f8", "i2"])
@pytest.mark.parametrize("image", IS_NOT.values(), ids=IS_NOT.keys())
def test_nothing_else_is_taken_for_one(image, dtype):
    if dtype == "i2":
        image = np.nan_to_num(image).clip(-32768, 32767).astype(dtype)

    assert not is_hounsfield(image.ravel())
    assert offset_of(image.ravel()) is None


@pytest.mark.parametrize("offset", [1000, 1024])
@pytest.mark.parametrize("ct", [CT, PADDED[1]], ids=["not padded", "padded"])
def test_what_scanners_add_is_known_but_such_numbers_are_no_hu(ct, offset):
    raw = (ct.image.astype("i4") + offset).clip(0).astype("u2").ravel()

    assert not is_hounsfield(raw)
    assert offset_of(raw) in (1000, 1024)
