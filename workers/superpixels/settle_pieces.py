"""Which pieces of ids become which superpixels, by their sizes and by what they touch.

Where the pieces lie is known to the caller alone: in one array or in the chunks of a volume.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from workers.runtime.compiled import compiled
from workers.runtime.progress import Report, silent
from workers.superpixels.joining import NOBODY, OPEN, Faces, join, settle_largest

FacesOf = Callable[[np.ndarray | None, np.ndarray, np.ndarray], Faces]
"""Called with the region of each piece, or None where each is one by itself; then with the owner
and the size of each region. Returns the faces of those whose owner is `OPEN`."""


class Settled(NamedTuple):
    """What becomes of the pieces.

    Attributes
    ----------
    regions : (P + 1,) ndarray of int32, or None
        The region of each piece, as `FacesOf` was told last; None if each is one by itself.
    numbers : (n,) ndarray of int32
        The superpixel of each region, numbered from 1 in the order of the pieces; 0 outside.
    """

    regions: np.ndarray | None
    numbers: np.ndarray


def settle(
    ids: np.ndarray,
    sizes: np.ndarray,
    faces_of: FacesOf,
    min_size: int = 0,
    report: Report | None = None,
) -> Settled:
    """Settle each piece by the rule of `workers.superpixels.connectivity.connect`.

    Parameters
    ----------
    ids : (P + 1,) ndarray of int32
        Of the pieces, in C order of their first voxels, not negative; that of piece 0, which is
        what lies outside, is 0.
    sizes : (P + 1,) ndarray of int32 or int64
        In voxels; 0 of piece 0.
    faces_of : callable
        Asked once or twice, see `FacesOf`.
    min_size : int, optional
        In voxels.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.
    """
    report = report or silent
    owner = _keep_largest(ids, sizes)
    _join_strays(owner, sizes, faces_of)
    report(0.4)
    settled = _merge_small(owner, sizes, faces_of, min_size)
    report(1.0)
    return settled


def _keep_largest(ids, sizes):
    """Return the owner of each piece: its id where it is that id's largest."""
    if ids.max() >= ids.size:  # a table by id would be mostly gaps; ranks keep the order
        ids = np.unique(ids, return_inverse=True)[1].astype(np.int32)
    owner = np.empty(ids.size, np.int32)
    _keep(ids, sizes, np.zeros(ids.max() + 1, np.int32), owner)
    return owner


def _join_strays(owner, sizes, faces_of):
    """Let each stray piece join a neighbour, in place; what cannot is a superpixel of its own."""
    owner[0] = NOBODY
    if (owner == OPEN).any():
        join(faces_of(None, owner, sizes), owner)
        alone = np.flatnonzero(owner == OPEN)
        owner[alone] = owner.max() + 1 + np.arange(alone.size)
    owner[0] = 0


def _merge_small(owner, sizes, faces_of, min_size):
    """Let superpixels below `min_size` join others where they can; number all of them."""
    sizes = np.bincount(owner, sizes).astype(sizes.dtype) if min_size > 1 else sizes[:1]
    small = (sizes > 0) & (sizes < min_size)
    if not small.any():
        return Settled(None, _numbers(owner, owner.max() + 1)[owner])
    joined = np.where(small, OPEN, np.arange(small.size, dtype=np.int32))
    joined[0] = NOBODY
    between = faces_of(owner, joined, sizes)
    join(between, joined)
    settle_largest(between, joined, sizes)
    join(between, joined)
    joined[0] = 0
    return Settled(owner, _numbers(joined[owner], small.size)[joined])


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
