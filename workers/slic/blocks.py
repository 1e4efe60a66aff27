"""In which blocks of the volume each cluster may have voxels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from skimage.util import regular_grid

from workers.runtime.compiled import compiled
from workers.slic.tiles import TILE_I, TILE_J, TILE_K

SIDES = (2, 2, 1)
"""Of a block, in tiles: those that share a list of clusters."""

BLOCK = (SIDES[0] * TILE_I, SIDES[1] * TILE_J, SIDES[2] * TILE_K)
"""The same in voxels."""


class Clusters(NamedTuple):
    """Where the clusters are.

    Attributes
    ----------
    centres : (n, 3 + C) ndarray of float32 or float64
        Voxel coordinates and channels.
    windows : (n, 6) ndarray of int32
        From and to (excluded) along i, j and k, counted from the first voxel of the tiles: where a
        cluster may have voxels.
    """

    centres: np.ndarray
    windows: np.ndarray


class Lists(NamedTuple):
    """Which clusters may be nearest somewhere in each block.

    Attributes
    ----------
    start, found : ndarrays of int64 and int32
        ``found[start[b] : start[b + 1]]`` belong to block `b`, ascending.
    blocks : tuple of int
        Number of blocks along i, j and k; they are counted in C order.
    """

    start: np.ndarray
    found: np.ndarray
    blocks: tuple[int, int, int]


def blocks_of(shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return the number of blocks along each axis of a volume."""
    i, j, k = (-(-size // side) for size, side in zip(shape, BLOCK, strict=True))
    return i, j, k


def reach_of(shape: tuple[int, int, int], n: int) -> np.ndarray:
    """Return how far a window reaches along each axis: two steps of scikit-image's grid of n."""
    return np.array([2 * int(along.step or 1) for along in regular_grid(shape, n)])


def windows_of(centres: np.ndarray, reach: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Return the `Clusters.windows`, rounded as scikit-image does; empty for what is NaN."""
    places, reach = centres[:, :3], reach.astype(centres.dtype)
    low = np.maximum(places - reach, 0)
    high = np.minimum(places + reach + centres.dtype.type(1), np.asarray(shape, centres.dtype))
    gone = np.isnan(places).any(1)
    low[gone] = high[gone] = 0
    return np.stack([low, high], -1).reshape(-1, 6).astype(np.int32)


def by_block(windows: np.ndarray, shape: tuple[int, int, int]) -> Lists:
    """List the clusters whose windows meet each block.

    Parameters
    ----------
    windows : (n, 6) ndarray of int32
        As in `Clusters`.
    shape : tuple of int
        (I, J, K).
    """
    blocks = blocks_of(shape)
    return Lists(*_list(windows, blocks), blocks)


@compiled
def _list(windows, blocks):
    start = np.zeros(blocks[0] * blocks[1] * blocks[2] + 1, np.int64)
    for n in range(windows.shape[0]):
        _visit(n, windows, blocks, start[1:], np.empty(0, np.int32))
    start = np.cumsum(start)
    found, place = np.empty(start[-1], np.int32), start.copy()
    for n in range(windows.shape[0]):
        _visit(n, windows, blocks, place, found)
    return start, found


@compiled
def _visit(n, windows, blocks, place, found):
    """Move on the place of each block that the window of cluster `n` meets; fill in `n` there."""
    i0, i1, j0, j1, k0, k1 = windows[n]
    if i0 >= i1 or j0 >= j1 or k0 >= k1:
        return
    for i in range(i0 // BLOCK[0], (i1 - 1) // BLOCK[0] + 1):
        for j in range(j0 // BLOCK[1], (j1 - 1) // BLOCK[1] + 1):
            for k in range(k0 // BLOCK[2], (k1 - 1) // BLOCK[2] + 1):
                block = (i * blocks[1] + j) * blocks[2] + k
                if found.size:
                    found[place[block]] = n
                place[block] += 1
