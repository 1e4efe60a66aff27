from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from workers.superpixels.joining import gather
from workers.superpixels.settle_pieces import settle


def line(*sizes):
    """What asks for the faces of pieces that lie in a line, each beside the next."""
    one = np.arange(1, len(sizes), dtype=np.int32)

    def faces_of(regions, owner, _):
        region = np.arange(owner.size, dtype=np.int32) if regions is None else regions
        near, far = region[np.r_[one, one + 1]], region[np.r_[one + 1, one]]
        wanted = (owner[near] == 0) & (near != far)
        return gather([(near[wanted], far[wanted], np.ones(wanted.sum(), np.int32))], owner.size)

    return np.array([0, *sizes], np.int64), faces_of


def settled(ids, sizes, min_size=0):
    """The superpixel of each piece."""
    sizes, faces_of = line(*sizes)
    regions, numbers = settle(np.array([0, *ids], np.int32), sizes, faces_of, min_size)
    return (numbers if regions is None else numbers[regions])[1:].tolist()


def test_the_largest_piece_of_an_id_is_kept_and_the_other_joins_a_neighbour():
    assert settled([1, 2, 1], [3, 3, 4]) == [1, 1, 2]


def test_sizes_beyond_2_to_the_31_are_compared():
    assert settled([1, 2, 1], [2**32, 2**33, 2**32 + 1]) == [1, 1, 2]
    assert settled([1, 2, 3], [2**32, 2, 2**32 + 1], min_size=9) == [1, 1, 2]
    assert settled([1, 2], [2**32, 2**32 + 1], min_size=2**34) == [1, 1]


def test_without_pieces_there_is_nothing_to_settle():
    assert_array_equal(settled([], []), [])


def test_progress_is_told_between_the_stages_and_runs_to_1():
    told, (sizes, faces_of) = [], line(1, 1)

    settle(np.array([0, 1, 2], np.int32), sizes, faces_of, 2, told.append)

    assert told == sorted(told)
    assert 0 < told[0] < told[-1] == 1
