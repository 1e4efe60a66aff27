from __future__ import annotations

from concurrent.futures import CancelledError
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from scipy import ndimage

import workers.superpixels.pieces
from workers.runtime.team import Team
from workers.superpixels.pieces import pieces, spread


def slab(*rows):
    """A volume one voxel thick, drawn in digits; a dot is outside."""
    return np.array([[[int(c)] if c != "." else [0] for c in row] for row in rows])


def inside(*rows):
    return np.array([[[c != "."] for c in row] for row in rows])


def slowly(ids, mask):
    """Number the pieces of each id by scipy, then all of them by their first voxels."""
    found = np.zeros(ids.shape, int)
    for name in np.unique(ids[mask]):
        of_this, _ = ndimage.label(mask & (ids == name))
        found += np.where(of_this, of_this + found.max(), 0)
    return renumbered(found)


def renumbered(found):
    names = {0: 0}
    flat = [names.setdefault(number, len(names)) for number in found.ravel().tolist()]
    return np.reshape(flat, found.shape)


VOLUMES = st.tuples(*[st.integers(1, 6)] * 3).flatmap(
    lambda shape: st.tuples(
        arrays(np.int32, shape, elements=st.integers(0, 3)),
        st.none() | arrays(bool, shape),
    )
)


def everywhere(ids, mask):
    return np.ones(ids.shape, bool) if mask is None else mask


def test_pieces_of_equal_id_are_numbered_by_their_first_voxels():
    drawn = "1121", "2.21", "22.2"

    found = pieces(slab(*drawn), inside(*drawn))

    assert_array_equal(found.map, slab("1123", "4.23".replace(".", "0"), "4405"))
    assert_array_equal(found.ids, [0, 1, 2, 1, 2, 2])
    assert_array_equal(found.sizes, [0, 2, 2, 2, 3, 1])
    assert_array_equal(found.first, [0, 0, 2, 3, 4, 11])


def test_corners_and_edges_do_not_connect():
    ids = np.array([[[1, 2], [2, 2]], [[2, 2], [2, 1]]])

    assert_array_equal(pieces(ids).ids, [0, 1, 2, 1])


@given(VOLUMES, st.integers(1, 5))
@settings(max_examples=300)
def test_they_are_what_scipy_finds(volume, threads):
    ids, mask = volume

    found = pieces(ids, mask, threads=threads)

    assert_array_equal(found.map, slowly(ids, everywhere(ids, mask)))


@given(VOLUMES)
@settings(max_examples=100)
def test_each_piece_comes_with_its_id_size_and_first_voxel(volume):
    found = pieces(*volume)

    numbers, first, sizes = np.unique(found.map, return_index=True, return_counts=True)
    some = numbers > 0
    assert_array_equal(found.sizes[1:], sizes[some])
    assert_array_equal(found.first[1:], first[some])
    assert_array_equal(found.ids[1:], volume[0].ravel()[first[some]])
    assert found.ids[0] == found.sizes[0] == found.first[0] == 0


@given(VOLUMES)
@settings(max_examples=100)
def test_runs_cover_the_volume_each_in_one_row_and_one_piece(volume):
    found = pieces(*volume)

    rows = np.arange(found.map.size) // found.map.shape[2]
    assert (found.bounds[0], found.bounds[-1]) == (0, found.map.size)
    for begin, end in pairwise(found.bounds):
        assert begin < end
        assert np.ptp(rows[begin:end]) == 0
        assert np.ptp(found.map.ravel()[begin:end]) == 0


class CutAt(Team):
    """A team of one that cuts the work where the test says."""

    cuts = ()

    def share(self, kernel, n, *args, **_):
        bounds = [0, *sorted({cut for cut in self.cuts if 0 < cut < n}), n]
        return [kernel(begin, end, *args) for begin, end in pairwise(bounds)]


@given(VOLUMES, st.sets(st.integers(1, 35)))
@settings(max_examples=200)
def test_it_does_not_matter_where_the_slabs_are_cut(volume, cuts):
    whole = pieces(*volume, threads=1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CutAt, "cuts", cuts)
        patch.setattr(workers.superpixels.pieces, "Team", CutAt)
        cut = pieces(*volume, threads=1)

    for one, other in zip(whole, cut, strict=True):
        assert_array_equal(one, other)


@pytest.mark.parametrize("threads", [1, 3])
def test_a_value_for_each_piece_spreads_over_its_voxels(threads):
    found = pieces(slab("1122", "3322"))

    with Team(threads) as team:
        spread(team, found.map, np.array([0, 7, 8, 9], np.int32))

    assert_array_equal(found.map, slab("7788", "9988"))


def test_progress_runs_to_1_and_may_cancel():
    told = []

    pieces(slab("12"), report=told.append)

    assert told == sorted(told)
    assert told[-1] == 1

    def cancel(fraction):
        raise CancelledError

    with pytest.raises(CancelledError):
        pieces(slab("12"), threads=2, report=cancel)
