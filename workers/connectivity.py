"""Each superpixel in one piece: stray pieces and crumbs join the neighbour they touch most.

Nothing depends on the order in which voxels are visited: sizes, first voxels and face counts are
sums and minima.
"""

from __future__ import annotations

import numpy as np

from workers.compiled import compiled
from workers.joining import NOBODY, OPEN, faces, join, settle_largest
from workers.pieces import Pieces, pieces, spread
from workers.progress import Report, part, silent
from workers.team import Team


def connect(
    ids: np.ndarray,
    mask: np.ndarray | None = None,
    min_size: int = 0,
    *,
    threads: int | None = None,
    report: Report | None = None,
) -> np.ndarray:
    """Return ids whose superpixels are in one piece and number from 1 without gaps.

    1. Each id keeps its largest 6-connected piece (tie: the one that begins first in C order).
    2. Each other piece joins the settled id with which it shares most faces (tie: the lowest id);
       what touches none waits for the next round, until nothing changes. What is left becomes
       superpixels of their own.
    3. Superpixels below `min_size` join a larger one by the same rule and rounds. Where only
       small ones touch each other, the largest of them (tie: the lowest id) takes in the rest.

    Invariants: the result is positive exactly in the mask; each superpixel is 6-connected; a
    superpixel below `min_size` touches no other; ids number in C order of their first voxels; a
    result given again comes back unchanged; it is the same for any number of threads.

    Above the input it takes the result, 8 bytes for each run of equal ids along the last axis, 24
    for each voxel that changes hands and some 40 for each piece.

    Parameters
    ----------
    ids : (I, J, K) ndarray of int
        Not negative. 0 inside the mask is nobody's: such voxels join a neighbour. Of any integer
        type; other than C-ordered int32 and uint32 are copied first.
    mask : (I, J, K) ndarray of bool, optional
        What the superpixels cover; ids outside are ignored. Everything if not given.
    min_size : int, optional
        In voxels.
    threads : int, optional
        By default `workers.team.usable`.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    connected : (I, J, K) ndarray of uint32

    Raises
    ------
    ValueError
        If `ids` is not a volume of integers or has 2³¹ voxels or more, the mask has another
        shape, an id inside the mask is negative or above 2³¹ − 1, or `threads` is below 1.
    """
    report = report or silent
    found = pieces(ids, mask, threads=threads, report=part(report, 0, 0.5))
    owner = _keep_largest(found)
    _join_strays(found, owner)
    report(0.6)
    with Team(threads) as team:
        owner, in_order = _merge_small(team, found, owner, min_size)
        report(0.8)
        spread(team, found.map, _numbers(in_order, owner.max() + 1)[owner])
    report(1.0)
    return found.map.view(np.uint32)


def _keep_largest(found: Pieces):
    """Return the owner of each piece: its id where it is that id's largest."""
    ids = found.ids
    if ids.max() >= ids.size:  # a table by id would be mostly gaps; ranks keep the order
        ids = np.unique(ids, return_inverse=True)[1].astype(np.int32)
    owner = np.empty(ids.size, np.int32)
    _keep(ids, found.sizes, np.zeros(ids.max() + 1, np.int32), owner)
    return owner


def _join_strays(found, owner):
    """Let each stray piece join a neighbour, in place; what cannot is a superpixel of its own."""
    owner[0] = NOBODY
    if (owner == OPEN).any():
        join(faces(found.map, found.bounds, owner, found.sizes), owner)
        alone = np.flatnonzero(owner == OPEN)
        owner[alone] = owner.max() + 1 + np.arange(alone.size)
    owner[0] = 0


def _merge_small(team, found, owner, min_size):
    """Let superpixels below `min_size` join others where they can.

    Returns
    -------
    owner : (n,) ndarray of int32
        Of each region of the map, which is one of superpixels where some of them were small.
    in_order : (P + 1,) ndarray of int32
        The owners in C order of their first voxels.
    """
    sizes = (
        np.bincount(owner, found.sizes).astype(np.int32) if min_size > 1 else np.zeros(1, np.int32)
    )
    small = (sizes > 0) & (sizes < min_size)
    if not small.any():
        return owner, owner
    spread(team, found.map, owner)
    joined = np.where(small, OPEN, np.arange(small.size, dtype=np.int32))
    joined[0] = NOBODY
    between = faces(found.map, found.bounds, joined, sizes)
    join(between, joined)
    settle_largest(between, joined, sizes)
    join(between, joined)
    joined[0] = 0
    return joined, joined[owner]


def _numbers(in_order, n):
    """Return a new number for each of `n` owners: 1, 2 … in the order in which they come."""
    numbers = np.zeros(n, np.int32)
    _count_up(in_order, numbers)
    return numbers


@compiled
def _keep(ids, sizes, largest, owner):
    for piece in range(ids.size):
        if sizes[piece] > sizes[largest[ids[piece]]]:
            largest[ids[piece]] = piece
    for piece in range(ids.size):
        owner[piece] = ids[piece] if largest[ids[piece]] == piece else OPEN


@compiled
def _count_up(in_order, numbers):
    count = 0
    for who in in_order:
        if who and not numbers[who]:
            count += 1
            numbers[who] = count
