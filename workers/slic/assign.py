"""Each voxel to its nearest cluster, in the bits of scikit-image.

Distances are measured in scikit-image's order of operations and compared in its order of clusters,
so that every rounding and every tie comes out as there; only what cannot be nearest is left out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workers.runtime.compiled import compiled
from workers.runtime.vectors import (
    choose,
    counted,
    each,
    load,
    load_like,
    number,
    put,
    total,
    total_wide,
    whole,
    width,
)
from workers.slic.sums import FRACTIONS
from workers.slic.tiles import NOBODY, OUTSIDE, TILE_I, TILE_J, TILE_K, TILE_VOXELS

_ROWS = TILE_I * TILE_J
_SPARE = 64  # lanes may reach so far over the end of an axis
_NOBODY, _OUTSIDE, _ALL = np.int32(NOBODY), np.int32(OUTSIDE), np.int32(2**31 - 1)


class _Near(NamedTuple):
    """The candidates of a tile, by their place in its list.

    Attributes
    ----------
    along_k : (n · TILE_K,) ndarray of float
        Squared lengths to the voxels of a row; infinite outside the window.
    across : (n · rows,) ndarray of float
        Squared lengths along i and j to the rows of the tile, added up.
    along_i : (TILE_I,) ndarray of float
        Those along i of the last one.
    values : (n · C,) ndarray of float
        Intensities of the centres.
    names : (n,) ndarray of float
        Which clusters they are.
    """

    along_k: np.ndarray
    across: np.ndarray
    along_i: np.ndarray
    values: np.ndarray
    names: np.ndarray


@compiled
def assign(listed, candidates, tiles, clusters, metric, keeps, sums):
    """Give the voxels of the listed tiles their nearest clusters, and add them to their sums.

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
    sums : (n, 4 + C) ndarray of int64
        As `slic_sums.Sums` has them; without rows, if nothing is to be added up.

    Returns
    -------
    missed : int
        How many voxels that take part lie in no window.
    """
    grid, missed, kept = tiles.grid, 0, _ALL if keeps else _NOBODY
    near = _room(_most(listed), metric.channels, clusters.centres)
    steps = np.empty(TILE_VOXELS, np.int32)
    for t in range(len(listed)):
        tile, first, n = listed[t, 0], listed[t, 1], listed[t, 2] - listed[t, 1]
        i, j, k = tile // (grid[1] * grid[2]), tile // grid[2] % grid[1], tile % grid[2]
        low = (i * TILE_I, j * TILE_J, k * TILE_K)
        for x in range(n):
            _describe(near, x, candidates[first + x], low, tiles.origin, clusters, metric)
        at = tile * TILE_VOXELS
        if metric.channels == 1:
            missed += _assign_one(near, n, tiles, at, metric.weight, kept)
        else:
            missed += _assign_more(near, n, tiles, at, metric, kept)
        if len(sums):
            place = (low[0] + tiles.origin[0], low[1] + tiles.origin[1], low[2] + tiles.origin[2])
            _add_places(sums, candidates, first, n, tiles.clusters, at, place)
            for c in range(metric.channels):
                _fix(steps, tiles.values, c * tiles.clusters.size + at)
                _add_values(sums, 4 + c, candidates, first, n, tiles.clusters, at, steps)
    return missed


@compiled
def _most(listed):
    most = 1
    for t in range(len(listed)):
        most = max(most, listed[t, 2] - listed[t, 1])
    return most


@compiled
def _room(n, channels, like):
    return _Near(
        np.empty(n * TILE_K + _SPARE, like.dtype),
        np.empty(n * _ROWS + _SPARE, like.dtype),
        np.empty(TILE_I + _SPARE, like.dtype),
        np.empty(n * channels, like.dtype),
        np.empty(n, like.dtype),
    )


@compiled
def _describe(near, x, n, low, origin, clusters, metric):
    """Write down what is known of cluster `n`, and how far it is from a tile along each axis."""
    near.names[x] = metric.numbers[n]
    for c in range(metric.channels):
        near.values[x * metric.channels + c] = clusters.centres[n, 3 + c]
    step = width(metric.numbers)
    for i in range(0, TILE_I, step):
        put(near.along_i, i, _along(0, low[0] + i, n, origin, clusters, metric))
    for k in range(0, TILE_K, step):
        put(near.along_k, x * TILE_K + k, _along(2, low[2] + k, n, origin, clusters, metric))
    for j in range(0, TILE_J, step):
        squares = _along(1, low[1] + j, n, origin, clusters, metric)
        for i in range(TILE_I):  # what lanes write beyond a row is overwritten by the next
            put(near.across, x * _ROWS + i * TILE_J + j, squares + near.along_i[i])


@compiled
def _along(axis, at, n, origin, clusters, metric):
    """Return squared lengths to cluster `n` along an axis; infinite outside its window."""
    numbers, zero = metric.numbers, origin[axis]
    places = load(numbers, zero + at)
    length = (places - clusters.centres[n, axis]) * metric.spacing[axis]
    first = numbers[zero + clusters.windows[n, 2 * axis]]
    last = numbers[zero + clusters.windows[n, 2 * axis + 1]]
    inside = (places >= first) & (places < last)
    return choose(inside, length * length, each(np.float32(np.inf), length))


@compiled
def _assign_one(near, n, tiles, first, weight, kept):
    """Assign the voxels of a tile of one channel; return how many take part and were missed."""
    step = width(near.names)
    missed = _none_missed(tiles, near, first)
    for line in range(_ROWS):
        row = first + line * TILE_K
        for k in range(0, TILE_K, step):
            values = load(tiles.values, row + k)
            before = load_like(tiles.clusters, row + k, values)
            least, name = _begin(before, values)
            for x in range(n):
                along = load(near.along_k, x * TILE_K + k)
                distance = (along + number(near.across, x * _ROWS + line)) * weight
                difference = values - number(near.values, x)
                distance = distance + difference * difference
                nearer = distance < least
                least = choose(nearer, distance, least)
                name = choose(nearer, each(number(near.names, x), name), name)
            missed = missed + _store(tiles.clusters, row + k, before, whole(name), kept)
    return total(missed)


@compiled
def _assign_more(near, n, tiles, first, metric, kept):
    """Assign the voxels of a tile of any number of channels, as `_assign_one`."""
    step, channels, weight = width(near.names), metric.channels, metric.weight
    missed = _none_missed(tiles, near, first)
    for line in range(_ROWS):
        row = first + line * TILE_K
        for k in range(0, TILE_K, step):
            before = load_like(tiles.clusters, row + k, load(near.along_k, 0))
            least, name = _begin(before, load(near.along_k, 0))
            for x in range(n):
                along = load(near.along_k, x * TILE_K + k)
                distance = (along + number(near.across, x * _ROWS + line)) * weight
                squares = each(near.names.dtype.type(0), distance)
                for c in range(channels):
                    values = load(tiles.values, c * tiles.clusters.size + row + k)
                    difference = values - number(near.values, x * channels + c)
                    squares = squares + difference * difference
                distance = distance + squares
                nearer = distance < least
                least = choose(nearer, distance, least)
                name = choose(nearer, each(number(near.names, x), name), name)
            missed = missed + _store(tiles.clusters, row + k, before, whole(name), kept)
    return total(missed)


@compiled
def _none_missed(tiles, near, first):
    return each(np.int32(0), load_like(tiles.clusters, first, load(near.along_k, 0)))


@compiled
def _begin(before, like):
    """Return a distance that is nearer than any where a voxel takes no part, and no name."""
    far, near = each(np.float32(np.inf), like), each(np.float32(-np.inf), like)
    return choose(before == _OUTSIDE, near, far), each(np.float32(NOBODY), like)


@compiled
def _store(clusters, at, before, names, kept):
    """Give voxels their clusters; return 1 where one takes part and was reached by none."""
    unnamed = names == _NOBODY
    stays = choose(before < kept, before, each(kept, before))
    put(clusters, at, choose(unnamed, stays, names))
    one, zero = each(np.int32(1), before), each(np.int32(0), before)
    return choose(unnamed & (before > _OUTSIDE), one, zero)


@compiled
def _add_places(sums, candidates, first, n, clusters, at, place):
    """Add the number of voxels that each candidate has in a tile, and where they are."""
    zero = each(np.int32(0), load(clusters, at))
    one = each(np.int32(1), zero)
    for x in range(first, first + n):
        cluster = candidates[x]
        voxels, below_i, below_j, row = zero, zero, zero, at
        for _ in range(TILE_I):
            some = zero
            for _ in range(TILE_J):
                some = some + choose(load(clusters, row) == cluster, one, zero)
                below_j = below_j + some  # so the first row counts TILE_J times, the last once
                row += TILE_K
            voxels = voxels + some
            below_i = below_i + voxels
        size = np.int64(total(voxels))
        if size:
            sums[cluster, 0] += size
            sums[cluster, 1] += size * (place[0] + TILE_I) - total(below_i)
            sums[cluster, 2] += size * (place[1] + TILE_J) - total(below_j)
            sums[cluster, 3] += size * place[2] + total(voxels * counted(voxels))


@compiled
def _fix(steps, values, at):
    """Write the values of a tile as whole numbers of steps."""
    for x in range(0, TILE_VOXELS, width(values)):
        put(steps, x, whole(load(values, at + x) * values.dtype.type(FRACTIONS)))


@compiled
def _add_values(sums, column, candidates, first, n, clusters, at, steps):
    """Add the values in a tile to the sums of the candidates; 64 of 256 fit into 32 bits."""
    zero = each(np.int32(0), load(clusters, at))
    for x in range(first, first + n):
        cluster, added = candidates[x], zero
        for line in range(0, TILE_VOXELS, TILE_K):
            here = load(clusters, at + line) == cluster
            added = added + choose(here, load(steps, line), zero)
        sums[cluster, column] += total_wide(added)
