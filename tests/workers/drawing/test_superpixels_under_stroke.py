from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from workers.drawing import superpixels_under_stroke as module
from workers.drawing.stroke_path import ids_under
from workers.drawing.superpixels_under_stroke import locate, on_line
from workers.runtime.boxes import boxes
from workers.storage import stored_array
from workers.storage.recent_chunks import RecentChunks

SHAPE = (9, 11, 7)
POINTS = st.lists(st.tuples(*[st.integers(-9, 19)] * 2), max_size=8)


@pytest.fixture(scope="module")
def partition(tmp_path_factory):
    """Superpixels of all shapes, some in several parts, on disk in chunks of 4 × 4 × 4."""
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 25, SHAPE).astype(np.uint32)
    ids[:, 3:6, 2:5] = 30
    ids[ids == 7] = 0  # a number that no voxel has
    folder = tmp_path_factory.mktemp("partition")
    stored_array.create(folder / "ids", SHAPE, np.uint32, (4, 4, 4))[:] = ids
    return ids, (RecentChunks(folder / "ids"), boxes(ids, 30))


def find_touched(chunks, boxes, axis, index, points, **most):
    """The superpixels on a line."""
    under = on_line(chunks, axis, index, points)
    return locate(chunks, under, boxes[under.astype(int) - 1], **most)


def path(*points):
    return np.array(points, np.int64).reshape(-1, 2)


@pytest.mark.parametrize("side", [3, 128])
@given(points=POINTS, axis=st.integers(0, 2), index=st.integers(-1, 11))
def test_it_finds_what_lies_under_the_line_and_all_its_voxels(partition, points, axis, index, side):
    ids, paths = partition
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SIDE", side)

        found = find_touched(*paths, axis, index, path(*points))

    assert_array_equal(found.ids, ids_under(ids, axis, index, path(*points)))
    for n in found.ids.tolist():
        times = np.zeros(SHAPE, int)
        for box, mask in found.pieces(n):
            times[box] += mask
        assert_array_equal(times, ids == n)
    assert found.ids.dtype == ids.dtype


def test_only_the_chunks_at_the_line_and_of_its_superpixels_are_read(tmp_path, monkeypatch):
    ids = np.repeat(np.arange(1, 9, dtype=np.uint32), 4)[:, None, None] * np.ones((1, 8, 8), "u4")
    stored_array.create(tmp_path / "ids", ids.shape, np.uint32, (4, 4, 4))[:] = ids
    read = []
    chunk = RecentChunks._chunk

    def spy(self, place):
        read.append(place)
        return chunk(self, place)

    monkeypatch.setattr(RecentChunks, "_chunk", spy)

    find_touched(RecentChunks(tmp_path / "ids"), boxes(ids, 8), 2, 1, path((9, 1), (10, 2)))

    assert {i for i, _, _ in read} == {2}


def test_too_much_at_once_is_refused_with_a_sentence(partition):
    _, paths = partition

    with pytest.raises(ValueError, match="draw a shorter line, or make smaller ones"):
        find_touched(*paths, 2, 3, path((0, 0), (8, 10)), most_voxels=50)
