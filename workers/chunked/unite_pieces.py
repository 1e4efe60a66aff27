"""The pieces of a whole volume, put together from those of its chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workers.chunked.piece_contacts import Contacts
from workers.runtime.compiled import compiled

_MOST_PIECES = 2**31


class Table(NamedTuple):
    """What the whole has to know of a chunk's pieces: parts of its `LocalPieces`.

    Attributes
    ----------
    ids, sizes : (P + 1,) ndarrays of int32
        Of each piece; 0 for what is outside.
    first : (P + 1,) ndarray of int64
        In the whole volume.
    """

    ids: np.ndarray
    sizes: np.ndarray
    first: np.ndarray


class Seam(NamedTuple):
    """Where two chunks meet.

    Attributes
    ----------
    chunk, other : int
        Which chunks.
    contacts : Contacts
        What touches there, as `workers.chunked.piece_contacts.across` lists it.
    """

    chunk: int
    other: int
    contacts: Contacts


class United(NamedTuple):
    """The pieces of the whole volume, as `workers.superpixels.pieces.pieces` numbers them.

    Attributes
    ----------
    ids : (P + 1,) ndarray of int32
    sizes, first : (P + 1,) ndarrays of int64
        As in `workers.superpixels.pieces.Pieces`.
    of : list of (P_c + 1,) ndarrays of int32
        For each chunk the piece of the whole of each of its pieces; 0 for what is outside.
    seams : Contacts
        Pieces of the whole that touch across seams, each pair one way round.
    """

    ids: np.ndarray
    sizes: np.ndarray
    first: np.ndarray
    of: list[np.ndarray]
    seams: Contacts


def unite(tables: Sequence[Table], seams: Sequence[Seam]) -> United:
    """Put the pieces of all chunks together; neither the order of chunks nor of seams matters.

    It takes some 40 bytes for each piece of a chunk, and 28 for each contact.

    Parameters
    ----------
    tables : sequence of Table
        Of each chunk; at least one.
    seams : sequence of Seam
        Each pair of chunks that share faces, once; with all that touches there.

    Raises
    ------
    ValueError
        If the chunks have 2³¹ pieces or more together.
    """
    starts = np.cumsum([0, *(table.ids.size for table in tables)])
    if starts[-1] >= _MOST_PIECES:
        raise ValueError(f"chunks must have fewer than 2**31 pieces together; got {starts[-1]}.")
    ids, sizes, first = (_join(column) for column in zip(*tables, strict=True))
    near, far, count = _renumber(seams, starts)
    same = ids[near] == ids[far]
    parent = np.arange(ids.size, dtype=np.int32)
    _unite_all(near[same], far[same], parent)
    of, whole = _number(parent, ids, sizes, first)
    seams = Contacts(of[near[~same]], of[far[~same]], count[~same])
    return United(*whole, np.split(of, starts[1:-1]), seams)


def _join(arrays):
    return np.concatenate(arrays)


def _renumber(seams, starts):
    """Return all contacts, in numbers that go on from chunk to chunk."""
    parts = [
        (near + np.int32(starts[chunk]), far + np.int32(starts[other]), count)
        for chunk, other, (near, far, count) in seams
    ]
    return [_join(each) for each in zip(*parts, strict=True)] or [np.empty(0, np.int32)] * 3


def _number(parent, ids, sizes, first):
    """Return the piece of the whole of each piece, and these: ids, sizes and first voxels."""
    total = np.zeros(ids.size, np.int64)
    _gather(parent, sizes, first, total)
    roots = np.flatnonzero(total)  # not those of what is outside
    roots = roots[np.argsort(first[roots])]
    number = np.zeros(ids.size, np.int32)
    number[roots] = np.arange(1, roots.size + 1)
    return number[parent], [_after_0(each[roots]) for each in (ids, total, first)]


def _after_0(values):
    return np.concatenate([np.zeros(1, values.dtype), values])


@compiled
def _unite_all(near, far, parent):
    for i in range(near.size):
        one, other = _root(parent, near[i]), _root(parent, far[i])
        parent[max(one, other)] = min(one, other)


@compiled
def _root(parent, piece):
    while parent[piece] != piece:
        parent[piece] = parent[parent[piece]]
        piece = parent[piece]
    return piece


@compiled
def _gather(parent, sizes, first, total):
    """Give each root the size and the first voxel of what hangs on it, and each its root."""
    for piece in range(parent.size):
        root = parent[parent[piece]]
        parent[piece] = root
        total[root] += sizes[piece]
        first[root] = min(first[root], first[piece])
