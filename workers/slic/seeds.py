"""Where superpixels begin: on a grid that is cubic in mm, however long the voxels are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_LONGEST = 8.0  # a cluster's window, ±2 steps of a grid cubic in voxels, still holds its superpixel


def relative_spacing(spacing: Sequence[float]) -> np.ndarray:
    """Return voxel edges in units of the shortest.

    Rounded to six places, so that the unit they came in (mm or µm) leaves no trace; above 8 they
    are 8.

    Parameters
    ----------
    spacing : (3,) sequence of float
        Positive.

    Returns
    -------
    relative : (3,) ndarray of float64
    """
    edges = np.asarray(spacing, float)
    return np.minimum(np.round(edges / edges.min(), 6), _LONGEST)


def grid(shape: tuple[int, int, int], spacing: np.ndarray, size: float) -> tuple[np.ndarray, float]:
    """Return how many seeds lie along each axis, and the edge of the cube between them.

    Parameters
    ----------
    shape : tuple of int
        (I, J, K).
    spacing : (3,) ndarray of float
        Voxel edges, in any unit.
    size : float
        Voxels a seed, 1 or more.

    Returns
    -------
    numbers : (3,) ndarray of int
        At least 1, at most the voxels there are.
    edge : float
        In the unit of `spacing`. Along an axis where the cube would be thinner than a voxel, or
        longer than the volume, the grid takes one of these, and the others make up for it.
    """
    steps, free = np.ones(3), np.ones(3, bool)
    while free.any():
        rest = size * spacing[free].prod() / steps[~free].prod()
        edge = rest ** (1 / free.sum())
        steps[free] = edge / spacing[free]
        excess = np.where(free, np.maximum(1 / steps, steps / shape), 0)
        if excess.max() <= 1:
            break
        worst = int(excess.argmax())
        steps[worst], free[worst] = np.clip(steps[worst], 1, shape[worst]), False
    return np.maximum(1, np.round(shape / steps)).astype(int), float(edge)


def centres_on_grid(shape: tuple[int, int, int], numbers: np.ndarray) -> np.ndarray:
    """Return seeds in the middles of `numbers` equal cells along each axis.

    Returns
    -------
    centres : (n, 3) ndarray of float64
        Voxel coordinates, in C order.
    """
    axes = [
        (np.arange(n) + 0.5) * length / n - 0.5 for n, length in zip(numbers, shape, strict=True)
    ]
    return np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)


def filling(mask: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return the share of each grid cell that lies in the mask.

    Parameters
    ----------
    mask : (I, J, K) ndarray of bool
    numbers : (3,) ndarray of int
        Cells along each axis, at most as many as voxels.

    Returns
    -------
    shares : ndarray of float, of shape `numbers`
    """
    starts = [cells(length, n) for n, length in zip(numbers, mask.shape, strict=True)]
    return counts(mask, starts) / sizes(mask.shape, numbers)


def cells(length: int, n: int) -> np.ndarray:
    """Return where each of `n` grid cells begins along an axis."""
    return np.arange(n) * length // n


def counts(mask: np.ndarray, starts: list[np.ndarray]) -> np.ndarray:
    """Return how many voxels of the mask lie in each cell, which begin at `starts` (from 0)."""
    inside = mask.view(np.uint8)
    for axis in (2, 1, 0):  # along rows first, where most is added up
        inside = np.add.reduceat(inside, starts[axis], axis, dtype=np.int32)
    return inside


def sizes(shape: tuple[int, int, int], numbers: np.ndarray) -> np.ndarray:
    """Return how many voxels each grid cell has."""
    along = [np.diff(np.r_[cells(n, m), n]) for n, m in zip(shape, numbers, strict=True)]
    return along[0][:, None, None] * along[1][:, None] * along[2]
