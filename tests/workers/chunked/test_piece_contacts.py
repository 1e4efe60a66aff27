from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workers.chunked.piece_contacts import across, inside

MAPS = st.tuples(*[st.integers(1, 5)] * 3).flatmap(
    lambda shape: arrays(np.int32, shape, elements=st.integers(0, 4))
)


def slab(*rows):
    return np.array([[[int(c)] for c in row] for row in rows], np.int32)


def listed(contacts):
    return sorted(zip(*(each.tolist() for each in contacts), strict=True))


def slowly(map_, wanted):
    pairs = Counter()
    for axis in range(3):
        turned = np.moveaxis(map_, axis, 0)
        both = turned[:-1].ravel().tolist(), turned[1:].ravel().tolist()
        for one, other in [*zip(*both, strict=True), *zip(*both[::-1], strict=True)]:
            if one in wanted and other not in (0, one):
                pairs[one, other] += 1
    return sorted((*pair, count) for pair, count in pairs.items())


def test_what_touches_an_open_piece_is_listed_with_the_faces_that_they_share():
    drawn = slab(
        "11220",
        "13320",
        "44440",
    )

    found = inside(drawn, np.array([False, False, True, True, False]))

    assert listed(found) == [(2, 1, 1), (2, 3, 2), (2, 4, 1), (3, 1, 2), (3, 2, 2), (3, 4, 2)]


@given(MAPS, st.sets(st.integers(1, 4)))
@settings(max_examples=200)
def test_it_is_what_one_counts_face_by_face(map_, wanted):
    found = inside(map_, np.isin(np.arange(5), list(wanted)))

    assert listed(found) == slowly(map_, wanted)


def test_across_a_seam_each_pair_is_listed_once():
    found = across(
        np.array([[1, 1, 2], [0, 1, 2]], np.int32),
        np.array([[3, 3, 0], [3, 1, 2]], np.int32),
    )

    assert listed(found) == [(1, 1, 1), (1, 3, 2), (2, 2, 1)]


def test_where_nothing_touches_nothing_is_listed():
    nothing = np.zeros((2, 2), np.int32)

    assert listed(across(nothing, nothing)) == []
    assert listed(inside(np.zeros((2, 2, 2), np.int32), np.zeros(1, bool))) == []


def test_pieces_across_a_seam_may_have_large_numbers():
    found = across(np.array([[2**31 - 1]], np.int32), np.array([[2**31 - 2]], np.int32))

    assert listed(found) == [(2**31 - 1, 2**31 - 2, 1)]
