from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from workers import stored
from workers.recent_chunks import RecentChunks

SHAPE = (7, 10, 5)
COUNTED = np.arange(np.prod(SHAPE), dtype=np.uint32).reshape(SHAPE)
BOXES = st.lists(
    st.tuples(
        *[
            st.tuples(st.integers(0, n), st.integers(0, n)).map(lambda ends: slice(*sorted(ends)))
            for n in SHAPE
        ]
    ),
    max_size=6,
)


class Counting:
    """An array that counts what is read of it."""

    def __init__(self, array):
        self.array, self.reads = array, 0
        self.chunks, self.dtype, self.shape = array.chunks, array.dtype, array.shape

    def __getitem__(self, box):
        self.reads += 1
        return self.array[box]


@pytest.fixture(scope="module")
def array(tmp_path_factory):
    """Numbered voxels on disk, in chunks of 4 × 4 × 4."""
    made = stored.create(tmp_path_factory.mktemp("a") / "ids", SHAPE, np.uint32, (4, 4, 4))
    made[:] = COUNTED
    return made


@given(boxes=BOXES, most=st.integers(0, 2000))
def test_boxes_are_read_as_they_are(array, boxes, most):
    chunks = RecentChunks(array, most)

    for box in boxes:
        assert_array_equal(chunks.read(box), COUNTED[box])


def test_a_chunk_that_was_read_last_is_not_read_again(array):
    counting = Counting(array)
    chunks = RecentChunks(counting, 2 * 64 * 4)

    chunks.read((slice(0, 6), slice(1, 3), slice(0, 4)))
    chunks.read((slice(2, 7), slice(0, 4), slice(2, 3)))

    assert counting.reads == 2
