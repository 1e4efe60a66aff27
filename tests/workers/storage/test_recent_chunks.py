from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from workers.storage import stored_array
from workers.storage.recent_chunks import MOST_ARRAYS, RecentChunks, recent_chunks

SHAPE = (7, 10, 5)
WHOLE = tuple(slice(0, n) for n in SHAPE)
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


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Numbered voxels on disk, in chunks of 4 × 4 × 4."""
    path = tmp_path_factory.mktemp("a") / "ids"
    stored_array.create(path, SHAPE, np.uint32, (4, 4, 4))[:] = COUNTED
    return path


@given(boxes=BOXES, most=st.integers(0, 2000))
def test_boxes_are_read_as_they_are(path, boxes, most):
    chunks = RecentChunks(path, most)

    for box in boxes:
        assert_array_equal(chunks.read(box), COUNTED[box])


def test_a_chunk_that_was_read_last_is_not_read_again(path, monkeypatch):
    chunks = RecentChunks(path, 2 * 64 * 4)
    read, reads = chunks.array.read, []
    monkeypatch.setattr(chunks.array, "read", lambda box: reads.append(box) or read(box))

    chunks.read((slice(0, 6), slice(1, 3), slice(0, 4)))
    chunks.read((slice(2, 7), slice(0, 4), slice(2, 3)))

    assert len(reads) == 2


def test_threads_that_read_at_once_read_what_is_there(path):
    chunks = RecentChunks(path, 64 * 4)  # one of them at hand
    boxes = [(slice(n % 7, n % 7 + 1), slice(0, 10), slice(0, 5)) for n in range(200)]

    with ThreadPoolExecutor(4) as threads:
        found = threads.map(chunks.read, boxes)

    for box, values in zip(boxes, found, strict=True):
        assert_array_equal(values, COUNTED[box])


def test_a_process_keeps_at_hand_what_it_has_read_until_that_is_written_anew(tmp_path):
    path = tmp_path / "ids"
    stored_array.create(path, SHAPE, np.uint32, (4, 4, 4))[:] = COUNTED
    first = recent_chunks(path)
    assert_array_equal(first.read(WHOLE), COUNTED)

    assert recent_chunks(str(path)) is first
    os.utime(path / stored_array.ABOUT, (0, 0))
    stored_array.create(path, SHAPE, np.uint32, (3, 3, 3))[:] = COUNTED + 1

    assert recent_chunks(path) is not first
    assert_array_equal(recent_chunks(path).read(WHOLE), COUNTED + 1)


def test_a_process_keeps_few_arrays_at_hand(tmp_path):
    paths = [tmp_path / f"ids-{n}" for n in range(MOST_ARRAYS + 1)]
    for path in paths:
        stored_array.create(path, SHAPE, np.uint32, (4, 4, 4))
    first, *others = map(recent_chunks, paths)

    assert [*map(recent_chunks, paths[1:])] == others
    assert recent_chunks(paths[0]) is not first
