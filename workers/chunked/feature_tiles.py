"""Tiles of values that are NaN where they take no part, made in one go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workers.runtime.compiled import compiled
from workers.runtime.vectors import choose, each, largest, load, lowest, put, total
from workers.slic.tiles import NOBODY, OUTSIDE, TILE, TILE_I, TILE_J, TILE_K, TILE_VOXELS, Tiles

_NOBODY, _OUTSIDE = np.int32(NOBODY), np.int32(OUTSIDE)


def feature_tiles(channels: Sequence[np.ndarray], origin: tuple[int, int, int]) -> Tiles:
    """Return what `workers.slic.tiles.make_tiles` makes of the values that are not NaN.

    Parameters
    ----------
    channels : sequence of (I, J, K) ndarray of float32
        NaN where a voxel takes no part, the same voxels in each.
    origin : tuple of int
        As in `Tiles`.
    """
    shape = channels[0].shape
    grid = tuple(-(-size // side) for size, side in zip(shape, TILE, strict=True))
    n = grid[0] * grid[1] * grid[2]
    tiles = Tiles(
        np.empty(len(channels) * n * TILE_VOXELS, np.float32),
        np.empty(n * TILE_VOXELS, np.int32),
        np.empty((n, len(channels)), np.float32),
        np.empty((n, len(channels)), np.float32),
        np.empty(n, np.int32),
        grid,
        shape,
        origin,
    )
    for c, channel in enumerate(channels):
        spare = np.full(2 * TILE_K, np.nan, np.float32)
        _settle(tiles, c, np.ascontiguousarray(channel).reshape(-1), spare)
    return tiles


@compiled
def _settle(tiles, c, values, spare):
    """Copy a channel, and write what is known of each tile."""
    grid, like = tiles.grid, load(spare, 0)
    zero, nobody = each(np.float32(0), like), each(_NOBODY, like)
    one, none, outside = each(np.int32(1), like), each(np.int32(0), like), each(_OUTSIDE, like)
    for tile in range(grid[0] * grid[1] * grid[2]):
        i, j, k = tile // (grid[1] * grid[2]), tile // grid[2] % grid[1], tile % grid[2]
        low, high = each(np.float32(np.inf), like), each(np.float32(-np.inf), like)
        inside = none
        for line in range(TILE_I * TILE_J):
            place = (i * TILE_I + line // TILE_J, j * TILE_J + line % TILE_J, k * TILE_K)
            row, at = _row(values, tiles.shape, place, spare), tile * TILE_VOXELS + line * TILE_K
            takes_part = row == row  # noqa: PLR0124 - NaN alone does not equal itself
            put(tiles.values, c * tiles.clusters.size + at, choose(takes_part, row, zero))
            put(tiles.clusters, at, choose(takes_part, nobody, outside))
            low, high = choose(row < low, row, low), choose(row > high, row, high)
            inside = inside + choose(takes_part, one, none)
        tiles.inside[tile] = total(inside)
        tiles.lowest[tile, c], tiles.highest[tile, c] = lowest(low), largest(high)


@compiled
def _row(values, shape, place, spare):
    """Return a row of a tile, NaN where it reaches over the volume."""
    i, j, k = place
    at, left = (i * shape[1] + j) * shape[2] + k, shape[2] - k
    if i >= shape[0] or j >= shape[1]:
        return load(spare, TILE_K)
    if left >= TILE_K:
        return load(values, at)
    for x in range(TILE_K):
        spare[x] = values[at + x] if x < left else np.nan
    return load(spare, 0)
