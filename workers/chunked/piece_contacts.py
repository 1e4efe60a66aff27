"""Which pieces share how many voxel faces: inside a chunk, and where two chunks meet."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workers.runtime.compiled import compiled
from workers.superpixels.joining import OPEN, faces


class Contacts(NamedTuple):
    """Pairs of regions that touch; a pair may be listed more than once, its faces then add up.

    Attributes
    ----------
    near, far : (n,) ndarrays of int32
        The two regions: neither 0, which is outside, nor the same.
    count : (n,) ndarray of int32
        Voxel faces that they share.
    """

    near: np.ndarray
    far: np.ndarray
    count: np.ndarray


def inside(map_: np.ndarray, open_: np.ndarray) -> Contacts:
    """List what touches the open pieces of a chunk; two open ones are listed both ways.

    It takes some 28 bytes for each voxel of an open piece.

    Parameters
    ----------
    map_ : (i, j, k) ndarray of int32
        The piece of each voxel; 0 is outside. C-ordered.
    open_ : (P + 1,) ndarray of bool
        Whose contacts are wanted.

    Returns
    -------
    contacts : Contacts
        The open piece is `near`; each pair once.
    """
    bounds, sizes = _runs(map_, open_.size)
    owner = np.where(open_, OPEN, 1).astype(np.int32)
    owner[0] = 1
    listed = faces(map_, bounds, owner, sizes)
    near = np.empty(int((listed.end - listed.begin).sum()), np.int32)
    count = np.empty_like(near)
    found = _add_up(listed.begin, listed.end, listed.near, near, count)
    return Contacts(near[:found].copy(), listed.near[:found].copy(), count[:found].copy())


def across(face: np.ndarray, other: np.ndarray) -> Contacts:
    """List what touches where two chunks meet, each pair once.

    Parameters
    ----------
    face, other : (m, n) ndarrays of int32
        The pieces on both sides, each in the numbers of its own chunk; 0 is outside.

    Returns
    -------
    contacts : Contacts
        `near` in the numbers of `face`, `far` in those of `other`, where equal ones say nothing.
    """
    both = (face > 0) & (other > 0)
    pairs = face[both].astype(np.int64) << 32 | other[both]
    pairs, count = np.unique(pairs, return_counts=True)
    near, far = pairs >> 32, pairs & 0x7FFFFFFF
    return Contacts(*(each.astype(np.int32) for each in (near, far, count)))


def _runs(map_, n):
    """Return where the runs of a map begin and end, and the sizes of its `n` pieces."""
    bounds = np.empty(map_.size + 1, np.int32)
    sizes = np.zeros(n, np.int32)
    runs = _list_runs(map_.reshape(-1), map_.shape[2], bounds, sizes)
    return bounds[: runs + 1], sizes


@compiled
def _list_runs(map_, K, bounds, sizes):
    run, bounds[0] = 0, 0
    for row in range(0, map_.size, K):
        for voxel in range(row, row + K):
            bounds[run + 1] = voxel + 1
            ends = voxel + 1 == row + K or map_[voxel + 1] != map_[voxel]
            if ends:
                sizes[map_[voxel]] += voxel + 1 - bounds[run]
            run += ends
    return run


@compiled
def _add_up(begin, end, far, near, count):
    """List each neighbour of a region once, its faces counted; `far` is written in place."""
    place = np.full(begin.size, -1, np.int32)
    found = 0
    for region in range(1, begin.size):
        first = found
        for i in range(begin[region], end[region]):
            other = far[i]
            if other:
                if place[other] < first:
                    place[other] = found
                    near[found], far[found], count[found] = region, other, 0
                    found += 1
                count[place[other]] += 1
    return found
