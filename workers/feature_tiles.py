"""Tiles of values that are NaN where they take no part, made in one go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workers.compiled import compiled
from workers.tiles import NOBODY, OUTSIDE, TILE, TILE_I, TILE_J, TILE_K, TILE_VOXELS, Tiles


def feature_tiles(channels: Sequence[np.ndarray], origin: tuple[int, int, int]) -> Tiles:
    """Return what `workers.tiles.tiled` makes of the values that are not NaN; the others stay NaN.

    That is no harm: a voxel that takes no part is nearer to nobody than any distance, NaN or not.

    Parameters
    ----------
    channels : sequence of (I, J, K) ndarray of float32
        NaN where a voxel takes no part, the same voxels in each. One channel in whole tiles is not
        copied.
    origin : tuple of int
        As in `Tiles`.
    """
    shape = channels[0].shape
    grid = tuple(-(-size // side) for size, side in zip(shape, TILE, strict=True))
    n = grid[0] * grid[1] * grid[2]
    tiles = Tiles(
        _in_whole_tiles(channels, grid),
        np.empty(n * TILE_VOXELS, np.int32),
        np.empty((n, len(channels)), np.float32),
        np.empty((n, len(channels)), np.float32),
        np.empty(n, np.int32),
        grid,
        shape,
        origin,
    )
    _settle(tiles, np.empty((2, TILE_K), np.float32))
    return tiles


def _in_whole_tiles(channels, grid):
    whole = tuple(n * side for n, side in zip(grid, TILE, strict=True))
    if len(channels) == 1 and channels[0].shape == whole and channels[0].flags.c_contiguous:
        return channels[0].reshape(-1)
    values = np.full((len(channels), *whole), np.nan, np.float32)
    for target, channel in zip(values, channels, strict=True):
        target[tuple(map(slice, channel.shape))] = channel
    return values.reshape(-1)


@compiled
def _settle(tiles, ranges):
    """Write what is known of each tile.

    Each of the 16 voxels of a row has a range of its own: so the compiler takes them at once.
    """
    grid, width = tiles.grid, tiles.grid[2] * TILE_K
    for tile in range(grid[0] * grid[1] * grid[2]):
        i, j, k = tile // (grid[1] * grid[2]), tile // grid[2] % grid[1], tile % grid[2]
        corner = (i * TILE_I * grid[1] * TILE_J + j * TILE_J) * width + k * TILE_K
        for c in range(tiles.lowest.shape[1]):
            inside = 0
            ranges[0], ranges[1] = np.inf, -np.inf
            for row in range(TILE_I * TILE_J):
                at = np.uint64(corner + (row // TILE_J * grid[1] * TILE_J + row % TILE_J) * width)
                inside += _settle_row(tiles, at, np.uint64(c * tiles.clusters.size), ranges)
            tiles.inside[tile] = inside
            tiles.lowest[tile, c], tiles.highest[tile, c] = ranges[0].min(), ranges[1].max()


@compiled(inline="always")
def _settle_row(tiles, at, channel, ranges):
    inside = np.int32(0)
    for x in range(np.uint64(TILE_K)):
        value = tiles.values[channel + at + x]
        takes_part = value == value  # noqa: PLR0124 - NaN alone does not equal itself
        inside += np.int32(takes_part)
        tiles.clusters[at + x] = NOBODY if takes_part else OUTSIDE
        low, high = ranges[0, x], ranges[1, x]
        ranges[0, x] = value if value < low else low  # noqa: FURB136 - of NaN, `min` may be NaN
        ranges[1, x] = value if value > high else high  # noqa: FURB136
    return inside
