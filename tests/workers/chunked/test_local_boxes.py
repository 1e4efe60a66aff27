from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from workers.chunked.chunk_grid import ChunkGrid
from workers.chunked.local_boxes import merge, parts
from workers.chunked.local_pieces import local_pieces
from workers.runtime.boxes import boxes

SIDES = st.tuples(*[st.integers(1, 5)] * 3)
VOLUMES = SIDES.flatmap(lambda shape: arrays(np.int32, shape, elements=st.integers(0, 4)))


def part(ids, box):
    where = tuple(slice(*box[axis : axis + 2]) for axis in (0, 2, 4))
    found = local_pieces(ids[where], box[::2], ids.shape)
    return parts(found.ids, found.boxes, found.sizes)


@pytest.mark.slow
@given(VOLUMES, SIDES, st.randoms())
@settings(max_examples=200)
def test_the_boxes_of_all_chunks_together_are_those_of_the_whole(ids, chunk, random):
    found = [part(ids, box) for box in ChunkGrid(ids.shape, chunk).boxes()]
    random.shuffle(found)

    around, sizes = merge(found, 4)

    assert_array_equal(around, boxes(ids, 4))
    assert_array_equal(sizes, np.bincount(ids.ravel(), minlength=5)[1:])


def test_a_chunk_tells_only_of_what_lies_in_it():
    found = part(np.array([[[7, 7, 0, 3, 7]]]), (0, 1, 0, 1, 1, 5))

    assert_array_equal(found.numbers, [3, 7])
    assert_array_equal(found.boxes, [[0, 1, 0, 1, 3, 4], [0, 1, 0, 1, 1, 5]])
    assert_array_equal(found.sizes, [1, 2])
