from __future__ import annotations

from concurrent.futures import CancelledError

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from skimage.segmentation import slic as oracle
from skimage.segmentation._slic import _slic_cython

from workers.slic import slic
from workers.slic_iteration import iterate

SHAPE = (18, 25, 13)


def noise(dtype="f4", shape=SHAPE, seed=0):
    values = np.random.default_rng(seed).random(shape)
    return (values * 255).astype(dtype) if np.dtype(dtype).kind in "ui" else values.astype(dtype)


def blobs(dtype="f4", shape=SHAPE):
    """Smooth shapes with some noise, as tissue has."""
    i, j, k = np.indices(shape)
    waves = np.sin(i / 3) + np.cos(j / 4) + np.sin(k / 2)
    return (waves + 0.2 * noise("f8", shape)).astype(dtype)


BALL = np.sum((np.indices(SHAPE).T - (9, 12, 6)) ** 2 / np.array([60, 120, 40]), -1).T < 1


@pytest.mark.parametrize("n_segments", [1, 20, 300])
@pytest.mark.parametrize("compactness", [0.001, 0.1, 10.0])
@pytest.mark.parametrize("dtype", ["f4", "f8", "u1"])
def test_the_labels_are_those_of_scikit_image(dtype, compactness, n_segments):
    image = noise(dtype)

    labels = slic(image, n_segments, compactness, channel_axis=None)

    assert_array_equal(labels, oracle(image, n_segments, compactness, channel_axis=None))


@pytest.mark.parametrize(
    "options",
    [
        {"spacing": (0.9, 0.9, 5.5)},
        {"spacing": (5.0, 1.0, 1.0), "sigma": 1.5},
        {"sigma": (2.0, 0.0, 1.0)},
        {"start_label": 0},
        {"enforce_connectivity": False},
        {"min_size_factor": 0.1, "max_size_factor": 10},
        {"max_num_iter": 1},
        {"mask": BALL},
        {"mask": BALL, "spacing": (0.9, 0.9, 5.5), "start_label": 0},
        {"mask": BALL, "enforce_connectivity": False},
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("make", [noise, blobs])
def test_the_options_mean_what_they_mean_in_scikit_image(make, options):
    labels = slic(make(), 40, 0.1, channel_axis=None, **options)

    assert_array_equal(labels, oracle(make(), 40, 0.1, channel_axis=None, **options))


@pytest.mark.parametrize("channel_axis", [-1, 0, 1])
@pytest.mark.parametrize("mask", [None, BALL], ids=["whole", "ball"])
def test_channels_are_weighed_as_in_scikit_image(channel_axis, mask):
    image = np.moveaxis(noise(shape=(*SHAPE, 3)), -1, channel_axis)
    options = {"channel_axis": channel_axis, "mask": mask}

    labels = slic(image, 30, 0.2, **options)

    assert_array_equal(labels, oracle(image, 30, 0.2, convert2lab=False, **options))


def test_a_voxel_that_no_window_reaches_any_more_keeps_its_label_as_in_scikit_image():
    """One cluster takes a corner and a voxel far away, and then moves to the corner."""
    mask = np.zeros((40, 40, 40), "u1")
    mask[:10, :10, :10] = mask[39, 39, 39] = 1
    seeds = np.array([[20, 20, 20, 0]] + 29 * [[20, 20, 20, 9]], "f4")
    image = np.zeros((*mask.shape, 1), "f4")
    ours, theirs, once = seeds.copy(), seeds.copy(), seeds.copy()
    options = {"step": 4.0, "spacing": np.ones(3, "f4"), "mask": mask}

    labels = iterate(image, ours, **options, max_num_iter=3)

    expected = in_one_go(image, theirs, **options, max_num_iter=3)
    assert_array_equal(labels, expected)
    assert_array_equal(ours, theirs)
    assert labels[39, 39, 39] == 1
    iterate(image, once, **options, max_num_iter=1)
    assert in_one_go(image, once, **options, max_num_iter=1)[39, 39, 39] == 0


def in_one_go(image, centres, *, step, spacing, mask, max_num_iter):
    return _slic_cython(image, mask, centres, step, max_num_iter, spacing, False)


def test_a_constant_volume_falls_into_boxes_as_in_scikit_image():
    image = np.full(SHAPE, 7, "u1")

    assert_array_equal(slic(image, 30, channel_axis=None), oracle(image, 30, channel_axis=None))


def test_the_volume_is_left_as_it_was():
    image = noise()
    before = image.copy()

    slic(image, 30, 0.1, sigma=1, channel_axis=None)

    assert_array_equal(image, before)


def test_what_lies_outside_the_mask_may_be_nan():
    image = np.where(BALL, noise(), np.nan)

    labels = slic(image, 30, 0.1, mask=BALL, channel_axis=None)

    assert_array_equal(labels > 0, BALL)


@pytest.mark.parametrize(
    ("image", "options", "sentence"),
    [
        (noise(shape=(8, 9)), {"channel_axis": None}, "3 axes"),
        (noise(), {}, "4 axes"),
        (np.full(SHAPE, np.nan), {"channel_axis": None}, "finite"),
        (np.full(SHAPE, np.inf), {"channel_axis": None}, "finite"),
        (noise(), {"channel_axis": None, "start_label": 2}, "0 or 1"),
        (noise(), {"channel_axis": None, "spacing": (1, 2)}, "spacing must be 3 numbers"),
        (noise(), {"channel_axis": None, "mask": BALL[1:]}, "mask must have the shape"),
        (noise(), {"channel_axis": None, "mask": BALL & False}, "some voxels"),
    ],
)
def test_what_is_no_volume_is_refused_in_a_sentence(image, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        slic(image, 10, **options)


@pytest.mark.parametrize(("mask", "iterations"), [(None, 10), (BALL, 20)])
def test_each_iteration_is_reported(mask, iterations):
    told = []

    slic(noise(), 20, 0.1, mask=mask, channel_axis=None, report=told.append)

    assert len(told) == iterations
    assert told == sorted(told)
    assert told[-1] == 1


def test_cancelling_takes_effect_after_the_iteration():
    told = []

    def cancel(fraction):
        told.append(fraction)
        raise CancelledError

    with pytest.raises(CancelledError):
        slic(noise(), 20, 0.1, channel_axis=None, report=cancel)

    assert told == [0.1]
