"""SLIC by sums without order: the chunks of a volume give what the volume gives."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from workers.runtime.progress import silent
from workers.runtime.team import Team
from workers.slic.exact_sums import Rule, assign_adding, iterate, near, rule
from workers.slic.seeds import centres_on_grid
from workers.slic.sums import FRACTIONS, means, round_to_fractions
from workers.slic.tiles import Scale, join_tiles, make_tiles

AS_IT_IS = Scale(np.float32(0), np.float32(1), np.float32(1))
SHAPE = (19, 26, 37)


def noise(shape=SHAPE, channels=1, seed=0):
    return round_to_fractions(
        np.random.default_rng(seed).normal(0.5, 0.3, (*shape, channels)).astype("f4")
    )


def begun(shape=SHAPE, numbers=(3, 4, 5), channels=1):
    places = centres_on_grid(shape, np.array(numbers))
    return np.pad(places, ((0, 0), (0, channels))).astype("f4")


def whole(image, mask, centres, how, iterations, threads=1):
    with Team(threads) as team:
        tiles = make_tiles(image, mask, AS_IT_IS, team)
        iterate(tiles, centres, how, iterations, team, silent)
        return join_tiles(tiles, 1)


def cut(shape, chunk):
    """Boxes of chunks, as slices."""
    starts = itertools.product(*(range(0, n, c) for n, c in zip(shape, chunk, strict=True)))
    return [
        tuple(slice(a, min(a + c, n)) for a, c, n in zip(at, chunk, shape, strict=True))
        for at in starts
    ]


def by_chunks(image, mask, centres, how, iterations, chunk):
    """As a cluster does it: each chunk knows only the centres near it, and only sums come back."""
    labels = np.zeros(how.shape, np.int32)
    boxes = cut(how.shape, chunk)
    for iteration in range(iterations):
        sums = np.zeros((len(centres), 4 + image.shape[3]), np.int64)
        for box in boxes[::-1] if iteration % 2 else boxes:
            origin = tuple(axis.start for axis in box)
            shape = tuple(axis.stop - axis.start for axis in box)
            known = near(centres, how, origin, shape)
            with Team(1) as team:
                part = None if mask is None else mask[box]
                tiles = make_tiles(image[box], part, AS_IT_IS, team, origin)
                sums[known] += assign_adding(tiles, centres[known], how, team)
                labels[box] = np.r_[0, known + 1][join_tiles(tiles, 1)]
        centres = means(sums)
    return labels


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("chunk", [(19, 26, 37), (8, 8, 16), (5, 7, 11), (1, 26, 3), (10, 1, 37)])
def test_any_chunks_give_the_clusters_of_the_whole(chunk, masked, channels):
    image = noise(channels=channels)
    mask = image[..., 0] > 0.4 if masked else None
    how = rule(SHAPE, 60, np.array([0.2, 0.15, 0.13]), 0.2)
    start = begun(channels=channels)

    expected = whole(image, mask, start, how, 5)

    assert_array_equal(by_chunks(image, mask, start, how, 5, chunk), expected)
    assert len(np.unique(expected)) > 40


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 2**16),
    shape=st.tuples(*3 * [st.integers(1, 23)]),
    chunk=st.tuples(*3 * [st.integers(1, 23)]),
    compactness=st.sampled_from([1e-3, 0.1, 10.0]),
    levels=st.sampled_from([2, 5, 1000]),
)
def test_ties_fall_as_in_the_whole(seed, shape, chunk, compactness, levels):
    rng = np.random.default_rng(seed)
    image = round_to_fractions((rng.integers(0, levels, (*shape, 1)) / levels).astype("f4"))
    mask = rng.random(shape) > 0.2
    centres = begun(shape, np.minimum(shape, 3))
    centres[rng.random(len(centres)) < 0.2] = np.nan
    how = rule(shape, len(centres), np.array([0.3, 0.3, 0.9]), compactness)

    expected = whole(image, mask, centres, how, 3, threads=2)

    assert_array_equal(by_chunks(image, mask, centres, how, 3, chunk), expected)


def test_a_voxel_that_no_window_reaches_any_more_is_nobodys():
    image = round_to_fractions(np.zeros((1, 1, 16, 1), "f4"))
    mask = np.isin(np.arange(16), (2, 9, 10))[None, None]
    how = Rule((1, 1, 16), np.array([2, 2, 4]), np.ones(3, "f4"), 1.0)
    centre = np.array([[0, 0, 6, 0]], "f4")

    once, twice = (whole(image, mask, centre, how, n)[0, 0, [2, 9, 10]] for n in (1, 2))

    assert_array_equal(once, [1, 1, 1])
    assert_array_equal(twice, [0, 1, 1])


def test_sums_are_those_of_the_voxels_in_whole_numbers():
    image = noise(channels=2)
    centres = begun(channels=2) + np.array([100, 200, 300, 0, 0], "f4")
    how = rule(SHAPE, 60, np.full(3, 0.2), 0.2)._replace(shape=(1000, 1000, 1000))
    with Team(2) as team:
        tiles = make_tiles(image, image[..., 0] > 0.1, AS_IT_IS, team, (100, 200, 300))
        sums = assign_adding(tiles, centres, how, team)
        labels = join_tiles(tiles, 0)

    assert (labels >= 0).sum() == sums[:, 0].sum() > 0
    for n in range(len(centres)):
        voxels = np.argwhere(labels == n) + np.array([100, 200, 300])
        steps = (image[labels == n] * FRACTIONS).astype(np.int64)
        assert_array_equal(sums[n], [len(voxels), *voxels.sum(0), *steps.sum(0)])


def test_means_are_those_of_the_sums_and_nothing_where_nobody_is():
    sums = np.array([[4, 6, 0, 10, 2 * FRACTIONS], [0, 0, 0, 0, 0]], np.int64)

    centres = means(sums)

    assert_array_equal(centres[0], np.array([1.5, 0, 2.5, 0.5], "f4"))
    assert np.isnan(centres[1]).all()
    assert centres.dtype == np.float32


def test_huge_clusters_lose_no_digit():
    coordinate, voxels = 2**11, 2**33
    sums = np.array([[voxels, voxels * coordinate, 0, voxels, 100 * FRACTIONS * voxels]], np.int64)

    assert_array_equal(means(sums), np.array([[coordinate, 0, 1, 100]], "f4"))


def test_intensities_are_rounded_to_whole_steps():
    values = np.array([0, 1 / 3, -100, 0.4 / FRACTIONS, 0.5 / FRACTIONS, np.nan], "f4")

    steps = round_to_fractions(values.copy()) * FRACTIONS

    assert_array_equal(steps, [0, round(FRACTIONS / 3), -100 * FRACTIONS, 0, 0, np.nan])
