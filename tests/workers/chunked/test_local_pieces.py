from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from scipy import ndimage

from workers.chunked.local_pieces import local_pieces
from workers.superpixels.pieces import pieces

SHAPES = st.tuples(*[st.integers(1, 5)] * 3)
CHUNKS = SHAPES.flatmap(lambda shape: arrays(np.int32, shape, elements=st.integers(-1, 2)))


@given(CHUNKS, st.tuples(*[st.integers(0, 3)] * 3), st.tuples(*[st.integers(0, 2)] * 3))
@settings(max_examples=200)
def test_they_are_those_of_the_chunk_alone_measured_in_the_whole_volume(ids, origin, rest):
    shape = tuple(a + b + c for a, b, c in zip(ids.shape, origin, rest, strict=True))

    found = local_pieces(ids, origin, shape)

    alone = pieces(ids, ids >= 0)
    whole = np.zeros(shape, int)
    whole[tuple(slice(o, o + n) for o, n in zip(origin, ids.shape, strict=True))] = alone.map
    assert_array_equal(found.map, alone.map)
    assert_array_equal(found.ids, alone.ids)
    assert_array_equal(found.sizes, alone.sizes)
    numbers, first = np.unique(whole, return_index=True)
    assert_array_equal(found.first[1:], first[numbers > 0])
    around = [[at for s in box for at in (s.start, s.stop)] for box in ndimage.find_objects(whole)]
    assert_array_equal(found.boxes[1:], np.reshape(around, (-1, 6)))
    assert found.first[0] == 0
    assert_array_equal(found.boxes[0], [0] * 6)


def test_a_mask_may_be_given_by_itself():
    ids, mask = np.array([[[1, 1, 1, 0]]]), np.array([[[True, False, True, True]]])

    assert_array_equal(local_pieces(ids, (0, 0, 0), (1, 1, 4), mask).map, [[[1, 0, 2, 3]]])


def test_places_beyond_2_to_the_31_are_counted():
    found = local_pieces(np.array([[[4, 5]]]), (2999, 2999, 2998), (3000, 3000, 3000))

    assert_array_equal(found.first, [0, 3000**3 - 2, 3000**3 - 1])
    assert_array_equal(found.boxes[2], [2999, 3000, 2999, 3000, 2999, 3000])


def test_a_chunk_that_is_too_large_is_refused_with_a_sentence():
    ids = np.broadcast_to(np.int32(1), (2**10, 2**10, 2**9))

    with pytest.raises(ValueError, match=r"fewer than 2\*\*29 voxels; got 536870912"):
        local_pieces(ids, (0, 0, 0), ids.shape)
