"""Each superpixel in one piece: stray pieces and crumbs join the neighbour they touch most.

Nothing depends on the order in which voxels are visited: sizes, first voxels and face counts are
sums and minima.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.measure import label

from workers.progress import Report, silent


class _Faces(NamedTuple):
    """How many voxel faces piece `a` shares with piece `b`; each pair once."""

    a: np.ndarray
    b: np.ndarray
    count: np.ndarray


class _Pieces(NamedTuple):
    """The 6-connected regions of equal id, numbered from 1; row 0 is what is outside."""

    map: np.ndarray
    ids: np.ndarray
    sizes: np.ndarray
    first: np.ndarray


def connect(
    ids: np.ndarray, mask: np.ndarray, min_size: int = 0, *, report: Report | None = None
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
    result given again comes back unchanged.

    Parameters
    ----------
    ids : (I, J, K) ndarray of int
        Not negative. 0 inside the mask is nobody's: such voxels join a neighbour.
    mask : (I, J, K) ndarray of bool
        What the superpixels cover; ids outside are ignored.
    min_size : int, optional
        In voxels.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    connected : (I, J, K) ndarray of uint32
    """
    report = report or silent
    pieces = _pieces(ids, mask)
    report(0.4)
    owner = _keep_largest(pieces)
    owner = _join_rounds(owner, _faces(pieces.map, owner == 0))
    left = np.flatnonzero(owner[1:] == 0) + 1
    owner[left[np.argsort(pieces.first[left])]] = owner.max() + 1 + np.arange(left.size)
    report(0.6)
    owner = _merge_small(owner, pieces, min_size)
    report(0.8)
    connected = _renumber(owner, pieces.first)[pieces.map]
    report(1.0)
    return connected


def _pieces(ids, mask):
    named = np.where(mask, ids.astype(np.int32) + 1, 0)
    pieces = label(named, background=0, connectivity=1).astype(np.int32)
    flat = pieces.ravel()
    first = np.zeros(flat.max(initial=0) + 1, np.int64)
    first[flat[::-1]] = np.arange(flat.size - 1, -1, -1)  # the last one written is the first
    found = named.ravel()[first] - 1 if flat.size else np.zeros(1, np.int32)
    found[0] = 0
    return _Pieces(pieces, found, np.bincount(flat, minlength=first.size), first)


def _keep_largest(pieces):
    """Return the owner of each piece: its id where it is that id's largest, else 0."""
    order = np.lexsort((pieces.first, -pieces.sizes, pieces.ids))
    sorted_ids = pieces.ids[order]
    leads = order[np.r_[True, sorted_ids[1:] != sorted_ids[:-1]]]
    owner = np.zeros(pieces.ids.size, np.int64)
    owner[leads] = pieces.ids[leads]
    owner[0] = 0
    return owner


def _faces(pieces, wanted):
    """Count the faces that the `wanted` pieces share with others; only their voxels are visited."""
    wanted = wanted.copy()
    wanted[0] = False
    padded = np.pad(pieces, 1)
    flat = padded.ravel()
    voxels = np.flatnonzero(wanted[flat])
    steps = (padded.shape[1] * padded.shape[2], padded.shape[2], 1)
    pairs = [_pairs(flat[voxels], flat[voxels + d]) for s in steps for d in (-s, s)]
    return _counted(np.concatenate(pairs))


def _pairs(a, b):
    """Return each pair of different pieces as one number, so that they can be counted."""
    apart = (a != b) & (b > 0)
    return a[apart].astype(np.int64) << 32 | b[apart]


def _counted(pairs, weights=None):
    """Return each pair once, with how often it comes, or the sum of its weights."""
    pairs, place, count = np.unique(pairs, return_inverse=True, return_counts=True)
    if weights is not None:
        count = np.bincount(place, weights, pairs.size).astype(np.int64)
    return _Faces(pairs >> 32, pairs & 0xFFFFFFFF, count)


def _join_rounds(owner, faces):
    """Let pieces without an owner take that of most of their neighbours' faces, in rounds."""
    owner = owner.copy()
    while True:
        open_ = (owner[faces.a] == 0) & (owner[faces.b] > 0)
        if not open_.any():
            return owner
        piece, taker = _most_faces(faces.a[open_], owner[faces.b[open_]], faces.count[open_])
        owner[piece] = taker


def _most_faces(piece, taker, count):
    """Return each piece once, with the taker of most faces; of equals the lowest."""
    faces = _counted(piece.astype(np.int64) << 32 | taker, count)
    order = np.lexsort((faces.b, -faces.count, faces.a))
    best = order[np.r_[True, np.diff(faces.a[order]) > 0]]
    return faces.a[best], faces.b[best]


def _merge_small(owner, pieces, min_size):
    """Return owners in which superpixels below `min_size` have joined others where they can."""
    sizes = np.bincount(owner, pieces.sizes)
    small = sizes < min_size
    small[0] = False
    if not small.any():
        return owner
    faces = _faces(pieces.map, small[owner])
    between = _merged(_Faces(owner[faces.a], owner[faces.b], faces.count))
    target = np.where(small, 0, np.arange(small.size))
    target = _join_rounds(target, between)
    target = _join_rounds(_settle_largest(target, sizes, between), between)
    return target[owner]


def _merged(faces):
    """Add up the faces of pieces that have come to the same owner."""
    apart = faces.a != faces.b
    return _counted(faces.a[apart] << 32 | faces.b[apart], faces.count[apart])


def _settle_largest(target, sizes, faces):
    """In each group of small ones that touch only each other, let the largest be itself."""
    left = np.flatnonzero(target == 0)
    n = target.size
    graph = coo_array((np.ones(faces.a.size, bool), (faces.a, faces.b)), shape=(n, n))
    group = connected_components(graph, directed=False)[1][left]
    order = np.lexsort((left, -sizes[left], group))
    lead = left[order[np.r_[True, np.diff(group[order]) > 0]]]
    target = target.copy()
    target[lead] = lead
    return target


def _renumber(owner, first):
    """Return a new id for each piece: 1 … n in the order in which the owners begin."""
    begin = np.full(owner.max(initial=0) + 1, np.iinfo(np.int64).max)
    np.minimum.at(begin, owner[1:], first[1:])
    rank = np.zeros(begin.size, np.uint32)
    rank[1 + np.argsort(begin[1:], kind="stable")] = np.arange(1, begin.size)
    rank[0] = 0
    return rank[owner]
