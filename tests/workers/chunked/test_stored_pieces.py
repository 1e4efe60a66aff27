from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from workers.chunked.chunk_grid import ChunkGrid
from workers.chunked.local_pieces import local_pieces
from workers.chunked.stored_pieces import create, finish, is_kept, keep, meet, tell, touching
from workers.storage import stored_array


def slab(*rows):
    """A volume one voxel thick, drawn in digits."""
    return np.array([[[int(c)] for c in row] for row in rows], np.int32)


CUTTING = ChunkGrid((2, 5, 1), (2, 3, 1))
LEFT, RIGHT = CUTTING.boxes()
IDS = slab(
    "11233",
    "12222",
)


@pytest.fixture
def folder(tmp_path):
    """The pieces of two chunks."""
    create(tmp_path, CUTTING)
    for n, box in enumerate(CUTTING.boxes()):
        found = local_pieces(IDS[:, slice(*box[2:4])], box[::2], IDS.shape)
        keep(str(tmp_path), n, box, found)
    return str(tmp_path)


def test_a_chunk_whose_pieces_are_stored_is_known(tmp_path):
    create(tmp_path, CUTTING)

    assert not is_kept(str(tmp_path), 1)

    keep(str(tmp_path), 1, RIGHT, local_pieces(IDS[:, 3:], (0, 3, 0), IDS.shape))

    assert is_kept(str(tmp_path), 1)
    assert not is_kept(str(tmp_path), 0)


def test_a_folder_that_is_made_anew_knows_no_chunk(folder):
    create(folder, CUTTING)

    assert not is_kept(folder, 0)
    assert not stored_array.open_array(f"{folder}/map")[:].any()


def test_a_chunk_tells_of_its_pieces_and_of_what_touches_at_its_end(folder):
    table, [seam] = meet(folder, 0, (-1, 1, -1))

    assert_array_equal(table.ids, [0, 1, 2])
    assert_array_equal(table.sizes, [0, 3, 3])
    assert_array_equal(table.first, [0, 0, 2])
    assert (seam.chunk, seam.other) == (0, 1)
    assert [each.tolist() for each in seam.contacts] == [[2, 2], [1, 2], [1, 1]]
    assert meet(folder, 1, (-1, -1, -1))[1] == []


def test_what_touches_an_open_region_is_told_in_regions(folder):
    tell(folder, 1, "region", np.array([0, 9, -4], np.int32))

    found = touching(folder, 1, RIGHT, "region")

    assert [each.tolist() for each in found] == [[4], [9], [2]]


def test_pieces_of_one_region_do_not_touch_each_other(folder):
    tell(folder, 0, "region", np.array([0, -4, -4], np.int32))

    assert touching(folder, 0, LEFT, "region").near.size == 0


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_the_values_of_a_chunk_are_written_in_its_box(folder, dtype, tmp_path):
    stored_array.create(tmp_path / "out", IDS.shape, dtype, (2, 3, 1))
    tell(folder, 1, "number", np.array([0, 8, 6], np.int32))

    parts = finish(folder, 1, RIGHT, "number", str(tmp_path / "out"))

    assert_array_equal(stored_array.open_array(tmp_path / "out")[:], slab("00088", "00066"))
    assert_array_equal(parts.numbers, [6, 8])
    assert_array_equal(parts.boxes, [[1, 2, 3, 5, 0, 1], [0, 1, 3, 5, 0, 1]])
    assert_array_equal(parts.sizes, [2, 2])
