"""Regions without an owner join the owner with which they share most voxel faces, in rounds.

Only voxels of such regions are visited. Votes are sums, and all of a round see the owners that
there were before it: the order of the visits does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workers.runtime.compiled import compiled

OPEN = 0
"""The owner of a region that looks for one."""

NOBODY = -1
"""The owner of what takes no part, as what lies outside the mask."""

_WAITING = -2  # a queued region; until its round ends, the owner it found is `_WAITING - owner`


class Faces(NamedTuple):
    """What lies across the voxel faces of the open regions.

    Attributes
    ----------
    begin, end : (n,) ndarrays of int64
        ``near[begin[r]:end[r]]`` are the neighbours of region r.
    near : (m,) ndarray of int32
        Regions; also the region itself, where two runs of it follow each other.
    count : (m,) ndarray of int32, or None
        How many faces each of these stands for; None where it is one. A neighbour may be listed
        more than once.
    """

    begin: np.ndarray
    end: np.ndarray
    near: np.ndarray
    count: np.ndarray | None


def faces(map_: np.ndarray, bounds: np.ndarray, owner: np.ndarray, sizes: np.ndarray) -> Faces:
    """List what lies across the voxel faces of the regions whose owner is `OPEN`.

    It takes 4 bytes a face, and has room for 6 faces a voxel.

    Parameters
    ----------
    map_ : (I, J, K) ndarray of int32
        The region of each voxel.
    bounds : (R + 1,) ndarray of int32
        Where runs begin and end, as in `workers.superpixels.pieces.Pieces`; each lies in one
        region.
    owner, sizes : (n,) ndarrays of int32
        Of each region; its size in voxels.
    """
    room = np.where(owner == OPEN, sizes, 0)
    begin = np.zeros(room.size + 1, np.int64)
    np.cumsum(room, out=begin[1:])
    begin *= 6
    end = begin[:-1].copy()
    near = np.empty(begin[-1], np.int32)
    _list(map_.reshape(-1), bounds, owner, end, near, *map_.shape[1:])
    return Faces(begin[:-1], end, near, None)


def gather(parts: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], n: int) -> Faces:
    """List by region what was found in parts, as in the chunks of a volume.

    It takes 8 bytes for each pair of regions, and 16 for each region.

    Parameters
    ----------
    parts : sequence of (near, far, count)
        Equally long ndarrays of int32: an open region, a neighbour, and faces that they share.
    n : int
        How many regions there are.
    """
    end = np.zeros(n + 1, np.int64)
    for near, _, _ in parts:
        _tally(near, end[1:])
    np.cumsum(end, out=end)
    begin, end = end[:-1].copy(), end[:-1]
    total = sum(near.size for near, _, _ in parts)
    listed = Faces(begin, end, np.empty(total, np.int32), np.empty(total, np.int32))
    for near, far, count in parts:
        _file(near, far, count, *listed[1:])
    return listed


def join(faces: Faces, owner: np.ndarray) -> None:
    """Give open regions the owner of most of their faces (tie: the lowest), in place.

    What touches no owner waits for the next round, until nothing changes. What is left is open
    still.

    Parameters
    ----------
    faces : Faces
        Of all open regions.
    owner : (n,) ndarray of int32
        Of each region: positive, `OPEN`, or `NOBODY`, as region 0 must be.
    """
    queue = np.flatnonzero(owner == OPEN).astype(np.int32)
    votes = np.zeros((owner.max(initial=0) + 1, 2), np.int64)
    owner[queue] = _WAITING
    _rounds(queue, votes, owner, *faces)


def settle_largest(faces: Faces, owner: np.ndarray, sizes: np.ndarray) -> None:
    """Let the largest (tie: the lowest) of each group of open regions own itself, in place.

    A group is what can be reached over faces between open regions; they touch no owner.

    Parameters
    ----------
    faces : Faces
        Of all open regions.
    owner, sizes : (n,) ndarrays of int32
        Of each region; its size in voxels.
    """
    left = np.flatnonzero(owner == OPEN).astype(np.int32)
    _settle(left, sizes, owner, *faces[:3])


@compiled
def _tally(near, total):
    for region in near:
        total[region] += 1


@compiled
def _file(near, far, count, end, near_of, count_of):
    """Append each pair to what its region has."""
    for i in range(near.size):
        place = end[near[i]]
        near_of[place], count_of[place] = far[i], count[i]
        end[near[i]] = place + 1


@compiled
def _list(map_, bounds, owner, end, near, J, K):
    """Append the neighbours of each run to those of its region."""
    for run in range(bounds.size - 1):
        start, stop = bounds[run], bounds[run + 1]
        region = map_[start]
        if owner[region] != OPEN:
            continue
        row, n = start // K, end[region]
        if start > row * K:
            near[n] = map_[start - 1]
            n += 1
        if stop < row * K + K:
            near[n] = map_[stop]
            n += 1
        above, below = row % J > 0, row % J < J - 1
        before, behind = row >= J, (row + J) * K < map_.size
        for step, there in ((-K, above), (K, below), (-J * K, before), (J * K, behind)):
            if there:
                n = _append(near, n, map_, start + step, stop + step, region)
        end[region] = n


@compiled
def _append(near, n, map_, start, stop, region):
    """Append what is there, written each time but kept only where it is another region."""
    for voxel in range(start, stop):
        near[n] = map_[voxel]
        n += map_[voxel] != region
    return n


@compiled
def _rounds(queue, votes, owner, begin, end, near, count):
    """Let all vote; then those of the rest that touch one that joined, and so on."""
    _vote(0, queue.size, queue, votes, owner, begin, end, near, count)
    done, ready = 0, 0
    for region in queue:
        if owner[region] == OPEN and _touches(region, owner, begin, end, near):
            ready = _queue(region, ready, queue, owner)
    while done < ready:
        done, ready = ready, _vote(done, ready, queue, votes, owner, begin, end, near, count)


@compiled
def _touches(region, owner, begin, end, near):
    for i in range(begin[region], end[region]):  # noqa: SIM110 (numba has no `any` of a generator)
        if owner[near[i]] > 0:
            return True
    return False


@compiled
def _vote(done, last, queue, votes, owner, begin, end, near, count):
    """Find the owners of a round; queue what is open beside it, and return the queue's end."""
    ready = last
    for i in range(done, last):
        region = queue[i]
        best, most = 0, 0
        for j in range(begin[region], end[region]):
            other = near[j]
            who = owner[other]
            if who > 0:
                got = votes[who, 1] if votes[who, 0] == region else 0
                got += 1 if count is None else count[j]
                votes[who, 0], votes[who, 1] = region, got
                if got > most or (got == most and who < best):
                    best, most = who, got
            elif who == OPEN:
                ready = _queue(other, ready, queue, owner)
        owner[region] = _WAITING - best
    for i in range(done, last):
        owner[queue[i]] = _WAITING - owner[queue[i]]
    return ready


@compiled
def _settle(left, sizes, owner, begin, end, near):
    """Flood each group from its first region, and let its largest own itself."""
    flood = np.empty_like(left)
    done, ready = 0, 0
    for start in left:
        if owner[start] != OPEN:
            continue
        lead = start
        ready = _queue(start, ready, flood, owner)
        while done < ready:
            region = flood[done]
            done += 1
            larger, equal = sizes[region] > sizes[lead], sizes[region] == sizes[lead]
            lead = region if larger or (equal and region < lead) else lead
            for i in range(begin[region], end[region]):
                if owner[near[i]] == OPEN:
                    ready = _queue(near[i], ready, flood, owner)
        owner[lead] = lead
    for region in left:
        if owner[region] == _WAITING:
            owner[region] = OPEN


@compiled
def _queue(region, ready, queue, owner):
    """Append a region; return where the queue ends now."""
    owner[region] = _WAITING
    queue[ready] = region
    return ready + 1
