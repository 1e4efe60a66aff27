"""The voxels that a disk or a ball passes over as it is drawn along a line."""

from __future__ import annotations

import itertools

import numpy as np

from workers.runtime.box import Box
from workers.runtime.compiled import compiled

MOST_VOXELS = 2**27
"""In the boxes of all that one stroke passes over."""

_SIDE = 128


def sweep(
    shape: tuple[int, int, int],
    spacing: tuple[float, float, float],
    axis: int,
    index: int,
    points: np.ndarray,
    radius_mm: float,
    *,
    is_ball: bool = False,
) -> list[tuple[Box, np.ndarray]]:
    """Return the voxels within a radius of the line through `points` on one slice.

    Those under the line are among them, however small the radius is, and on the slice's sides, too,
    what lies off it is left out. A voxel counts by its centre; one at the very radius is in.

    Parameters
    ----------
    shape : (3,) tuple of int
        (I, J, K) of the volume.
    spacing : (3,) tuple of float
        Edges of a voxel in mm.
    axis, index : int
        The slice: where it is cut, and at which voxel.
    points : (n, 2) ndarray of float
        On the two other axes in ascending order, in voxels, voxel centres at integers; n may be 0.
    radius_mm : float
        Of the disk or the ball.
    is_ball : bool, optional
        Whether it reaches into the slices beside.

    Returns
    -------
    pieces : list of (tuple of slice, ndarray of bool)
        Boxes of the volume, and which of their voxels are swept: at least one of each. No two share
        a voxel.

    Raises
    ------
    ValueError
        With a sentence: the points are no pairs of finite numbers, the radius is negative, or the
        boxes hold more than `MOST_VOXELS`.

    Notes
    -----
    The page computes the same while one draws (``sweep.ts``), in the same order of the same
    operations on 64 bit numbers, so that both find the very same voxels.
    """
    points = np.ascontiguousarray(points, np.float64)
    _check(points, radius_mm)
    first, second = (other for other in range(3) if other != axis)
    edges = np.array((spacing[first], spacing[second]), np.float64)
    sides = shape[first], shape[second]
    if not len(points) or not 0 <= index < shape[axis]:
        return []
    region = [_around(*each) for each in zip(points.T, edges, sides, [radius_mm] * 2, strict=True)]
    near = np.full([part.stop - part.start for part in region], np.inf)
    under = np.zeros(near.shape, bool)
    _measure(points, edges, radius_mm, np.array([part.start for part in region]), near, under)
    limit = float(radius_mm) * float(radius_mm)
    layers, heights = _layers(shape[axis], spacing[axis], index, radius_mm if is_ball else 0.0)
    tiles = [tile for tile in _tiles(near.shape) if ((near[tile] <= limit) | under[tile]).any()]
    _must_be_few(sum(near[tile].size for tile in tiles) * len(layers))
    found = []
    for tile in tiles:
        mask = near[tile] + heights[:, None, None] <= limit
        mask[index - layers[0]] |= under[tile]
        box = [_move(part, along.start) for part, along in zip(tile, region, strict=True)]
        box.insert(axis, slice(layers[0], layers[-1] + 1))
        found.append((tuple(box), np.moveaxis(mask, 0, axis)))
    return found


def _check(points, radius_mm):
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ValueError(f"points must be finite pairs (n, 2); got shape {points.shape}.")
    if not radius_mm >= 0:
        raise ValueError(f"radius_mm must be 0 or more; got {radius_mm}.")


def _must_be_few(voxels):
    if voxels > MOST_VOXELS:
        raise ValueError(
            f"The brush passes over {voxels:,} voxels; at most {MOST_VOXELS:,} are painted at "
            "once: choose a smaller radius, or draw a shorter line."
        )


def _around(values, edge, size, radius_mm):
    """Return the voxels of one axis that may be swept."""
    reach = radius_mm / edge + 1
    low, high = np.clip([values.min() - reach, values.max() + reach + 1], 0, size)
    return slice(int(low), int(high))


def _layers(size, edge, index, radius_mm):
    """Return the indices of the slices that the ball reaches, and their squared heights in mm²."""
    reach = int(radius_mm / edge) + 1
    layers = range(max(0, index - reach), min(size, index + reach + 1))
    heights = (np.arange(layers.start - index, layers.stop - index) * float(edge)) ** 2
    within = np.flatnonzero(heights <= float(radius_mm) * float(radius_mm))
    return layers[within[0] : within[-1] + 1], heights[within]


def _tiles(shape):
    cut = [[slice(n, min(n + _SIDE, size)) for n in range(0, size, _SIDE)] for size in shape]
    return list(itertools.product(*cut))


def _move(part, by):
    return slice(part.start + by, part.stop + by)


@compiled
def _measure(points, edges, radius_mm, origin, near, under):
    """Write the least squared distance of each voxel's centre to the line, and what lies under it.

    Only voxels that may be within the radius of a segment are measured to it.
    """
    for n in range(len(points)):
        p, q = points[max(0, n - 1)], points[n]
        pa, pb = p[0] * edges[0], p[1] * edges[1]
        da, db = q[0] * edges[0] - pa, q[1] * edges[1] - pb
        length = da * da + db * db
        low, high = np.empty(2, np.int64), np.empty(2, np.int64)
        for axis in range(2):
            reach = radius_mm / edges[axis] + 1
            low[axis] = max(0, np.floor(min(p[axis], q[axis]) - reach) - origin[axis])
            high[axis] = min(
                near.shape[axis], np.ceil(max(p[axis], q[axis]) + reach) + 1 - origin[axis]
            )
        for r in range(low[0], high[0]):
            wa = (r + origin[0]) * edges[0] - pa
            for c in range(low[1], high[1]):
                wb = (c + origin[1]) * edges[1] - pb
                along = (wa * da + wb * db) / length if length > 0 else 0.0
                along = min(1.0, max(0.0, along))
                ea, eb = wa - along * da, wb - along * db
                squared = ea * ea + eb * eb
                near[r, c] = min(near[r, c], squared)
        r, c = int(np.floor(p[0] + 0.5)), int(np.floor(p[1] + 0.5))
        dr, dc = int(np.floor(q[0] + 0.5)) - r, int(np.floor(q[1] + 0.5)) - c
        steps = max(abs(dr), abs(dc), 1)
        for step in range(steps + 1):
            row = r + (2 * dr * step + steps) // (2 * steps) - origin[0]
            column = c + (2 * dc * step + steps) // (2 * steps) - origin[1]
            if 0 <= row < near.shape[0] and 0 <= column < near.shape[1]:
                under[row, column] = True
