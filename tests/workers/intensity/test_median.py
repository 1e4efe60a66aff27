from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

from workers.intensity.median import Medians, keys, value_of

DTYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", ">i2", ">f4", "?"]


def median_of(parts, dtype):
    medians = Medians(dtype)
    for _ in range(medians.passes):
        for part in parts:
            medians.count(7, part)
        medians.narrow()
    return medians.of(7)


def arrays(dtype, least=1):
    finite = {"allow_nan": False, "allow_infinity": False} if "f" in dtype else {}
    elements = hnp.from_dtype(np.dtype(dtype), **finite)
    return hnp.arrays(dtype, st.integers(least, 40), elements=elements)


@given(st.sampled_from(DTYPES).flatmap(arrays), st.integers(1, 5))
def test_it_is_that_of_the_sorted_values(values, parts):
    ordered = np.sort(values)
    low, high = ordered[(values.size - 1) // 2], ordered[values.size // 2]

    found = median_of(np.array_split(values, parts), values.dtype)

    assert found == (float(low) if low == high else float(low) / 2 + float(high) / 2)


@given(st.sampled_from(DTYPES).flatmap(arrays))
def test_keys_are_in_the_order_of_the_values_and_lead_back_to_them(values):
    values = np.sort(values)

    found = keys(values)

    # Of -0 and 0, which are equal, the keys are not.
    assert_array_equal(values[np.argsort(found, kind="stable")], values)
    assert [value_of(int(key), values.dtype) for key in found] == values.astype(float).tolist()


@pytest.mark.parametrize("dtype", ["i2", "f4", "f8"])
def test_of_nothing_there_is_none(dtype):
    assert np.isnan(median_of([np.empty(0, dtype)] * 2, np.dtype(dtype)))


def test_sets_do_not_mix():
    medians = Medians(np.dtype(np.float32))
    for _ in range(medians.passes):
        for name in (1, 2, 300):
            medians.count(name, np.array([name, name + 1, name + 9], np.float32))
        medians.narrow()

    assert [medians.of(name) for name in (1, 2, 300)] == [2, 3, 301]
