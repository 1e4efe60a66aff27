"""The voxels of a slice that a closed line encloses."""

from __future__ import annotations

import numpy as np
from skimage.draw import polygon

from workers.drawing.brush_sweep import sweep
from workers.runtime.box import Box


def fill_outline(
    shape: tuple[int, int, int],
    axis: int,
    index: int,
    points: np.ndarray,
) -> list[tuple[Box, np.ndarray]]:
    """Return the voxels of one slice inside the line through `points`, and those on it.

    The line is closed by the way from its last point to its first. Where it crosses itself, what it
    goes round twice is outside. What lies off the volume is left out.

    Parameters
    ----------
    shape : (3,) tuple of int
        (I, J, K) of the volume.
    axis, index : int
        The slice: where it is cut, and at which voxel.
    points : (n, 2) ndarray of float
        On the two other axes in ascending order, in voxels, voxel centres at integers; n may be 0.

    Returns
    -------
    pieces : list of (tuple of slice, ndarray of bool)
        A box of the volume, and which of its voxels are enclosed; empty if none is.

    Raises
    ------
    ValueError
        If the points are no pairs of finite numbers.
    """
    points = np.asarray(points, float)
    closed = np.concatenate((points, points[:1]))
    sides = np.delete(shape, axis)
    inside = np.zeros(sides, bool)
    for box, mask in sweep(shape, (1.0, 1.0, 1.0), axis, index, closed, 0.0):
        part = tuple(np.delete(np.array(box, object), axis))
        inside[part] |= mask.squeeze(axis)
    if len(points) and 0 <= index < shape[axis]:
        inside[polygon(*points.T, shape=sides)] = True
    if not inside.any():
        return []
    part = [_extent(inside.any(axis=other)) for other in (1, 0)]
    mask = inside[tuple(part)]
    part.insert(axis, slice(index, index + 1))
    return [(tuple(part), np.expand_dims(mask, axis))]


def _extent(touched):
    where = np.flatnonzero(touched)
    return slice(int(where[0]), int(where[-1]) + 1)
