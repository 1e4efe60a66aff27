"""Each voxel to its nearest cluster, in the bits of scikit-image.

Distances are measured in scikit-image's order of operations and compared in its order of clusters,
so that every rounding and every tie comes out as there; only what cannot be nearest is left out.
"""

from __future__ import annotations

import numpy as np

from workers.compiled import compiled
from workers.tiles import NOBODY, OUTSIDE, PLANE, TILE_I, TILE_J, TILE_K, TILE_VOXELS

# Where things lie in the buffer of a tile. One flat array with offsets that are known when it is
# compiled: so the compiler sees that nothing overlaps, and takes 16 voxels at a time.
_CLUSTER = TILE_VOXELS  # after the least distances
_ALONG_J = 2 * TILE_VOXELS  # squared lengths, for each voxel of a plane of the tile
_ALONG_K = _ALONG_J + PLANE
_STEP_J = _ALONG_K + PLANE
_STEP_K = _STEP_J + PLANE
_SUM = _STEP_K + PLANE
_ALONG_I = _SUM + PLANE
_STEP_I = _ALONG_I + TILE_I
_VALUES = _STEP_I + TILE_I
_ALIGNED = 64  # bytes
_U1, _U2, _U3, _U4, _U5, _U6, _U7, _U8 = (np.uint64(n) for n in range(1, 9))


@compiled
def assign(listed, candidates, tiles, clusters, metric, keeps):
    """Give the voxels of the listed tiles their nearest clusters.

    Of those at equal distance the lowest is taken.

    Parameters
    ----------
    listed, candidates
        As `by_tile` returns them.
    tiles : Tiles
        Whose `clusters` are written.
    clusters : Clusters
    metric : Metric
    keeps : bool
        Whether a voxel in no window keeps what it had; else it is nobody's.

    Returns
    -------
    missed : int
        How many voxels that take part lie in no window.
    """
    centres, channels = clusters.centres, metric.channels
    buffer = _aligned(_VALUES + channels * TILE_VOXELS, centres)
    names = np.empty(TILE_VOXELS, np.int32)
    _count(buffer)
    grid, missed = tiles.grid, 0
    for t in range(len(listed)):
        tile = listed[t, 0]
        i, j, k = tile // (grid[1] * grid[2]), tile // grid[2] % grid[1], tile % grid[2]
        low = (i * TILE_I, j * TILE_J, k * TILE_K)
        corner = (low[0] * grid[1] * TILE_J + low[1]) * grid[2] * TILE_K + low[2]
        _fetch(buffer, tiles, tile, corner, channels)
        for x in range(listed[t, 1], listed[t, 2]):
            n = candidates[x]
            _lengths(buffer, n, low, tiles.origin, clusters, metric)
            if channels == 1:
                _measure(buffer, metric.weight, centres[n, 3], metric.numbers[n])
            else:
                _measure_channels(buffer, metric.weight, centres, n, channels, metric.numbers[n])
        missed += _store(buffer, names, tiles, tile, corner, keeps)
    return missed


@compiled
def _aligned(length, like):
    """Return an array that begins where a vector register likes it to."""
    raw = np.empty(length + _ALIGNED, like.dtype)
    skip = (_ALIGNED - raw.ctypes.data % _ALIGNED) % _ALIGNED // raw.itemsize
    return raw[skip : skip + length]


@compiled
def _copy_row(source, at, target, to):
    """Copy a row of a tile, eight numbers at a time.

    All are read before the first is written: the compiler, which cannot know that the arrays do not
    overlap, then takes them at once.
    """
    for _ in range(TILE_K // 8):
        n0, n1, n2, n3 = source[at], source[at + _U1], source[at + _U2], source[at + _U3]
        n4, n5, n6, n7 = source[at + _U4], source[at + _U5], source[at + _U6], source[at + _U7]
        target[to], target[to + _U1], target[to + _U2], target[to + _U3] = n0, n1, n2, n3
        target[to + _U4], target[to + _U5], target[to + _U6], target[to + _U7] = n4, n5, n6, n7
        at += _U8
        to += _U8


@compiled
def _fetch(buffer, tiles, tile, corner, channels):
    """Copy a tile, and let what takes no part be nearer to nobody than any cluster can be."""
    row, layer = tiles.grid[2] * TILE_K, tiles.grid[1] * TILE_J * tiles.grid[2] * TILE_K
    for x in range(TILE_VOXELS):
        buffer[x] = np.inf
        buffer[_CLUSTER + x] = NOBODY
    for line in range(TILE_I * TILE_J):
        at = corner + line // TILE_J * layer + line % TILE_J * row
        for c in range(channels):
            to = _VALUES + c * TILE_VOXELS + line * TILE_K
            _copy_row(tiles.values, np.uint64(at + c * tiles.clusters.size), buffer, np.uint64(to))
        if tiles.inside[tile] < TILE_VOXELS:
            source, to = np.uint64(at), np.uint64(line * TILE_K)
            for k in range(np.uint64(TILE_K)):
                buffer[to + k] = -np.inf if tiles.clusters[source + k] == OUTSIDE else np.inf


@compiled
def _count(buffer):
    """Write how far each voxel of a tile is from its first, along each axis."""
    for i in range(TILE_I):
        buffer[_STEP_I + i] = i
    for x in range(PLANE):
        buffer[_STEP_J + x] = x // TILE_K
        buffer[_STEP_K + x] = x % TILE_K


@compiled
def _lengths(buffer, n, low, origin, clusters, metric):
    """Write the squared lengths to cluster `n` along each axis; infinite outside its window."""
    _along(buffer, 0, _STEP_I, _ALONG_I, TILE_I, n, low, origin, clusters, metric)
    _along(buffer, 1, _STEP_J, _ALONG_J, PLANE, n, low, origin, clusters, metric)
    _along(buffer, 2, _STEP_K, _ALONG_K, PLANE, n, low, origin, clusters, metric)


@compiled(inline="always")
def _along(buffer, axis, steps, squares, size, n, low, origin, clusters, metric):
    numbers, windows, zero = metric.numbers, clusters.windows, origin[axis]
    edge, place, begin = metric.spacing[axis], clusters.centres[n, axis], numbers[zero + low[axis]]
    first, last = numbers[zero + windows[n, 2 * axis]], numbers[zero + windows[n, 2 * axis + 1]]
    for x in range(size):
        at = begin + buffer[steps + x]
        length = edge * (place - at)
        buffer[squares + x] = length * length if (at >= first) & (at < last) else np.inf


@compiled
def _measure(buffer, weight, value, name):
    """Measure one cluster at all voxels of a tile of one channel."""
    for i in range(TILE_I):
        square = buffer[_ALONG_I + i]
        for x in range(PLANE):
            distance = ((square + buffer[_ALONG_J + x]) + buffer[_ALONG_K + x]) * weight
            difference = buffer[_VALUES + i * PLANE + x] - value
            distance = distance + difference * difference
            least, cluster = buffer[i * PLANE + x], buffer[_CLUSTER + i * PLANE + x]
            nearer = distance < least
            buffer[i * PLANE + x] = distance if nearer else least
            buffer[_CLUSTER + i * PLANE + x] = name if nearer else cluster


@compiled
def _measure_channels(buffer, weight, centres, n, channels, name):
    """Measure one cluster at all voxels of a tile of any number of channels."""
    for i in range(TILE_I):
        square = buffer[_ALONG_I + i]
        for x in range(PLANE):
            buffer[_SUM + x] = 0
        for c in range(channels):
            value, values = centres[n, 3 + c], np.uint64(_VALUES + c * TILE_VOXELS + i * PLANE)
            for x in range(np.uint64(PLANE)):
                difference = buffer[values + x] - value
                buffer[np.uint64(_SUM) + x] += difference * difference
        for x in range(PLANE):
            distance = ((square + buffer[_ALONG_J + x]) + buffer[_ALONG_K + x]) * weight
            distance = distance + buffer[_SUM + x]
            least, cluster = buffer[i * PLANE + x], buffer[_CLUSTER + i * PLANE + x]
            nearer = distance < least
            buffer[i * PLANE + x] = distance if nearer else least
            buffer[_CLUSTER + i * PLANE + x] = name if nearer else cluster


@compiled
def _store(buffer, names, tiles, tile, corner, keeps):
    """Give the voxels their clusters; return how many that take part were reached by none."""
    row, layer = tiles.grid[2] * TILE_K, tiles.grid[1] * TILE_J * tiles.grid[2] * TILE_K
    unnamed = 0
    for x in range(TILE_VOXELS):
        names[x] = np.int32(buffer[_CLUSTER + x])
        unnamed += buffer[_CLUSTER + x] == NOBODY
    for line in range(TILE_I * TILE_J):
        at = np.uint64(corner + line // TILE_J * layer + line % TILE_J * row)
        place = np.uint64(line * TILE_K)
        if unnamed == 0:
            _copy_row(names, place, tiles.clusters, at)
            continue
        for k in range(np.uint64(TILE_K)):
            before, name = tiles.clusters[at + k], names[place + k]
            stays = (name == NOBODY) & (keeps | (before == OUTSIDE))
            tiles.clusters[at + k] = before if stays else name
    return unnamed - (TILE_VOXELS - tiles.inside[tile])
