from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from workers.superpixels.joining import NOBODY, OPEN, faces, gather, join, settle_largest
from workers.superpixels.pieces import pieces


def regions_of(*rows, owners):
    """The map of regions drawn in digits, each in one piece; the faces of the open ones."""
    found = pieces(np.array([[[int(c)] for c in row] for row in rows]))
    owner = np.array([NOBODY, *(owners[id_] for id_ in found.ids[1:].tolist())], np.int32)
    return found, faces(found.map, found.bounds, owner, found.sizes), owner


def test_each_face_of_an_open_region_is_listed_once():
    _, listed, _ = regions_of(
        "1223",
        "1444",
        owners={1: 5, 2: OPEN, 3: 6, 4: NOBODY},
    )

    near = [listed.near[b:e] for b, e in zip(listed.begin, listed.end, strict=True)]

    assert [sorted(some.tolist()) for some in near] == [[], [], [1, 3, 4, 4], [], []]


@pytest.mark.parametrize(
    ("owners", "joined"),
    [
        ({1: 5, 2: 6, 3: OPEN}, 6),  # two faces against one
        ({1: 5, 2: NOBODY, 3: OPEN}, 5),
        ({1: NOBODY, 2: NOBODY, 3: OPEN}, OPEN),
    ],
)
def test_an_open_region_joins_the_owner_of_most_faces(owners, joined):
    _, listed, owner = regions_of("1332", "1222", owners=owners)

    join(listed, owner)

    assert owner[2] == joined


def test_at_a_tie_the_lowest_owner_is_joined():
    _, listed, owner = regions_of("132", owners={1: 9, 2: 4, 3: OPEN})

    join(listed, owner)

    assert_array_equal(owner, [NOBODY, 9, 4, 4])


def test_a_region_does_not_hear_of_what_joined_in_its_own_round():
    _, listed, owner = regions_of("13452", owners={1: 7, 2: 8, 3: OPEN, 4: OPEN, 5: OPEN})

    join(listed, owner)

    assert_array_equal(owner, [NOBODY, 7, 7, 7, 8, 8])


def test_of_open_regions_that_touch_the_largest_becomes_its_own():
    _, listed, owner = regions_of(
        "1224556",
        owners={1: OPEN, 2: OPEN, 4: NOBODY, 5: OPEN, 6: OPEN},
    )

    settle_largest(listed, owner, np.array([0, 1, 2, 1, 2, 2], np.int32))

    assert_array_equal(owner, [NOBODY, OPEN, 2, NOBODY, 4, OPEN])


def pairs(*rows):
    return tuple(np.array(column, np.int32) for column in zip(*rows, strict=True))


def test_what_was_found_in_parts_is_gathered_by_region():
    listed = gather([pairs((2, 1, 5), (3, 2, 1)), pairs((2, 3, 1), (2, 1, 2))], 4)

    assert_array_equal(listed.end - listed.begin, [0, 0, 3, 1])
    assert_array_equal(listed.near[listed.begin[2] : listed.end[2]], [1, 3, 1])
    assert_array_equal(listed.count[listed.begin[2] : listed.end[2]], [5, 1, 2])
    assert listed.near[listed.begin[3]] == 2


@pytest.mark.parametrize(("twice", "joined"), [(2, 1), (3, 2)])
def test_faces_that_were_counted_in_parts_add_up(twice, joined):
    listed = gather([pairs((3, 1, 5), (3, 2, twice)), pairs((3, 2, twice))], 4)
    owner = np.array([NOBODY, 1, 2, OPEN], np.int32)

    join(listed, owner)

    assert owner[3] == joined


def test_more_faces_than_2_to_the_31_add_up():
    most = 2**31 - 1
    listed = gather([pairs(*((3, owner, most) for owner in (2, 2, 1, 1, 2)))], 4)
    owner = np.array([NOBODY, 1, 2, OPEN], np.int32)

    join(listed, owner)

    assert owner[3] == 2
