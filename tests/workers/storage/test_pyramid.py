from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from workers.storage.pyramid import LevelShape, build, halve, plan
from workers.storage.stored_array import create, open_array


def slow(data, by):
    """Each block's mean, as one writes it down."""
    means = np.empty([-(-n // b) for n, b in zip(data.shape, by, strict=True)])
    for index in np.ndindex(means.shape):
        block = data[tuple(slice(n * b, n * b + b) for n, b in zip(index, by, strict=True))]
        finite = block[~np.isnan(block)].astype(float)
        means[index] = finite.mean() if finite.size else np.nan
    return (np.rint(means) if data.dtype.kind in "iu" else means).astype(data.dtype)


@pytest.mark.parametrize("by", list(itertools.product([1, 2], repeat=3)))
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i4", "f4", "f8"])
def test_a_block_becomes_its_mean(dtype, by):
    data = (np.random.default_rng(0).uniform(-100, 100, (5, 4, 7))).astype(dtype)

    assert halve(data, by).dtype == data.dtype
    assert_allclose(halve(data, by), slow(data, by), rtol=1e-6)


def test_halves_of_whole_numbers_are_rounded_to_the_even_one():
    data = np.array([[[0, 1, 1, 2, -1, 0]]], "i2")

    assert_array_equal(halve(data, (1, 1, 2)), [[[0, 2, 0]]])


@pytest.mark.parametrize("dtype", ["u1", "i1", "u4", "i8", "u8"])
def test_the_ends_of_a_type_are_not_overrun(dtype):
    ends = np.iinfo(dtype)
    for end in (ends.min, ends.max):
        mean = int(halve(np.full((2, 2, 2), end, dtype), (2, 2, 2))[0, 0, 0])
        assert abs(mean - int(end)) <= 2048


def test_nan_counts_for_nothing():
    data = np.array([[[1, np.nan, np.nan, np.nan, 3, np.inf]]], "f4")

    assert_array_equal(halve(data, (1, 1, 2)), np.array([[[1, np.nan, np.inf]]], "f4"))


def test_all_axes_are_halved_until_the_longest_fits():
    assert plan((300, 200, 100), (1, 1, 1), 128) == (
        LevelShape((300, 200, 100), (1, 1, 1)),
        LevelShape((150, 100, 50), (2, 2, 2)),
        LevelShape((75, 50, 25), (4, 4, 4)),
    )


def test_thick_slices_wait_until_the_others_have_caught_up():
    assert plan((512, 512, 200), (0.5, 0.5, 2.0), 128) == (
        LevelShape((512, 512, 200), (1, 1, 1)),
        LevelShape((256, 256, 200), (2, 2, 1)),
        LevelShape((128, 128, 200), (4, 4, 1)),
        LevelShape((64, 64, 100), (8, 8, 2)),
    )


def test_a_single_slice_holds_nothing_up():
    assert plan((500, 300, 1), (1, 1, 0.001), 128)[-1] == LevelShape((125, 75, 1), (4, 4, 1))


def test_a_small_volume_is_its_only_level():
    assert plan((128, 3, 1), (1, 9, 1)) == (LevelShape((128, 3, 1), (1, 1, 1)),)


@given(
    shape=st.tuples(*[st.integers(1, 5000)] * 3),
    spacing=st.tuples(*[st.floats(1e-3, 1e3)] * 3),
)
def test_levels_end_and_cover_the_volume(shape, spacing):
    steps = plan(shape, spacing)

    assert max(steps[-1].shape) <= 128
    assert len(steps) < 40
    for step in steps:
        assert step.shape == tuple(
            -(-n // stride) for n, stride in zip(shape, step.strides, strict=True)
        )


@pytest.mark.parametrize("dtype", ["u2", "f4"])
@pytest.mark.parametrize("chunks", [(4, 4, 4), (8, 2, 16), (64, 64, 64)])
def test_levels_on_disk_are_the_means_of_the_whole(tmp_path, dtype, chunks):
    rng = np.random.default_rng(1)
    data = rng.integers(0, 999, (21, 30, 9)).astype(dtype)
    steps = plan(data.shape, (1, 1, 2.5), 6)
    paths = tuple(tmp_path / str(n) for n in range(len(steps)))
    create(paths[0], data.shape, dtype, (5, 7, 3), compressed=False)[:] = data
    told = []

    build(paths, steps, chunks, report=told.append)

    for fine, coarse, path in zip(steps, steps[1:], paths[1:], strict=False):
        data = slow(data, tuple(b // a for a, b in zip(fine.strides, coarse.strides, strict=True)))
        assert_allclose(open_array(path)[:], data, rtol=1e-6)
    assert told == sorted(told)
    assert told[-1] == 1.0
