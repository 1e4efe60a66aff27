from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from workers.runtime.unsigned import as_unsigned, is_turned

IDS = np.arange(24).reshape(2, 3, 4)


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i4", "u4", "i8", "u8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_ids_are_read_where_they_lie_and_keep_their_values(dtype, order):
    ids = np.array(IDS, dtype, order=order)

    plain = as_unsigned(ids)

    assert np.shares_memory(plain, ids)
    assert plain.dtype == np.dtype(f"u{ids.itemsize}")
    assert_array_equal(plain, IDS)


def test_they_are_read_only_and_the_ids_themselves_stay_writeable():
    ids = IDS.copy()

    with pytest.raises(ValueError, match="read-only"):
        as_unsigned(ids)[0, 0, 0] = 1
    assert ids.flags.writeable


@pytest.mark.parametrize("dtype", [">u2", ">i4"])
def test_a_foreign_byte_order_is_turned_into_ours(dtype):
    assert_array_equal(as_unsigned(IDS.astype(dtype)), IDS)


def test_every_second_voxel_of_an_array_becomes_an_array_of_its_own():
    plain = as_unsigned(IDS[:, :, ::2])

    assert plain.flags.c_contiguous
    assert_array_equal(plain, IDS[:, :, ::2])


def test_an_array_that_does_not_lie_on_its_type_is_copied():
    crooked = np.zeros(24 * 8 + 1, np.uint8)[1:].view(np.int64).reshape(2, 3, 4)
    crooked[:] = IDS

    plain = as_unsigned(crooked)

    assert plain.flags.aligned
    assert_array_equal(plain, IDS)


@pytest.mark.parametrize("ids", [IDS[0], IDS.astype(float), IDS > 1], ids=["2D", "float", "bool"])
def test_what_holds_no_ids_is_refused(ids):
    with pytest.raises(ValueError, match=r"ids must have 3 axes \(i, j, k\) and whole numbers"):
        as_unsigned(ids)


def test_only_an_array_whose_first_axis_is_the_fastest_is_turned():
    assert is_turned(np.asfortranarray(IDS))
    assert not is_turned(IDS)
    assert not is_turned(IDS[:1, :1])
