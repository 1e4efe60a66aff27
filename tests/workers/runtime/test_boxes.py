from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_array_equal
from scipy import ndimage

from tests.conftest import slab
from workers.runtime.boxes import boxes

SHAPES = array_shapes(min_dims=3, max_dims=3, max_side=6)


def some_ids(dtype=np.uint16):
    return SHAPES.flatmap(lambda shape: arrays(dtype, shape, elements=st.integers(0, 7)))


def oracle(ids, count):
    found = ndimage.find_objects(ids.astype(np.int64), count)
    ends = [[n for s in box for n in (s.start, s.stop)] if box else [0] * 6 for box in found]
    return np.array(ends, np.int32).reshape(count, 6)


def test_each_superpixel_lies_in_its_box_and_0_has_none():
    ids = slab(
        "0012",
        "0332",
        "0330",
    )

    assert_array_equal(boxes(ids, 3), [
        [0, 1, 2, 3, 0, 1],
        [0, 2, 3, 4, 0, 1],
        [1, 3, 1, 3, 0, 1],
    ])  # fmt: skip


def test_a_number_that_no_voxel_has_gets_zeros():
    assert_array_equal(boxes(slab("33"), 4)[[0, 1, 3]], np.zeros((3, 6)))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.int64, np.uint64])
@given(data=st.data(), threads=st.integers(1, 5))
def test_they_are_those_of_scipy(dtype, data, threads):
    ids = data.draw(some_ids(dtype))

    found = boxes(ids, 8, threads=threads)

    assert found.dtype == np.int32
    assert_array_equal(found, oracle(ids, 8))


@given(ids=some_ids())
def test_they_do_not_depend_on_how_the_ids_lie_in_memory(ids):
    doubled = np.repeat(ids, 2, axis=2)

    assert_array_equal(boxes(np.asfortranarray(ids), 7), oracle(ids, 7))
    assert_array_equal(boxes(doubled[:, :, ::2], 7), oracle(ids, 7))


@pytest.mark.parametrize(("dtype", "count"), [(np.uint8, 255), (np.uint16, 65_535)])
def test_every_number_that_the_type_holds_has_its_box(dtype, count):
    found = boxes(np.arange(1, count + 1, dtype=dtype).reshape(1, 1, count), count)

    ends = np.arange(count)
    assert_array_equal(found[:, 4:], np.stack([ends, ends + 1], axis=1))


@pytest.mark.parametrize("shape", [(0, 3, 4), (3, 0, 4), (3, 4, 0)])
def test_without_voxels_there_are_zeros_only(shape):
    assert_array_equal(boxes(np.zeros(shape, np.uint16), 2), np.zeros((2, 6)))


def test_no_superpixels_have_no_boxes():
    assert boxes(slab("00"), 0).shape == (0, 6)


@pytest.mark.parametrize("wrong", [3, 65_535, -1])
def test_an_id_without_a_box_is_refused(wrong):
    ids = np.array([[[0, 1, 2, wrong]]], np.int32)

    with pytest.raises(ValueError, match="ids must lie between 0 and 2; one does not"):
        boxes(ids, 2)


def test_what_holds_no_ids_is_refused():
    with pytest.raises(ValueError, match="ids must have 3 axes"):
        boxes(np.zeros((2, 3, 4)), 1)
