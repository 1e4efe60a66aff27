from __future__ import annotations

from workers.chunked.chunk_grid import ChunkGrid


def test_chunks_count_in_c_order_and_the_last_are_smaller():
    cutting = ChunkGrid((3, 2, 5), (2, 4, 4))

    assert cutting.counts == (2, 1, 2)
    assert cutting.boxes() == [
        (0, 2, 0, 2, 0, 4),
        (0, 2, 0, 2, 4, 5),
        (2, 3, 0, 2, 0, 4),
        (2, 3, 0, 2, 4, 5),
    ]


def test_each_chunk_knows_what_follows_it_along_each_axis():
    assert ChunkGrid((2, 3, 2), (1, 2, 1)).behind() == [
        (4, 2, 1),
        (5, 3, -1),
        (6, -1, 3),
        (7, -1, -1),
        (-1, 6, 5),
        (-1, 7, -1),
        (-1, -1, 7),
        (-1, -1, -1),
    ]


def test_a_volume_without_voxels_has_no_chunks():
    assert ChunkGrid((3, 0, 2), (2, 2, 2)).boxes() == ChunkGrid((3, 0, 2), (2, 2, 2)).behind() == []
