"""The 6-connected pieces of each id in a volume.

A run is the longest stretch of one id along the last axis; runs that share a face become one
piece. Threads do this each in a slab of rows, then the slabs are sewn together. A piece is known
by its first run in C order, so that neither slabs nor threads change the result.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workers.runtime.progress import Report, silent
from workers.runtime.team import Team
from workers.superpixels.runs import count, list_runs, measure, number, spread_values, unite_slab

_MOST_VOXELS = 2**31


class Pieces(NamedTuple):
    """The 6-connected pieces of equal id, numbered in C order of their first voxels.

    Attributes
    ----------
    map : (I, J, K) ndarray of int32
        The piece of each voxel, 1 … P; 0 outside the mask.
    bounds : (R + 1,) ndarray of int32
        Voxels ``bounds[r]`` up to ``bounds[r + 1]``, counted in C order, are run r; the runs
        cover the volume, and each lies in one row and in one piece.
    ids, sizes, first : (P + 1,) ndarrays of int32
        Id, number of voxels and first voxel of each piece; 0 for what is outside.
    """

    map: np.ndarray
    bounds: np.ndarray
    ids: np.ndarray
    sizes: np.ndarray
    first: np.ndarray


def pieces(
    ids: np.ndarray,
    mask: np.ndarray | None = None,
    *,
    threads: int | None = None,
    report: Report | None = None,
) -> Pieces:
    """Find the 6-connected pieces of equal id inside a mask.

    Above the input it takes the map and 8 bytes a run, then 12 bytes a piece.

    Parameters
    ----------
    ids : (I, J, K) ndarray of int
        0 is an id like others. C-ordered int32 and uint32 are read in place, others copied.
    mask : (I, J, K) ndarray of bool, optional
        Where there are pieces; ids outside are ignored. Everywhere if not given.
    threads : int, optional
        By default `workers.runtime.team.usable`. The result is the same for any number.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    pieces : Pieces

    Raises
    ------
    ValueError
        If `ids` is not a volume of integers or has 2³¹ voxels or more, the mask has another
        shape, an id inside the mask is negative or above 2³¹ − 1, or `threads` is below 1.
    """
    report = report or silent
    _check(ids, mask)
    voxels = (_as_int32(ids, mask), _flags(mask))
    shape = (max(1, ids.shape[1]), max(1, ids.shape[2]))
    with Team(threads) as team:
        starts = _starts(team, ids.size // shape[1], voxels, shape)
        report(0.1)
        runs, bounds = _runs(team, starts, voxels, shape)
        report(0.3)
        piece = _unite(team, starts, voxels, runs, shape)
        report(0.7)
        numbers = _numbers(piece, bounds, *voxels)
        spread(team, runs, piece)
    report(1.0)
    return Pieces(runs.reshape(ids.shape), bounds, *numbers)


def spread(team: Team, volume: np.ndarray, values: np.ndarray) -> None:
    """Replace each number in a volume by ``values[number]``, in place.

    Parameters
    ----------
    team : Team
        Who does it.
    volume : ndarray of int32
        C-ordered; not negative.
    values : (n,) ndarray of int32
        A value for each number that occurs.
    """
    team.share(spread_values, volume.size, volume.reshape(-1), values)


def _check(ids, mask):
    if ids.ndim != 3 or ids.dtype.kind not in "iu":
        raise ValueError(
            f"ids must be integers on 3 axes (i, j, k); got {ids.dtype} of shape {ids.shape}."
        )
    if ids.size >= _MOST_VOXELS:
        raise ValueError(f"ids must have fewer than 2**31 voxels; got {ids.size}: take a part.")
    if mask is not None and mask.shape != ids.shape:
        raise ValueError(f"mask must have the shape of ids, {ids.shape}; got {mask.shape}.")


def _as_int32(ids, mask):
    """Return ids as flat int32; uint32 keeps its bits, so that what is too large is negative."""
    if ids.dtype.itemsize > 4:
        inside = True if mask is None else mask.astype(bool)
        _check_range(ids.min(initial=0, where=inside), ids.max(initial=0, where=inside))
    same_bits = ids.view(np.int32) if ids.dtype == np.uint32 else ids
    return np.require(same_bits, np.int32, ["C", "A"]).reshape(-1)


def _check_range(low, high):
    if low < 0 or high >= 2**31:
        raise ValueError(f"ids must be 0 … 2**31 - 1 inside the mask; got {low} … {high}.")


def _flags(mask):
    """Return the mask as flat bytes; none at all if everything is inside."""
    if mask is None:
        return np.empty(0, np.uint8)
    return np.require(mask, bool, ["C", "A"]).view(np.uint8).reshape(-1)


def _starts(team, rows, voxels, shape):
    """Return the first run of each row, and at the end the number of runs."""
    starts = np.zeros(rows + 1, np.int64)
    lowest = min(team.share(count, rows, starts, *voxels, shape[1]), default=0)
    if lowest < 0:
        _check_range(lowest, 0)
    return np.cumsum(starts, out=starts)


def _runs(team, starts, voxels, shape):
    """Return the run of each voxel, and where runs begin and end."""
    runs = np.empty(voxels[0].size, np.int32)
    bounds = np.zeros(starts[-1] + 1, np.int32)
    team.share(list_runs, starts.size - 1, runs, bounds, starts, *voxels, shape[1])
    return runs, bounds


def _unite(team, starts, voxels, runs, shape):
    """Return the parent of each run: one that comes before it in the same piece, or itself."""
    parent = np.arange(starts[-1], dtype=np.int32)
    rows = starts.size - 1
    cuts = team.share(unite_slab, rows, False, parent, runs, *voxels, *shape)
    for cut in cuts[1:]:
        _unite_seam(cut, rows, parent, runs, *voxels, *shape)
    return parent


def _unite_seam(cut, rows, parent, runs, ids, mask, J, K):
    """Unite the slab that begins at the row `cut` with what lies before it.

    The rows of one slice are enough, and what they have in common with each other does no harm.
    """
    unite_slab(cut, min(cut + J, rows), True, parent, runs, ids, mask, J, K)


def _numbers(parent, bounds, ids, mask):
    """Turn parents into pieces, in place; return ids, sizes and first voxels of the pieces."""
    found = number(parent, bounds, mask)
    numbers = tuple(np.zeros(found + 1, np.int32) for _ in range(3))
    measure(parent, bounds, ids, *numbers)
    return numbers
