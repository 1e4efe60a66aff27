from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from dashboard.annotation.label_map import Edit
from dashboard.annotation.split import Split, divided, divisions, joined
from dashboard.cases import journal_entry
from dashboard.cases.payload import deflate
from tests.conftest import partitioned, slab
from workers.runtime.boxes import boxes
from workers.superpixels.division import Division

PARTITION = slab(
    "1122",
    "1122",
    "3344",
)
HALVES = slab("12", "12")
QUARTERS = slab("12", "34")


def assert_sound(superpixels):
    assert_array_equal(superpixels.boxes, boxes(superpixels.ids, superpixels.largest))
    assert not superpixels.ids.flags.writeable


def test_the_first_piece_keeps_the_id_and_the_others_get_the_next_that_are_free():
    superpixels = partitioned(PARTITION)

    made = divisions(superpixels, {1: HALVES, 2: QUARTERS})
    found = divided(superpixels, made)

    assert_array_equal(found.ids, slab("1526", "1578", "3344"))
    assert (found.count, found.largest) == (8, 8)
    assert_sound(found)
    assert_array_equal(superpixels.ids, PARTITION)


def test_what_stays_in_one_piece_is_no_division():
    made = divisions(partitioned(PARTITION), {1: HALVES, 3: slab("11")})

    assert [division.n for division in made] == [1]


def test_what_is_joined_again_is_as_it_was_and_its_ids_are_free():
    superpixels = partitioned(PARTITION)
    made = divisions(superpixels, {1: HALVES, 2: QUARTERS})

    found = joined(divided(superpixels, made), made)

    assert_array_equal(found.ids, PARTITION)
    assert found.largest == 4
    assert_sound(found)


def test_a_piece_can_be_cut_again_and_both_taken_back_at_once():
    superpixels = partitioned(PARTITION)
    first = divisions(superpixels, {2: HALVES})
    then = divisions(divided(superpixels, first), {2: slab("1", "2")})

    both = divided(superpixels, first + then)

    assert_array_equal(both.ids, slab("1125", "1165", "3344"))
    assert_sound(both)
    assert_array_equal(joined(both, first + then).ids, PARTITION)


def test_ids_that_need_it_get_more_bytes():
    superpixels = partitioned(np.where(PARTITION == 4, 65535, PARTITION).astype(np.uint16))

    found = divided(superpixels, divisions(superpixels, {1: HALVES}))

    assert found.ids.dtype == np.uint32
    assert found.ids[0, 1, 0] == 65536
    assert found.ids[2, 3, 0] == 65535


@given(arrays(np.uint8, (4, 5, 2), elements=st.integers(0, 4)), st.data())
def test_dividing_and_joining_is_nothing(ids, data):
    ids[0, 0, 0] = 1
    superpixels = before = partitioned(ids.astype(np.uint16))
    made = ()
    for _ in range(data.draw(st.integers(1, 3))):
        n = data.draw(st.sampled_from(np.unique(superpixels.ids[superpixels.ids > 0]).tolist()))
        mask = superpixels.ids[superpixels.box(n)] == n
        cut = np.where(mask, np.cumsum(mask).reshape(mask.shape) % 3 + 1, 0)
        cut[mask] = np.unique(cut[mask], return_inverse=True)[1] + 1
        found = divisions(superpixels, {n: cut.astype(np.uint16)})
        superpixels, made = divided(superpixels, found), made + found
        assert_sound(superpixels)

    again = joined(superpixels, made)

    assert_array_equal(again.ids, before.ids)
    assert_sound(again)


def test_divisions_of_other_superpixels_are_refused():
    made = divisions(partitioned(PARTITION + 3), {4: HALVES})

    with pytest.raises(ValueError, match="Expected superpixels up to 4"):
        divided(partitioned(PARTITION), made)


# In the journal


def edit(*made):
    return Edit((), "split 2 superpixels into 6 · axial 1", split=Split("3-1.ids", made))


@pytest.mark.parametrize("pieces", [QUARTERS, np.where(QUARTERS == 4, 300, QUARTERS)])
def test_a_split_that_was_packed_is_unpacked(pieces):
    box = (slice(0, 2), slice(2, 4), slice(0, 1))
    wanted = edit(Division(1, 5, box, HALVES), Division(2, 6, box, pieces))

    found = journal_entry.unpack_edit(journal_entry.pack_edit(wanted)).split

    assert found.partition == "3-1.ids"
    for one, other in zip(found.divisions, wanted.split.divisions, strict=True):
        assert one[:3] == other[:3]
        assert_array_equal(one.pieces, other.pieces)
        assert one.pieces.dtype == np.min_scalar_type(other.pieces.max())


def test_an_edit_of_an_older_journal_has_none():
    head = {"kind": "edited", "title": "", "label": None, "stroke": "", "ids": False, "patches": []}

    assert journal_entry.unpack(deflate(head, [])).edit.split is None


@pytest.mark.parametrize(
    ("division", "pieces"),
    [
        ([1, 5, [0, 2, 0, 2, 0, 1]], [1, 2, 1]),
        ([1, 5, [0, 2, 0, 2, 0, 1]], [1, 1, 1, 1]),
        ([0, 5, [0, 2, 0, 2, 0, 1]], [1, 2, 1, 2]),
        ([5, 5, [0, 2, 0, 2, 0, 1]], [1, 2, 1, 2]),
        ([1, 2**33, [0, 2, 0, 2, 0, 1]], [1, 2, 1, 2]),
        ([1, 5, [0, 2, 2, 0, 0, 1]], [1, 2, 1, 2]),
        ([1, 5, [0, 2, 0, 2]], [1, 2, 1, 2]),
    ],
)
def test_a_split_that_cannot_be_is_refused(division, pieces):
    head = {"kind": "edited", "title": "", "label": None, "stroke": "", "ids": False, "patches": []}

    with pytest.raises(journal_entry.Unreadable):
        journal_entry.unpack(deflate(head | {"split": ["a", [division]]}, [np.array(pieces, "u1")]))
