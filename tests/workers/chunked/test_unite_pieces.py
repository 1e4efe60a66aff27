from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

import workers.chunked.unite_pieces
from workers.chunked.chunk_grid import ChunkGrid
from workers.chunked.local_pieces import local_pieces
from workers.chunked.piece_contacts import Contacts, across
from workers.chunked.unite_pieces import Seam, Table, unite
from workers.superpixels.pieces import pieces

SIDES = st.tuples(*[st.integers(1, 6)] * 3)
VOLUMES = SIDES.flatmap(lambda shape: arrays(np.int32, shape, elements=st.integers(-1, 2)))


def slices(box):
    return tuple(slice(*box[axis : axis + 2]) for axis in (0, 2, 4))


def found_in(ids, cutting):
    """The pieces of each chunk."""
    return [
        local_pieces(ids[slices(box)], box[::2], ids.shape, threads=1) for box in cutting.boxes()
    ]


def seams_of(found, cutting):
    return [
        Seam(n, other, across(found[n].map.take(-1, axis), found[other].map.take(0, axis)))
        for n, behind in enumerate(cutting.behind())
        for axis, other in enumerate(behind)
        if other >= 0
    ]


def tables(found):
    return [Table(each.ids, each.sizes, each.first) for each in found]


def assert_same(united, whole):
    assert_array_equal(united.ids, whole.ids)
    assert_array_equal(united.sizes, whole.sizes)
    assert_array_equal(united.first, whole.first)


@given(VOLUMES, SIDES)
@settings(max_examples=300)
def test_the_pieces_of_all_chunks_are_those_of_the_whole(ids, chunk):
    cutting, whole = ChunkGrid(ids.shape, chunk), pieces(ids, ids >= 0)
    found = found_in(ids, cutting)

    united = unite(tables(found), seams_of(found, cutting))

    assert_same(united, whole)
    for box, here, of in zip(cutting.boxes(), found, united.of, strict=True):
        assert_array_equal(of[here.map], whole.map[slices(box)])


@given(VOLUMES, SIDES, st.randoms())
@settings(max_examples=100)
def test_neither_the_order_of_chunks_nor_of_seams_matters(ids, chunk, random):
    cutting = ChunkGrid(ids.shape, chunk)
    found = found_in(ids, cutting)
    order = random.sample(range(len(found)), len(found))
    place = np.argsort(order)
    turned = [
        Seam(place[n], place[other], met)
        if random.random() < 0.5
        else Seam(place[other], place[n], Contacts(met.far, met.near, met.count))
        for n, other, met in seams_of(found, cutting)
    ]
    random.shuffle(turned)

    united = unite([tables(found)[n] for n in order], turned)

    assert_same(united, pieces(ids, ids >= 0))


def test_other_ids_across_a_seam_are_told_in_pieces_of_the_whole():
    cutting = ChunkGrid((1, 2, 4), (1, 2, 2))
    ids = np.array([[[1, 2, 2, 1], [1, 2, 3, 3]]])
    found = found_in(ids, cutting)

    united = unite(tables(found), seams_of(found, cutting))

    assert_array_equal(united.ids, [0, 1, 2, 1, 3])
    assert [each.tolist() for each in united.seams] == [[2], [4], [1]]


def test_pieces_beyond_2_to_the_31_voxels_are_put_in_order():
    first = [[0, 2**40, 2**40 + 7], [0, 5, 2**33]]
    far = [Table(np.array([0, 1, 2], "i4"), np.array([0, 3, 4], "i4"), np.array(f)) for f in first]
    contacts = Contacts(*(np.array([n], np.int32) for n in (2, 2, 1)))

    united = unite(far, [Seam(0, 1, contacts)])

    assert_array_equal(united.first, [0, 5, 2**33, 2**40])
    assert_array_equal(united.sizes, [0, 3, 8, 3])
    assert [of.tolist() for of in united.of] == [[0, 3, 2], [0, 1, 2]]


def test_sizes_may_exceed_2_to_the_31():
    most = Table(np.array([0, 1], "i4"), np.array([0, 2**31 - 1], "i4"), np.array([0, 9]))
    contacts = Contacts(*(np.array([1], np.int32) for _ in range(3)))

    assert_array_equal(unite([most] * 2, [Seam(0, 1, contacts)]).sizes, [0, 2**32 - 2])


def test_the_tables_given_are_only_read():
    table = Table(np.array([0, 1], "i4"), np.array([0, 2], "i4"), np.array([0, 9]))
    for each in table:
        each.flags.writeable = False

    unite([table], [])


def test_more_pieces_than_can_be_counted_are_refused_with_a_sentence(monkeypatch):
    monkeypatch.setattr(workers.chunked.unite_pieces, "_MOST_PIECES", 3)

    with pytest.raises(ValueError, match=r"fewer than 2\*\*31 pieces together; got 3"):
        unite([Table(np.zeros(3, "i4"), np.zeros(3, "i4"), np.zeros(3, int))], [])
