"""Where the clusters move to: the means of their voxels, added up in scikit-image's order."""

from __future__ import annotations

import numpy as np

from workers.runtime.compiled import compiled
from workers.runtime.team import Team
from workers.runtime.vectors import fetch, load, put, width
from workers.slic.tiles import PLANE, TILE_I, TILE_J, TILE_K, TILE_VOXELS, Tiles


def move(centres: np.ndarray, tiles: Tiles, rows: np.ndarray, team: Team) -> None:
    """Write the mean place and intensity of each cluster's voxels to `centres`.

    As scikit-image does, intensities are added up in the type of `centres`, in C order of the
    voxels, and so are coordinates; but while their sum is below what that type counts exactly, no
    order and no rounding matter, and whole numbers do. A cluster without voxels becomes NaN.

    Parameters
    ----------
    centres : (n, 3 + C) ndarray of float32 or float64
    tiles : Tiles
    rows : (n, 2) ndarray of int32
        From and to (excluded) which i a cluster may have voxels.
    team : Team
        Each of its threads takes some of the clusters.
    """
    sums = np.zeros((len(centres), 4), np.int64)
    totals = np.zeros((len(centres), centres.shape[1] - 3), centres.dtype)
    team.share(_add_up, len(centres), totals, sums, tiles, rows, parts_each=1)
    with np.errstate(invalid="ignore"):
        centres[:] = np.hstack([_places(centres, sums, tiles, rows, team), totals])
        centres /= sums[:, 3:].astype(centres.dtype)


def _places(centres, sums, tiles, rows, team):
    """Return the sums of coordinates as scikit-image would have them."""
    places = sums[:, :3].astype(centres.dtype)
    beyond = (sums[:, :3] >= 2 ** np.finfo(centres.dtype).nmant).any(1)
    if beyond.any():
        places[beyond] = 0
        team.share(_add_places, len(places), places, beyond, tiles, rows, parts_each=1)
    return places


@compiled
def _rows(rows, begin, end):
    low, high = rows[begin, 0], rows[begin, 1]
    for n in range(begin, end):
        if rows[n, 0] < rows[n, 1]:
            low, high = min(low, rows[n, 0]), max(high, rows[n, 1])
    return low, high


@compiled
def _buffers(tiles):
    """Return room for the clusters and values of as many rows as a tile is wide."""
    size = TILE_J * tiles.grid[2] * TILE_K
    return np.empty(size, np.int32), np.empty(size * tiles.lowest.shape[1], tiles.values.dtype)


@compiled
def _lay_out(clusters, values, tiles, i, across):
    """Copy the rows of one i that go through the tiles of one row of them, in C order."""
    grid, size = tiles.grid, tiles.grid[2] * TILE_K
    for tile in range(grid[2]):
        row = (i // TILE_I * grid[1] + across) * grid[2] + tile
        at = row * TILE_VOXELS + i % TILE_I * PLANE
        for j in range(TILE_J):
            source, to = at + j * TILE_K, j * size + tile * TILE_K
            fetch(tiles.clusters, source + grid[2] * TILE_VOXELS)
            put(clusters, to, load(tiles.clusters, source))
        for c in range(tiles.lowest.shape[1]):
            _copy(values, c * clusters.size + tile * TILE_K, size, tiles, at, c)


@compiled
def _copy(values, to, size, tiles, at, c):
    """Copy the values of channel `c`."""
    at += c * tiles.clusters.size
    for j in range(TILE_J):
        fetch(tiles.values, at + j * TILE_K + tiles.grid[2] * TILE_VOXELS)
        for k in range(0, TILE_K, width(values)):
            put(values, to + j * size + k, load(tiles.values, at + j * TILE_K + k))


@compiled
def _add_up(begin, end, totals, sums, tiles, rows):
    """Add up the clusters `begin` … `end`."""
    low, high = _rows(rows, begin, end)
    clusters, values = _buffers(tiles)
    for i in range(low, high):
        for across in range(tiles.grid[1]):
            _lay_out(clusters, values, tiles, i, across)
            for j in range(across * TILE_J, min((across + 1) * TILE_J, tiles.shape[1])):
                first = (j - across * TILE_J) * tiles.grid[2] * TILE_K
                _add_row(begin, end, totals, sums, clusters, values, first, tiles.shape[2], i, j)


@compiled
def _add_row(begin, end, totals, sums, clusters, values, first, size, i, j):
    """Add up a row, run by run of voxels with the same cluster."""
    first = np.uint64(first)
    at, stop = first, first + np.uint64(size)
    while at < stop:
        n, run = clusters[at], at
        if (n < begin) | (n >= end):
            while at < stop and clusters[at] == n:
                at += np.uint64(1)
            continue
        if totals.shape[1] == 1:
            total = totals[n, 0]
            while at < stop and clusters[at] == n:
                total += values[at]
                at += np.uint64(1)
            totals[n, 0] = total
        else:
            while at < stop and clusters[at] == n:
                at += np.uint64(1)
            _add_channels(totals, n, values, clusters.size, run, at)
        k, length = np.int64(run - first), np.int64(at - run)
        sums[n, 0] += length * i
        sums[n, 1] += length * j
        sums[n, 2] += length * (2 * k + length - 1) // 2
        sums[n, 3] += length


@compiled
def _add_channels(totals, n, values, size, begin, end):
    for c in range(totals.shape[1]):
        shift = np.uint64(c * size)
        for x in range(begin, end):
            totals[n, c] += values[shift + x]


@compiled
def _add_places(begin, end, places, wanted, tiles, rows):
    """Add up the coordinates of the `wanted` clusters voxel by voxel, with each one's rounding."""
    low, high = _rows(rows, begin, end)
    clusters, values = _buffers(tiles)
    for i in range(low, high):
        for across in range(tiles.grid[1]):
            _lay_out(clusters, values, tiles, i, across)
            for j in range(across * TILE_J, min((across + 1) * TILE_J, tiles.shape[1])):
                first = (j - across * TILE_J) * tiles.grid[2] * TILE_K
                for k in range(tiles.shape[2]):
                    n = clusters[first + k]
                    if begin <= n < end and wanted[n]:
                        places[n, 0] += i
                        places[n, 1] += j
                        places[n, 2] += k
