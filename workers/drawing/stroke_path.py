"""The superpixels on a line across a slice, from ids in memory."""

from __future__ import annotations

import numpy as np

from workers.runtime.compiled import compiled
from workers.runtime.unsigned import as_unsigned


def ids_under(ids: np.ndarray, axis: int, index: int, points: np.ndarray) -> np.ndarray:
    """Return the ids on the line through `points` on one slice.

    Between two points the line is Bresenham's, cell by cell as `skimage.draw.line` draws it, so
    that a fast drag skips no voxel. One point is one voxel. What lies off the slice touches
    nothing, nor does a slice off the volume.

    Parameters
    ----------
    ids : (I, J, K) ndarray of int
        The superpixel of each voxel; 0 is none. An array in neither C nor Fortran order is copied.
    axis : int
        0, 1 or 2: the axis at which the slice is cut.
    index : int
        Where on that axis.
    points : (n, 2) ndarray of int
        Voxel indices on the two other axes, in ascending order of the axes; n may be 0.

    Returns
    -------
    under : (k,) ndarray of int
        Each id once, ascending, in the type of `ids`.

    Raises
    ------
    ValueError
        If `ids` has not 3 axes or no integers, there is no such axis, or `points` are no pairs of
        integers.

    Notes
    -----
    The time is that of the line's cells, also of those off the slice; the number of superpixels
    and of the volume's voxels plays no part.

    References
    ----------
    Bresenham, "Algorithm for computer control of a digital plotter", IBM Systems Journal 1965,
    doi:10.1147/sj.41.0025
    """
    plain = as_unsigned(ids)
    _check(axis, points)
    if not 0 <= index < ids.shape[axis]:
        return np.empty(0, ids.dtype)
    first, second = (other for other in range(3) if other != axis)
    steps = [stride // plain.itemsize for stride in plain.strides]
    points = np.ascontiguousarray(points, np.int64)
    found = np.empty(_cells(points), plain.dtype)
    n = _collect(
        plain.ravel("K"),
        index * steps[axis],
        (steps[first], steps[second]),
        (ids.shape[first], ids.shape[second]),
        points,
        found,
    )
    return np.unique(found[:n]).view(ids.dtype.newbyteorder("="))


def _check(axis, points):
    if axis not in (0, 1, 2):
        raise ValueError(f"axis must be 0, 1 or 2; got {axis}.")
    if points.ndim != 2 or points.shape[1] != 2 or points.dtype.kind not in "iu":
        raise ValueError(
            f"points must be pairs of whole numbers, (n, 2); got shape {points.shape} of "
            f"{points.dtype}."
        )


@compiled
def _collect(memory, start, steps, shape, points, found):
    """Write the ids other than 0 along the line, without repeats in a row; return how many."""
    n = 0
    for p in range(len(points)):
        q = min(p + 1, len(points) - 1)
        r, c = points[p, 0], points[p, 1]
        dr, dc = abs(points[q, 0] - r), abs(points[q, 1] - c)
        down = 1 if points[q, 0] > r else -1
        right = 1 if points[q, 1] > c else -1
        steep = dr > dc
        long, short = max(dr, dc), min(dr, dc)
        slack = 2 * short - long
        # The line's last cell is the first of the next.
        for _ in range(max(long, 1)):
            if 0 <= r < shape[0] and 0 <= c < shape[1]:
                own = memory[start + r * steps[0] + c * steps[1]]
                if own != 0 and (n == 0 or found[n - 1] != own):
                    found[n] = own
                    n += 1
            if steep or slack >= 0:
                r += down
            if not steep or slack >= 0:
                c += right
            slack += 2 * short - (2 * long if slack >= 0 else 0)
    return n


@compiled
def _cells(points):
    """Return how many cells the line has at most."""
    cells = len(points)
    for p in range(len(points) - 1):
        rows, columns = points[p + 1, 0] - points[p, 0], points[p + 1, 1] - points[p, 1]
        cells += max(abs(rows), abs(columns))
    return cells
