"""A volume as SLIC looks at it: by tiles of 8 × 8 × 16 voxels, of which some things are known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workers.runtime.compiled import compiled
from workers.runtime.team import Team

TILE = (8, 8, 16)
TILE_I, TILE_J, TILE_K = TILE
PLANE = TILE_J * TILE_K
TILE_VOXELS = TILE_I * PLANE
NOBODY = -1
OUTSIDE = -2


class Tiles(NamedTuple):
    """A volume in whole tiles; what is known of a tile is in C order of their places.

    Attributes
    ----------
    values : (C · tiles · TILE_VOXELS,) ndarray of float32 or float64
        The channels one after the other, each tile by tile, so that what is looked at together
        lies together; each tile in C order.
    clusters : (tiles · TILE_VOXELS,) ndarray of int32
        The cluster of each voxel from 0, tile by tile; `NOBODY` before it has one, `OUTSIDE` where
        it takes no part: outside the mask, and where the last tiles reach over the volume.
    lowest, highest : (tiles, C) ndarray of the same float
        Range of the values that take part.
    inside : (tiles,) ndarray of int32
        How many voxels take part.
    grid : tuple of int
        Number of tiles along i, j and k.
    shape : tuple of int
        (I, J, K).
    origin : tuple of int
        Where the first voxel lies among those in which centres count; they are all of a volume,
        of which this may be a chunk.
    """

    values: np.ndarray
    clusters: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    inside: np.ndarray
    grid: tuple[int, int, int]
    shape: tuple[int, int, int]
    origin: tuple[int, int, int]


class Scale(NamedTuple):
    """How values are scaled: less `low`, divided by `span`, times `factor`, each time rounded."""

    low: float
    span: float
    factor: float


def make_tiles(
    image: np.ndarray,
    mask: np.ndarray | None,
    scale: Scale,
    team: Team,
    origin: tuple[int, int, int] = (0, 0, 0),
) -> Tiles:
    """Cut a volume into tiles.

    Parameters
    ----------
    image : (I, J, K, C) ndarray of float32 or float64
        Finite inside the mask; what lies outside may be NaN.
    mask : (I, J, K) ndarray of bool or uint8, or None
        Voxels that take part; None for all.
    scale : Scale
        Of the type of `image`.
    team : Team
        The threads that do it.
    origin : tuple of int, optional
        As in `Tiles`.
    """
    *shape, channels = image.shape
    grid = tuple(-(-size // tile) for size, tile in zip(shape, TILE, strict=True))
    n = grid[0] * grid[1] * grid[2]
    tiles = Tiles(
        np.zeros(channels * n * TILE_VOXELS, image.dtype),
        np.full(n * TILE_VOXELS, OUTSIDE, np.int32),
        np.full((n, channels), np.inf, image.dtype),
        np.full((n, channels), -np.inf, image.dtype),
        np.zeros(n, np.int32),
        grid,
        tuple(shape),
        origin,
    )
    taken = np.zeros(0, np.uint8) if mask is None else np.ascontiguousarray(mask).view(np.uint8)
    flat = np.require(image, requirements="CA").reshape(-1)
    team.share(_fill, grid[0], tiles, flat, taken.reshape(-1), scale)
    return tiles


@compiled
def _fill(begin, end, tiles, image, mask, scale):
    """Copy the layers `begin` … `end` of tiles; an empty `mask` takes every voxel."""
    grid, shape = tiles.grid, tiles.shape
    for i in range(begin * TILE_I, min(end * TILE_I, shape[0])):
        for j in range(shape[1]):
            source = (i * shape[1] + j) * shape[2]
            row = i // TILE_I * grid[1] + j // TILE_J
            to = row * grid[2] * TILE_VOXELS + i % TILE_I * PLANE + j % TILE_J * TILE_K
            for k in range(0, shape[2], TILE_K):
                n = min(TILE_K, shape[2] - k)
                _take(tiles, to, n, mask, source + k)
                for c in range(tiles.lowest.shape[1]):
                    _copy(tiles, to, n, c, image, source + k, scale)
                to += TILE_VOXELS
    for tile in range(begin * grid[1] * grid[2], end * grid[1] * grid[2]):
        _describe(tiles, tile)


@compiled
def _take(tiles, to, n, mask, source):
    """Let the voxels of a row take part that are in the mask."""
    for x in range(np.uint64(n)):
        if mask.size == 0 or mask[np.uint64(source) + x]:
            tiles.clusters[np.uint64(to) + x] = NOBODY


@compiled
def _copy(tiles, to, n, c, image, source, scale):
    """Copy the values of channel `c` of a row; what takes no part is 0."""
    channels, plane = tiles.lowest.shape[1], np.uint64(c * tiles.clusters.size + to)
    low, span, factor = scale.low, scale.span, scale.factor
    for x in range(np.uint64(n)):
        value = image[np.uint64(source * channels + c) + x * np.uint64(channels)]
        value = (value - low) / span * factor
        takes_part = tiles.clusters[np.uint64(to) + x] == NOBODY
        tiles.values[plane + x] = value if takes_part else 0


@compiled(fastmath={"nnan", "nsz"})  # none of the values is NaN, and minus zero is zero
def _describe(tiles, tile):
    """Note how many voxels of a tile take part, and the range of their values."""
    first = np.uint64(tile * TILE_VOXELS)
    inside = 0
    for x in range(np.uint64(TILE_VOXELS)):
        inside += tiles.clusters[first + x] == NOBODY
    tiles.inside[tile] = inside
    for c in range(tiles.lowest.shape[1]):
        plane, low, high = c * tiles.clusters.size, tiles.lowest[tile, c], tiles.highest[tile, c]
        for x in range(np.uint64(TILE_VOXELS)):
            if tiles.clusters[first + x] == NOBODY:
                low = min(low, tiles.values[np.uint64(plane) + first + x])
                high = max(high, tiles.values[np.uint64(plane) + first + x])
        tiles.lowest[tile, c], tiles.highest[tile, c] = low, high


def join_tiles(tiles: Tiles, first: int) -> np.ndarray:
    """Return the clusters as a volume of labels.

    Parameters
    ----------
    tiles : Tiles
        Whose `clusters` are asked for.
    first : int
        Label of cluster 0.

    Returns
    -------
    labels : (I, J, K) ndarray of int32
        ``first - 1`` where there is no cluster.
    """
    labels = np.empty(tiles.shape, np.int32)
    _unmake_tiles(labels.reshape(-1), tiles, np.int32(first))
    return labels


@compiled
def _unmake_tiles(labels, tiles, first):
    grid, shape = tiles.grid, tiles.shape
    for i in range(shape[0]):
        for j in range(shape[1]):
            to = (i * shape[1] + j) * shape[2]
            row = i // TILE_I * grid[1] + j // TILE_J
            source = row * grid[2] * TILE_VOXELS + i % TILE_I * PLANE + j % TILE_J * TILE_K
            for k in range(0, shape[2], TILE_K):
                for x in range(np.uint64(min(TILE_K, shape[2] - k))):
                    cluster = tiles.clusters[np.uint64(source) + x]
                    labels[np.uint64(to + k) + x] = max(cluster, NOBODY) + first
                source += TILE_VOXELS
