from __future__ import annotations

import warnings
from concurrent.futures import CancelledError

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from skimage.segmentation import slic

from dashboard import demo
from workers.formats.nifti import nifti
from workers.superpixels import skimage_slic as ours
from workers.superpixels.connectivity import connect

SHAPE = (18, 25, 13)
SIDES = st.integers(1, 24)


def labelled(image, *args, **options):
    """What ours gives without connectivity, which is what scikit-image must give too."""
    return ours.slic(image, *args, enforce_connectivity=False, **options)


def expected(image, *args, **options):
    options.pop("threads", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of empty clusters in its k-means
        return slic(image, *args, enforce_connectivity=False, **options)


def noise(dtype="f4", shape=SHAPE, seed=0):
    values = np.random.default_rng(seed).random(shape)
    return (values * 255).astype(dtype) if np.dtype(dtype).kind in "ui" else values.astype(dtype)


def blobs(dtype="f4", shape=SHAPE):
    """Smooth shapes with some noise, as tissue has."""
    i, j, k = np.indices(shape)
    waves = np.sin(i / 3) + np.cos(j / 4) + np.sin(k / 2)
    return (waves + 0.2 * noise("f8", shape)).astype(dtype)


BALL = np.sum((np.indices(SHAPE).T - (9, 12, 6)) ** 2 / np.array([60, 120, 40]), -1).T < 1


@st.composite
def volumes(draw):
    """A volume of any kind, with the axis of its channels and a mask."""
    shape = draw(st.tuples(SIDES, SIDES, SIDES))
    axis = draw(st.sampled_from([None, None, -1, 0, 2]))
    channels = draw(st.integers(1, 4))
    whole = shape if axis is None else np.insert(shape, axis % 4, channels)
    values = np.random.default_rng(draw(st.integers(0, 99))).random(whole)
    levels = draw(st.sampled_from([0, 2, 5, 1000]))  # constant, with ties, noise
    image = (np.floor(values * levels)).astype(draw(st.sampled_from(["f4", "f8", "i2", "f2"])))
    share = draw(st.sampled_from([None, None, 0.2, 0.9, 1.0]))
    mask = None if share is None else np.random.default_rng(1).random(shape) < share
    return image, axis, mask


@st.composite
def parameters(draw):
    """Any parameters that mean something for a volume."""
    edges = st.floats(0.2, 6)
    return {
        "compactness": 10 ** draw(st.floats(-3, 1.5)),
        "max_num_iter": draw(st.integers(1, 8)),
        "spacing": draw(st.none() | st.tuples(edges, edges, edges)),
        "sigma": draw(st.sampled_from([0, 0, 1.3, (0.7, 0.0, 1.1)])),
        "start_label": draw(st.integers(0, 1)),
        "convert2lab": draw(st.sampled_from([None, False])),
        "threads": draw(st.integers(1, 4)),
    }


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(volumes(), parameters(), st.data())
def test_every_voxel_has_the_label_that_scikit_image_gives_it(volume, options, data):
    image, axis, mask = volume
    voxels = int(np.prod(image.shape)) if mask is None else int(mask.sum())
    assume(voxels)
    n_segments = data.draw(st.integers(1, max(1, min(voxels, voxels // 4 + 1))))
    options |= {"n_segments": n_segments, "channel_axis": axis, "mask": mask}

    labels = labelled(image, **options)

    assert_array_equal(labels, expected(image, **options))


@pytest.mark.parametrize("n_segments", [1, 20, 300])
@pytest.mark.parametrize("compactness", [0.001, 0.1, 10.0])
@pytest.mark.parametrize("dtype", ["f4", "f8", "u1"])
@pytest.mark.parametrize("make", [noise, blobs])
def test_the_labels_are_those_of_scikit_image(make, dtype, compactness, n_segments):
    given = (make(dtype), n_segments, compactness)

    assert_array_equal(labelled(*given, channel_axis=None), expected(*given, channel_axis=None))


MIDDLE = (slice(50, 150), slice(60, 170), slice(50, 140))


@pytest.mark.parametrize("box", [MIDDLE, pytest.param((), marks=pytest.mark.torture)])
def test_so_are_they_for_a_real_volume(box):
    image = nifti.read(demo.PATH).data[box]
    options = {"compactness": 0.1, "max_num_iter": 2, "channel_axis": None}

    labels = labelled(image.astype("f4"), 2000, **options)

    assert_array_equal(labels, expected(image.astype("f4"), 2000, **options))


def test_so_are_they_for_more_superpixels_than_20_000():
    image = blobs(shape=(60, 60, 60))
    options = {"compactness": 0.1, "max_num_iter": 3, "channel_axis": None}

    labels = labelled(image, 25_000, **options)

    assert labels.max() > 20_000
    assert_array_equal(labels, expected(image, 25_000, **options))


@pytest.mark.parametrize("n_segments", [1, 3])
def test_so_are_they_where_float32_no_longer_counts_every_voxel(n_segments):
    """The coordinates of a cluster add up to more than 2²⁴, and scikit-image's sums are rounded."""
    image = blobs(shape=(500, 40, 21))
    options = {"compactness": 0.01, "channel_axis": None}

    labels = labelled(image, n_segments, **options)

    assert_array_equal(labels, expected(image, n_segments, **options))


@pytest.mark.parametrize("shape", [(1, 40, 30), (40, 1, 30), (40, 30, 1), (1, 1, 50), (3, 40, 60)])
def test_so_are_they_for_thin_volumes(shape):
    given = (noise(shape=shape), 30, 0.1)

    assert_array_equal(labelled(*given, channel_axis=None), expected(*given, channel_axis=None))


@pytest.mark.parametrize("options", [{}, {"mask": BALL, "spacing": (0.9, 0.9, 5.5)}])
def test_the_number_of_threads_changes_nothing(options):
    one, two, many = (
        ours.slic(blobs(), 40, 0.1, channel_axis=None, threads=threads, **options)
        for threads in (1, 2, 7)
    )

    assert_array_equal(one, two)
    assert_array_equal(one, many)


@pytest.mark.parametrize("mask", [None, BALL], ids=["whole", "ball"])
@pytest.mark.parametrize("start_label", [0, 1])
def test_superpixels_are_joined_by_our_own_rule(mask, start_label):
    options = {"mask": mask, "channel_axis": None}
    pieces = labelled(blobs(), 40, 0.1, **options)
    size = BALL.sum() / 40 if mask is not None else pieces.size / len(np.unique(pieces))

    labels = ours.slic(blobs(), 40, 0.1, min_size_factor=0.25, start_label=start_label, **options)

    assert_array_equal(labels + 1 - start_label, connect(pieces, mask, int(0.25 * size)))


@pytest.mark.parametrize("channel_axis", [-1, 0, 1])
@pytest.mark.parametrize("convert2lab", [None, True, False])
def test_three_channels_are_compared_in_lab_unless_it_is_refused(channel_axis, convert2lab):
    image = np.moveaxis(noise(shape=(*SHAPE, 3)), -1, channel_axis)
    options = {"channel_axis": channel_axis, "convert2lab": convert2lab}

    assert_array_equal(labelled(image, 30, 0.2, **options), expected(image, 30, 0.2, **options))


def test_the_parameters_come_in_scikit_image_s_order():
    given = (blobs(), 30, 0.1, 5, 1.0, (1, 1, 2), False, False, 0.5, 3, False, 0, BALL)

    assert_array_equal(ours.slic(*given, channel_axis=None), slic(*given, channel_axis=None))


@pytest.mark.parametrize("dtype", ["f4", "f8", "u1"])
def test_the_volume_is_left_as_it_was(dtype):
    image = noise(dtype)
    before = image.copy()
    image.flags.writeable = False

    ours.slic(image, 30, 0.1, sigma=1, channel_axis=None)
    ours.slic(image, 30, 0.1, channel_axis=None)

    assert_array_equal(image, before)


@pytest.mark.parametrize("order", ["F", "strided"])
def test_the_order_in_memory_does_not_matter(order):
    image = blobs()
    other = np.asfortranarray(image) if order == "F" else np.repeat(image, 2, axis=1)[:, ::2]

    assert_array_equal(
        ours.slic(other, 30, 0.1, channel_axis=None), ours.slic(image, 30, 0.1, channel_axis=None)
    )


def test_what_lies_outside_the_mask_may_be_nan():
    image = np.where(BALL, noise(), np.nan)

    labels = ours.slic(image, 30, 0.1, mask=BALL, channel_axis=None)

    assert_array_equal(labels > 0, BALL)


@pytest.mark.parametrize(
    ("image", "options", "sentence"),
    [
        (noise(shape=(8, 9)), {"channel_axis": None}, "3 axes"),
        (noise(), {}, "4 axes"),
        (np.full(SHAPE, np.nan), {"channel_axis": None}, "finite"),
        (np.full(SHAPE, np.inf), {"channel_axis": None}, "finite"),
        (noise(), {"channel_axis": None, "start_label": 2}, "0 or 1"),
        (noise(), {"channel_axis": None, "n_segments": 0.5}, "n_segments must be 1 or more"),
        (noise(), {"channel_axis": None, "spacing": (1, -1, 1)}, "spacing must be positive"),
        (noise(), {"channel_axis": None, "spacing": (1, np.nan, 1)}, "spacing must be positive"),
        (noise(), {"channel_axis": None, "sigma": (1, -1, 1)}, "sigma must not be negative"),
        (noise(shape=(0, 3, 3)), {"channel_axis": None}, "image must have voxels"),
        (noise(), {"channel_axis": None, "spacing": (1, 2)}, "spacing must be 3 numbers"),
        (noise(), {"channel_axis": None, "sigma": (1, 2)}, "sigma must be 3 numbers"),
        (noise(), {"channel_axis": None, "mask": BALL[1:]}, "mask must have the shape"),
        (noise(), {"channel_axis": None, "mask": BALL & False}, "10 voxels or more; it has 0"),
        (noise(), {"channel_axis": None, "n_segments": 0}, "n_segments must be 1 or more; got 0"),
        (noise(), {"channel_axis": None, "n_segments": -3}, "n_segments must be 1 or more"),
        (noise(), {"channel_axis": None, "n_segments": 2**23}, "n_segments must be below"),
        (noise(), {"channel_axis": None, "compactness": 0}, "compactness must be positive"),
        (noise(), {"channel_axis": None, "compactness": np.nan}, "compactness must be positive"),
        (noise(), {"channel_axis": None, "max_num_iter": 0}, "max_num_iter must be 1 or more"),
        (noise(), {"channel_axis": None, "threads": 0}, "threads must be 1 or more"),
        (noise(shape=(*SHAPE, 2)), {"convert2lab": True}, "3 channels"),
    ],
)
def test_what_cannot_be_cut_is_refused_in_a_sentence(image, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        ours.slic(image, **{"n_segments": 10} | options)


def test_what_smoothing_would_carry_into_the_mask_is_refused():
    image = np.where(BALL, noise(), np.nan)

    with pytest.raises(ValueError, match="Fill what lies outside the mask"):
        ours.slic(image, 30, 0.1, sigma=0.6, mask=BALL, channel_axis=None)


def test_no_cluster_of_the_spreading_of_seeds_is_left():
    """While seeds spread, a window reaches a lone voxel that none reaches when clusters form."""
    rng = np.random.default_rng(100)
    shape, mask = (60, 120, 6), np.zeros((60, 120, 6), bool)
    for _ in range(3):
        centre, radius = [rng.integers(0, size) for size in shape], rng.integers(1, 6)
        mask[tuple(slice(max(0, at - radius), at + radius) for at in centre)] = True
    for _ in range(5):
        mask[tuple(rng.integers(0, size) for size in shape)] = True
    given = (rng.random(shape).astype("f4"), 24, 0.05, 2)

    labels = labelled(*given, mask=mask, channel_axis=None)

    assert_array_equal(labels, expected(*given, mask=mask, channel_axis=None))
    assert (labels[mask] == 0).any()


def test_a_mask_with_fewer_voxels_than_superpixels_is_refused():
    mask = np.zeros(SHAPE, bool)
    mask[3, 4:9, 5] = True

    with pytest.raises(ValueError, match="n_segments = 6 voxels or more; it has 5"):
        ours.slic(noise(), 6, mask=mask, channel_axis=None)


@pytest.mark.parametrize("options", [{"slic_zero": True}, {"max_size_factor": 2}])
def test_what_is_not_supported_is_said(options):
    with pytest.raises(NotImplementedError, match=f"{next(iter(options))} is not supported"):
        ours.slic(noise(), channel_axis=None, **options)


@pytest.mark.parametrize(("mask", "iterations"), [(None, 10), (BALL, 20)])
def test_each_iteration_is_reported(mask, iterations):
    told = []

    ours.slic(noise(), 20, 0.1, mask=mask, channel_axis=None, report=told.append)

    assert len(told) > iterations
    assert told == sorted(told)
    assert told[-1] == 1


def test_cancelling_takes_effect_after_the_iteration():
    told = []

    def cancel(fraction):
        told.append(fraction)
        raise CancelledError

    with pytest.raises(CancelledError):
        ours.slic(noise(), 20, 0.1, channel_axis=None, report=cancel)

    assert told == [pytest.approx(0.09)]
