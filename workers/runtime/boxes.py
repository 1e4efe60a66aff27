"""Boxes around all superpixels."""

from __future__ import annotations

import numpy as np

from workers.runtime.compiled import compiled
from workers.runtime.team import Team
from workers.runtime.unsigned import as_unsigned, is_turned

_FAR = np.iinfo(np.int32).max


def boxes(ids: np.ndarray, count: int, *, threads: int | None = None) -> np.ndarray:
    """Return the smallest box around each id, as `scipy.ndimage.find_objects` finds it.

    Parameters
    ----------
    ids : (I, J, K) ndarray of int
        Ids from 0 to `count`; 0 has no box. An array in neither C nor Fortran order is copied.
    count : int
        How many boxes.
    threads : int, optional
        How many share the work, each with a table of `count` boxes of its own; by default
        `workers.runtime.team.usable`.

    Returns
    -------
    boxes : (count, 6) ndarray of int32
        ``i0, i1, j0, j1, k0, k1`` of the ids 1 … `count`, the ends half open; zeros where no voxel
        has the id.

    Raises
    ------
    ValueError
        If `ids` has not 3 axes or no integers, one of them is negative or above `count`, or
        `threads` is below 1.
    """
    ids = as_unsigned(ids)
    if is_turned(ids):
        return boxes(ids.T, count, threads=threads)[:, [4, 5, 2, 3, 0, 1]]
    with Team(threads) as team:
        parts = team.share(_part, len(ids) if ids.size else 0, ids, count, parts_each=1)
    found = _nothing(count)
    for part in parts:
        np.minimum(found[:, ::2], part[:, ::2], out=found[:, ::2])
        np.maximum(found[:, 1::2], part[:, 1::2], out=found[:, 1::2])
    found[found[:, 1] == 0] = 0
    return found[1:]


def _nothing(count):
    """Return boxes of 0 … `count` that hold no voxel: they begin where no volume ends."""
    return np.tile(np.array([_FAR, 0] * 3, np.int32), (count + 1, 1))


def _part(begin, end, ids, count):
    found = _nothing(count)
    if not _scan(begin, end, ids, found):
        raise ValueError(f"ids must lie between 0 and {count}; one does not.")
    return found


@compiled
def _scan(begin, end, ids, found):
    """Widen the boxes by the slices ``begin … end``, run by run; False if an id has no box."""
    _, J, K = ids.shape
    for i in range(begin, end):
        for j in range(J):
            first = 0
            for k in range(1, K + 1):
                if k < K and ids[i, j, k] == ids[i, j, k - 1]:
                    continue
                n = ids[i, j, first]
                if n >= len(found):
                    return False
                found[n, 0] = min(found[n, 0], i)
                found[n, 1] = i + 1
                found[n, 2] = min(found[n, 2], j)
                found[n, 3] = max(found[n, 3], j + 1)
                found[n, 4] = min(found[n, 4], first)
                found[n, 5] = max(found[n, 5], k)
                first = k
    return True
