"""Where no threshold is given, a CT's foreground is its body: with lungs, without the table."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import ndimage

from benchmarks.torso import torso, torsos
from workers.superpixels.automatic_foreground import automatic
from workers.superpixels.foreground import foreground_of

SMALL = {"shape": (75, 65, 30), "spacing": (5.4, 5.4, 10)}
CT = torso("CT", **SMALL)
TORSOS = torsos(coarser=2)


def mask_of(image, spacing=CT.spacing):
    return foreground_of([image], *automatic(image, spacing))


def assert_is_body(mask, ct):
    assert mask[ct.body].mean() >= 0.995
    assert mask[ct.lungs].mean() >= 0.98
    assert mask[ct.table].mean() <= 0.05
    assert mask[ct.air].mean() <= 0.001


@pytest.mark.parametrize("ct", TORSOS, ids=[each.name for each in TORSOS])
def test_air_and_table_are_left_out_and_lungs_are_not(ct):
    found = automatic(ct.image, ct.spacing)

    assert found.threshold == -500
    assert_is_body(mask_of(ct.image, ct.spacing), ct)


@pytest.mark.parametrize("offset", [1000, 1024])
def test_so_they_are_where_numbers_are_stored_without_a_sign(offset):
    image = (CT.image.astype("i4") + offset).clip(0).astype("u2")

    assert_is_body(mask_of(image), CT)


@pytest.mark.parametrize("order", [(1, 0, 2), (2, 0, 1), (1, 2, 0)])
def test_the_body_is_the_same_however_it_lies_in_the_file(order):
    turned = np.ascontiguousarray(CT.image.transpose(order)[::-1, :, ::-1])
    spacing = [CT.spacing[axis] for axis in order]

    found = mask_of(turned, spacing)

    assert_array_equal(found[::-1, :, ::-1], mask_of(CT.image).transpose(order))


def test_padding_that_was_resampled_is_left_out():
    ct = torso("padded", **SMALL, padding=-3024)
    soft = ndimage.gaussian_filter(ct.image.astype("f4"), 0.7)

    found = mask_of(soft)

    assert found[ndimage.binary_erosion(ct.body)].all()
    assert not found[ndimage.binary_erosion(ct.air, iterations=2)].any()


def test_not_finite_voxels_of_a_body_are_left_out():
    image = CT.image.astype("f4")
    image[36:39, 30, 15] = np.nan, np.inf, -np.inf

    assert not mask_of(image)[36:39, 30, 15].any()
    assert mask_of(image)[40, 30, 15]


@pytest.mark.parametrize(
    "crop",
    [np.s_[40:58, 22:42, 16:], np.s_[30:60, 18:44, 16:], np.s_[40:60, 20:40, :12]],
    ids=["lung", "chest", "belly"],
)
def test_a_crop_from_inside_is_kept_whole(crop):
    assert mask_of(CT.image[crop]).all()


def test_a_circle_of_lung_is_kept_but_its_padding():
    lung = CT.image[44:58, 24:40, 16:].copy()
    i, j, _ = np.ogrid[:14, :16, :14]
    outside = np.hypot(i - 6.5, j - 7.5) > 6.5
    lung[np.broadcast_to(outside, lung.shape)] = -3024

    assert_array_equal(mask_of(lung), lung > -3024)


@pytest.mark.parametrize("slices", [1, 2])
def test_few_slices_have_a_body_too(slices):
    at = np.s_[:, :, 18 : 18 + slices]

    found = mask_of(np.ascontiguousarray(CT.image[at]))

    assert found[CT.body[at]].mean() >= 0.995
    assert found[CT.table[at]].mean() <= 0.02


def test_a_threshold_that_is_given_is_taken_literally():
    assert_array_equal(foreground_of([CT.image], -500), CT.image > -500)


@pytest.mark.parametrize("low", [(0, 0, 0), (31, 7, 11), (74, 64, 29)])
def test_a_box_of_the_volume_knows_enough_of_the_body(low):
    found = automatic(CT.image, CT.spacing)
    high = np.minimum(np.add(low, (20, 30, 9)), CT.image.shape)
    box = tuple(int(n) for ends in zip(low, high, strict=True) for n in ends)
    at = tuple(slice(a, b) for a, b in zip(low, high, strict=True))

    part = foreground_of([CT.image[at]], found.threshold, found.body.near(box), low)

    assert_array_equal(part, mask_of(CT.image)[at])
