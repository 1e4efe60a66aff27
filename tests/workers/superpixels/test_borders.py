from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_array_equal
from skimage.segmentation import find_boundaries

from tests.conftest import slab
from workers.superpixels.borders import borders, borders_of_slice

# Long rows too: what is compared many at a time must be right where they end.
SHAPES = array_shapes(min_dims=3, max_dims=3, max_side=5) | st.tuples(
    st.integers(1, 3), st.integers(1, 3), st.integers(30, 75)
)


def some_ids(dtype=np.uint16):
    return SHAPES.flatmap(lambda shape: arrays(dtype, shape, elements=st.integers(0, 2)))


def oracle(ids):
    return find_boundaries(ids, connectivity=1, mode="thick")


def test_both_sides_of_a_border_are_on_it_and_0_is_an_id_like_the_others():
    ids = slab(
        "0000111",
        "0000111",
        "0000111",
        "2222111",
    )

    assert_array_equal(borders(ids), slab(
        "0001100",
        "0001100",
        "1111100",
        "1111100",
    ))  # fmt: skip


def test_the_edge_of_the_volume_is_no_border():
    assert not borders(np.full((3, 4, 5), 7, np.uint16)).any()


def test_a_neighbour_across_an_edge_or_a_corner_makes_no_border():
    ids = np.zeros((3, 3, 3), np.uint16)
    ids[1, 1, 1] = 1

    assert borders(ids).sum() == 7


@given(ids=some_ids(), threads=st.integers(1, 5))
def test_they_are_those_of_scikit_image(ids, threads):
    assert_array_equal(borders(ids, threads=threads), oracle(ids))


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
@given(data=st.data())
def test_ids_may_have_any_width_and_be_negative(dtype, data):
    ids = data.draw(some_ids(dtype))
    ids = ids - dtype(np.issubdtype(dtype, np.signedinteger))

    assert_array_equal(borders(ids), oracle(ids))


@given(ids=some_ids())
def test_they_do_not_depend_on_how_the_ids_lie_in_memory(ids):
    doubled = np.repeat(ids, 2, axis=2)

    assert_array_equal(borders(np.asfortranarray(ids)), oracle(ids))
    assert_array_equal(borders(doubled[:, :, ::2]), oracle(ids))


@pytest.mark.parametrize("order", ["C", "F"])
@given(ids=some_ids(), data=st.data())
def test_those_of_a_slice_are_scikit_images_in_that_slice(order, ids, data):
    axis = data.draw(st.integers(0, 2))
    index = data.draw(st.integers(0, ids.shape[axis] - 1))

    found = borders_of_slice(np.array(ids, order=order), axis, index)

    assert_array_equal(found, oracle(np.take(ids, index, axis)))


def test_a_slice_of_one_voxel_that_is_walked_backwards_is_a_slice_too():
    ids = slab("0011")

    assert_array_equal(borders_of_slice(ids[::-1], 2, 0), [[False, True, True, False]])


@pytest.mark.parametrize("shape", [(0, 3, 4), (3, 0, 4), (3, 4, 0)])
def test_a_volume_without_voxels_has_no_borders(shape):
    ids = np.zeros(shape, np.uint16)
    full = int(np.argmax(shape))

    assert borders(ids).shape == shape
    assert borders_of_slice(ids, full, 0).size == 0


@pytest.mark.parametrize(("axis", "index"), [(3, 0), (-1, 0), (0, 1), (1, -1), (2, 9)])
def test_a_slice_that_is_not_there_is_refused(axis, index):
    with pytest.raises(ValueError, match=rf"have no slice {index} on axis {axis}"):
        borders_of_slice(np.zeros((1, 5, 9), np.uint16), axis, index)


@pytest.mark.parametrize("kernel", [borders, lambda ids: borders_of_slice(ids, 0, 0)])
def test_what_holds_no_ids_is_refused(kernel):
    with pytest.raises(ValueError, match="ids must have 3 axes"):
        kernel(np.zeros((2, 3)))
