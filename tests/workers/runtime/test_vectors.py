"""Lanes do what numpy does, number by number, in every bit."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from workers.runtime import vectors
from workers.runtime.compiled import compiled
from workers.runtime.vectors import (
    apart,
    choose,
    counted,
    each,
    fetch,
    larger,
    largest,
    load,
    load_like,
    lowest,
    number,
    put,
    total,
    total_wide,
    whole,
    width,
)


@compiled
def _arithmetic(a, b, out):
    for x in range(0, a.size, width(a)):
        put(out, x, ((load(a, x) + load(b, x)) * a.dtype.type(3) - load(a, x)) * load(b, x))


@compiled
def _comparisons(a, b, one, zero, out):
    here, there = load(a, 0), load(b, 0)
    yes, no = each(one, here), each(zero, here)
    size = width(a)
    put(out, 0, choose(here < there, yes, no))
    put(out, size, choose(here > there, yes, no))
    put(out, 2 * size, choose(here <= there, yes, no))
    put(out, 3 * size, choose(here >= there, yes, no))
    put(out, 4 * size, choose(here == there, yes, no))
    put(out, 5 * size, choose((here < there) | (here > there), yes, no))
    put(out, 6 * size, choose((here <= there) & (here >= there), yes, no))


@compiled
def _sums(a):
    line = load(a, 0)
    return total(line), total_wide(line), total(line * counted(line))


@compiled
def _extremes(a, b, out):
    put(out, 0, larger(load(a, 0), load(b, 0)))
    put(out, width(a), apart(load(a, 0), load(b, 0)))
    return lowest(load(a, 0)), largest(load(a, 0))


@compiled
def _whole_beside(a, integers, out):
    put(out, 0, whole(load(a, 0)) + load_like(integers, 0, load(a, 0)))
    return number(a, 3)


@compiled
def _fetch_beyond(a):
    fetch(a, a.size)
    fetch(a, 100 * a.size)
    return True


REALS = [np.float32, np.float64]


def some(dtype, seed, size=64):
    """Numbers of which some are equal, infinite or NaN."""
    values = np.random.default_rng(seed).integers(-4, 5, size).astype(dtype) / dtype(3)
    if dtype in REALS:
        values[::9], values[1::9], values[2::9] = np.nan, np.inf, -np.inf
    return values.astype(dtype)


@pytest.mark.parametrize("dtype", [*REALS, np.int32])
def test_each_number_is_computed_as_alone(dtype):
    a, b, out = some(dtype, 0), some(dtype, 1), np.empty(64, dtype)

    _arithmetic(a, b, out)

    with np.errstate(invalid="ignore"):
        assert_array_equal(out, ((a + b) * dtype(3) - a) * b)


@pytest.mark.parametrize("dtype", [*REALS, np.int32])
def test_nothing_compares_with_nan(dtype):
    size = 64 // np.dtype(dtype).itemsize
    a, b, out = some(dtype, 0, size), some(dtype, 2, size), np.empty(7 * size, dtype)

    _comparisons(a, b, dtype(1), dtype(0), out)

    signs = (operator.lt, operator.gt, operator.le, operator.ge, operator.eq)
    expected = [sign(a, b) for sign in signs] + [(a < b) | (a > b), a == b]
    assert_array_equal(out.reshape(7, size), expected)


def test_whole_numbers_are_added_up_in_64_bits_where_32_do_not_hold_them():
    small, large = np.arange(16, dtype=np.int32), np.full(16, 2**31 - 1, np.int32)

    assert _sums(small) == (120, 120, (small * small).sum())
    assert _sums(large)[1] == 16 * (2**31 - 1)


@pytest.mark.parametrize("dtype", REALS)
def test_extremes_and_distances_are_those_of_the_numbers(dtype):
    size = 64 // np.dtype(dtype).itemsize
    a = np.random.default_rng(0).normal(size=size).astype(dtype)
    b, out = a[::-1].copy(), np.empty(2 * size, dtype)

    assert _extremes(a, b, out) == (a.min(), a.max())
    assert_array_equal(out, [*np.maximum(a, b), *abs(a - b)])


@pytest.mark.parametrize("dtype", REALS)
def test_reals_become_whole_numbers_beside_as_many_of_another_array(dtype):
    size = 64 // np.dtype(dtype).itemsize
    a, integers = np.linspace(-9, 9, size, dtype=dtype), np.arange(size, dtype=np.int32)
    out = np.empty(size, np.int32)

    assert _whole_beside(a, integers, out) == a[3]
    assert_array_equal(out, np.trunc(a).astype(int) + integers)


def test_what_is_fetched_in_advance_need_not_be_there():
    assert _fetch_beyond(np.zeros(16, np.float32))


def test_lanes_of_a_type_are_the_same_type():
    kind = vectors.Lanes(vectors.types.float32, 16)

    assert kind == vectors.Lanes(vectors.types.float32, 16)
    assert kind.of(vectors.types.int32) == vectors.Lanes(vectors.types.int32, 16)
