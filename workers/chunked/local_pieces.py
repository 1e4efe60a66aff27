"""The 6-connected pieces of each id in one chunk of a volume, measured in that volume's voxels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workers.runtime.boxes import boxes
from workers.superpixels.pieces import pieces

_MOST_VOXELS = 2**29  # so that the faces between two pieces, at most 3 a voxel, fit into int32


class LocalPieces(NamedTuple):
    """The pieces of a chunk, numbered in C order of their first voxels.

    Attributes
    ----------
    map : (i, j, k) ndarray of int32
        The piece of each voxel, 1 … P; 0 outside the mask.
    ids, sizes : (P + 1,) ndarrays of int32
        Id and number of voxels (here) of each piece; 0 for what is outside.
    first : (P + 1,) ndarray of int64
        The first voxel of each piece, counted in C order in the whole volume.
    boxes : (P + 1, 6) ndarray of int32
        ``i0, i1, j0, j1, k0, k1`` in the whole volume, the ends half open; zeros for outside.
    """

    map: np.ndarray
    ids: np.ndarray
    sizes: np.ndarray
    first: np.ndarray
    boxes: np.ndarray


def local_pieces(
    ids: np.ndarray,
    origin: Sequence[int],
    shape: Sequence[int],
    mask: np.ndarray | None = None,
    *,
    threads: int | None = None,
) -> LocalPieces:
    """Find the pieces of equal id in a chunk.

    Parameters
    ----------
    ids : (i, j, k) ndarray of int
        0 is an id like others; −1 is outside if no mask is given.
    origin : (3,) sequence of int
        Where the chunk begins in the volume.
    shape : (3,) sequence of int
        Of the volume; it may have 2³¹ voxels and more.
    mask : (i, j, k) ndarray of bool, optional
        Where there are pieces; ids outside are ignored.
    threads : int, optional
        By default `workers.runtime.team.usable`.

    Returns
    -------
    found : LocalPieces

    Raises
    ------
    ValueError
        If `ids` has 2²⁹ voxels or more, or `workers.superpixels.pieces.pieces` refuses it.
    """
    if ids.size >= _MOST_VOXELS:
        raise ValueError(f"a chunk must have fewer than 2**29 voxels; got {ids.size}: cut smaller.")
    inside = ids != -1 if mask is None and ids.min(initial=0) == -1 else mask
    found = pieces(ids, inside, threads=threads)
    here = np.unravel_index(found.first, ids.shape)
    first = _flat([each + start for each, start in zip(here, origin, strict=True)], shape)
    first[0] = 0
    around = np.zeros((found.ids.size, 6), np.int32)
    around[1:] = boxes(found.map, found.ids.size - 1, threads=threads)
    around[1:] += np.repeat(np.asarray(origin, np.int32), 2)
    return LocalPieces(found.map, found.ids, found.sizes, first, around)


def _flat(place, shape):
    """Count voxels in C order, in int64 whatever numpy indexes with."""
    i, j, k = (each.astype(np.int64) for each in place)
    return (i * shape[1] + j) * shape[2] + k
