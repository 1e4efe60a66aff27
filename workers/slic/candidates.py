"""Which clusters can be nearest to a voxel of a tile: a handful of the 64 whose windows hold it.

The squared distance to a cluster less that to another is linear in i, j, k and the intensities. Its
least value in a box of voxels is therefore a sum of least values along each of them; where that is
above what rounding could turn around, the first of the two is nowhere the nearest one in the box.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from workers.runtime.compiled import compiled
from workers.runtime.vectors import apart, choose, each, larger, largest, load, lowest, put, width
from workers.slic.blocks import SIDES
from workers.slic.tiles import TILE_I, TILE_J, TILE_K

_SPARE = 64
_PER_TILE = 16  # room for so many candidates, at first
_ONE, _NONE = np.float32(1), np.float32(0)
_NO_VOXEL = np.int32(0)
_ROUNDINGS = 64 * 2.0**-24  # for each feature, of the largest square: what float32 loses here
_OVERFLOW = 1e36  # sums of such squares may leave float32
_SUBNORMAL = 1e-36  # differences so small that float32 has lost digits of them


class _List(NamedTuple):
    """Candidates for a box, and what is found out about them.

    Attributes
    ----------
    points : (4 + C, room) ndarray of float32
        Coordinates and intensities of the centres, in units of distance, from the corner of the
        block and the middle of its intensities; last the sum of their squares.
    windows : (6, room) ndarray of int32
        Empty for what follows the last one.
    clusters : (room,) ndarray of int32
    cost : (room,) ndarray of float32
        Squared distance to the middle of the box, less what is the same for all.
    limit : (room,) ndarray of float32
        Costs that are higher by the reach of the box have lost, however things are rounded.
    lost, whole : (room,) ndarray of float32
        1 where nearest nowhere in the box, and where the window holds the whole box; else 0.
    """

    points: np.ndarray
    windows: np.ndarray
    clusters: np.ndarray
    cost: np.ndarray
    limit: np.ndarray
    lost: np.ndarray
    whole: np.ndarray


@compiled
def by_tile(begin, end, lists, tiles, clusters, metric):
    """List the clusters that may be nearest somewhere in each tile.

    Parameters
    ----------
    begin, end : int
        Blocks to look at, in C order of their places.
    lists : Lists
    tiles : Tiles
        Their ranges of values are looked at, no voxel is.
    clusters : Clusters
    metric : Metric

    Returns
    -------
    listed : (m, 3) ndarray of int64
        A tile with voxels that take part, and where its candidates begin and end.
    candidates : ndarray of int32
        Clusters, ascending for each tile.
    """
    channels, grid = metric.channels, tiles.grid
    start, found, blocks = lists.start, lists.found, lists.blocks
    size = _longest(start, begin, end)
    given, kept = _room(3 + channels, size), _room(3 + channels, size)
    box = np.zeros((2, 3 + channels), np.float32)
    middle, unit = np.zeros(channels), _unit(metric)
    listed = np.empty(((end - begin) * SIDES[0] * SIDES[1] * SIDES[2], 3), np.int64)
    candidates = np.empty(len(listed) * _PER_TILE, np.int32)
    row, length = 0, 0
    for block in range(begin, end):
        first = (
            block // (blocks[1] * blocks[2]) * SIDES[0],
            block // blocks[2] % blocks[1] * SIDES[1],
            block % blocks[2] * SIDES[2],
        )
        last = (
            min(first[0] + SIDES[0], grid[0]),
            min(first[1] + SIDES[1], grid[1]),
            min(first[2] + SIDES[2], grid[2]),
        )
        if not _values_of_block(box, middle, tiles, first, last):
            continue
        corner, high = _bounds(tiles.shape, first, last)
        _span(box, corner, corner, high, unit)
        first_voxel = (
            corner[0] + tiles.origin[0], corner[1] + tiles.origin[1], corner[2] + tiles.origin[2],
        )  # fmt: skip
        n = _load(given, found, start[block], start[block + 1], clusters, first_voxel, middle, unit)
        n = _shorten(given, n, kept, box, corner, high, metric.noise)
        while length + n * SIDES[0] * SIDES[1] * SIDES[2] > candidates.size:
            candidates = _longer(candidates)
        for i in range(first[0], last[0]):
            for j in range(first[1], last[1]):
                for k in range(first[2], last[2]):
                    tile = (i * grid[1] + j) * grid[2] + k
                    if tiles.inside[tile]:
                        low, high = _bounds(tiles.shape, (i, j, k), (i + 1, j + 1, k + 1))
                        _span(box, corner, low, high, unit)
                        _values_of_tile(box, middle, tiles, tile)
                        listed[row, 0], listed[row, 1] = tile, length
                        length = _list_tile(kept, n, box, low, high, metric, candidates, length)
                        listed[row, 2] = length
                        row += 1
    return listed[:row], candidates


@compiled
def _list_tile(given, n, box, low, high, metric, candidates, length):
    """Append to the first `length` candidates those that may be nearest in a tile."""
    nearest = _compare(given, n, box, low, high, metric.noise)
    if nearest >= 0:
        _rule_out(given, n, box, nearest, nearest + 1)
        _rule_out(given, n, box, 0, n)
    for x in range(n):
        candidates[length] = given.clusters[x]
        length += given.lost[x] == _NONE  # else it is overwritten
    return length


@compiled
def _unit(metric):
    """Return how far a voxel is along each axis."""
    unit = np.empty(3)
    for axis in range(3):
        unit[axis] = math.sqrt(np.float64(metric.weight)) * np.float64(metric.spacing[axis])
    return unit


@compiled
def _longest(start, begin, end):
    longest = 1
    for block in range(begin, end):
        longest = max(longest, start[block + 1] - start[block])
    return longest


@compiled
def _longer(candidates):
    longer = np.empty(2 * candidates.size, np.int32)
    longer[: candidates.size] = candidates
    return longer


@compiled
def _room(features, n):
    n = (n // _SPARE + 2) * _SPARE  # lanes may reach over the last one
    return _List(
        np.empty((features + 1, n), np.float32),
        np.empty((6, n), np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.float32),
        np.empty(n, np.float32),
        np.empty(n, np.float32),
        np.empty(n, np.float32),
    )


@compiled
def _bounds(shape, first, last):
    """Return the first voxel of the tiles from `first` to `last`, and that after the last."""
    low = (first[0] * TILE_I, first[1] * TILE_J, first[2] * TILE_K)
    high = (
        min(last[0] * TILE_I, shape[0]),
        min(last[1] * TILE_J, shape[1]),
        min(last[2] * TILE_K, shape[2]),
    )
    return low, high


@compiled
def _span(box, corner, low, high, unit):
    """Write where the box from `low` to `high` lies, in units of distance from the corner."""
    for axis in range(3):
        box[0, axis] = (low[axis] - corner[axis]) * unit[axis]
        box[1, axis] = (high[axis] - 1 - corner[axis]) * unit[axis]


@compiled
def _values_of_block(box, middle, tiles, first, last):
    """Write the range of a block's values and its middle; return how many voxels take part."""
    inside = 0
    low, high = np.full(middle.size, np.inf), np.full(middle.size, -np.inf)
    for i in range(first[0], last[0]):
        for j in range(first[1], last[1]):
            for k in range(first[2], last[2]):
                tile = (i * tiles.grid[1] + j) * tiles.grid[2] + k
                inside += tiles.inside[tile]
                for c in range(middle.size):
                    low[c] = min(low[c], tiles.lowest[tile, c])
                    high[c] = max(high[c], tiles.highest[tile, c])
    for c in range(middle.size):
        middle[c] = 0.5 * (low[c] + high[c])
        box[0, 3 + c], box[1, 3 + c] = low[c] - middle[c], high[c] - middle[c]
    return inside


@compiled
def _values_of_tile(box, middle, tiles, tile):
    for c in range(middle.size):
        box[0, 3 + c] = tiles.lowest[tile, c] - middle[c]
        box[1, 3 + c] = tiles.highest[tile, c] - middle[c]


@compiled
def _load(given, found, first, last, clusters, corner, middle, unit):
    """Fill `given` with the clusters ``found[first:last]``; return how many there are."""
    channels = middle.size
    for x in range(last - first):
        cluster = found[first + x]
        given.clusters[x] = cluster
        square = 0.0
        for axis in range(3):
            place = (np.float64(clusters.centres[cluster, axis]) - corner[axis]) * unit[axis]
            given.points[axis, x] = place
            square += place * place
        for c in range(channels):
            value = np.float64(clusters.centres[cluster, 3 + c]) - middle[c]
            given.points[3 + c, x] = value
            square += value * value
        given.points[3 + channels, x] = square
        for side in range(6):
            given.windows[side, x] = clusters.windows[cluster, side]
    _end(given, last - first)
    return last - first


@compiled
def _end(given, n):
    """Let what follows the first `n` meet no box."""
    windows = given.windows
    ends = windows.shape[1] + n
    put(windows, ends, each(np.int32(0), load(windows, ends)))


@compiled
def _compare(given, n, box, low, high, noise):
    """Note costs, limits, and whose windows meet and hold the voxels `low` to `high`.

    Return the nearest of those that hold all of them; -1 if there is none.
    """
    windows, room = given.windows, given.windows.shape[1]
    one, none = each(_ONE, load(given.cost, 0)), each(_NONE, load(given.cost, 0))
    for x in range(0, n, width(given.cost)):
        misses, cuts = load(windows, x) < _NO_VOXEL, load(windows, x) < _NO_VOXEL
        for axis in range(3):
            first, last = np.int32(low[axis]), np.int32(high[axis])
            begin = load(windows, 2 * axis * room + x)
            end = load(windows, (2 * axis + 1) * room + x)
            misses = misses | (begin >= last) | (end <= first)
            cuts = cuts | (begin > first) | (end < last)
        put(given.lost, x, choose(misses, one, none))
        put(given.whole, x, choose(cuts, none, one))
    _weigh(given, n, box, noise)
    return _nearest(given, n)


@compiled
def _nearest(given, n):
    """Return the place of the lowest cost among those that hold the whole box; -1 for none."""
    cost = load(given.cost, 0)
    best, places = each(np.float32(np.inf), cost), each(np.float32(-1), cost)
    for x in range(0, n, width(given.cost)):
        cost = load(given.cost, x)
        better = (cost < best) & (load(given.whole, x) == _ONE)
        best = choose(better, cost, best)
        places = choose(better, each(np.float32(x), cost), places)
    least = lowest(best)
    begin = np.int64(largest(choose(best == least, places, each(np.float32(-1), best))))
    if begin >= 0:
        for x in range(begin, begin + width(given.cost)):
            if given.cost[x] == least and given.whole[x] == _ONE:
                return x
    return -1


@compiled
def _weigh(given, n, box, noise):
    """Note how far the candidates are from the middle of the box, and by how much others lose."""
    points, features, room = given.points, given.points.shape[0] - 1, given.points.shape[1]
    most, large, constant = load(given.cost, 0), _NONE, 0.0
    most = each(_NONE, most)
    for f in range(features):
        large = max(large, box[0, f] * box[0, f], box[1, f] * box[1, f])
        # Squared, the way to the farthest corner is at most twice that to the middle, and twice
        # that from there to the corner.
        constant += (0.5 * (box[0, f] + box[1, f])) ** 2 + (0.5 * (box[1, f] - box[0, f])) ** 2
    for x in range(0, n, width(given.cost)):
        cost = load(points, features * room + x)
        most = choose(load(given.lost, x) == _NONE, larger(cost, most), most)
        for f in range(features):
            cost = cost - load(points, f * room + x) * (box[0, f] + box[1, f])
        put(given.cost, x, cost)
    large = max(large, largest(most))
    least = _ROUNDINGS * features * large + _SUBNORMAL + 2 * noise * constant
    if not large < _OVERFLOW:
        least = np.inf  # then nobody loses
    fixed, share = np.float32(least), np.float32(2 * noise)
    for x in range(0, n, width(given.cost)):
        cost = load(given.cost, x)
        put(given.limit, x, (cost + fixed) + apart(cost, each(_NONE, cost)) * share)


@compiled
def _rule_out(given, n, box, begin, end):
    """Mark as lost what is farther in the whole box than one of those from `begin` to `end`.

    Of these, only what is left and may have the whole box rules others out.
    """
    points, room = given.points, given.points.shape[1]
    one, none = each(_ONE, load(given.cost, 0)), each(_NONE, load(given.cost, 0))
    for r in range(begin, end):
        if given.lost[r] == _ONE or given.whole[r] == _NONE:
            continue
        limit = given.limit[r]
        for x in range(0, n, width(given.cost)):
            reach = none
            for f in range(points.shape[0] - 1):
                away = apart(load(points, f * room + x), each(points[f, r], one))
                reach = reach + away * (box[1, f] - box[0, f])
            lost = load(given.lost, x)
            put(given.lost, x, choose(load(given.cost, x) - limit > reach, one, lost))


@compiled
def _keep(given, n, kept):
    """Copy what has not lost; return how many there are."""
    m = 0
    for x in range(n):
        for f in range(given.points.shape[0]):
            kept.points[f, m] = given.points[f, x]
        for side in range(6):
            kept.windows[side, m] = given.windows[side, x]
        kept.clusters[m] = given.clusters[x]
        kept.cost[m], kept.limit[m], kept.whole[m] = given.cost[x], given.limit[x], given.whole[x]
        is_left = given.lost[x] == _NONE
        kept.lost[m] = _NONE
        m += is_left  # else it is overwritten
    for x in range(m, m + width(kept.cost)):
        kept.lost[x] = _ONE
    _end(kept, m)
    return m


@compiled
def _shorten(given, n, kept, box, low, high, noise):
    """Write to `kept` the candidates that may be nearest somewhere in the box, ascending."""
    nearest = _compare(given, n, box, low, high, noise)
    if nearest >= 0:
        _rule_out(given, n, box, nearest, nearest + 1)
    m = _keep(given, n, kept)
    if nearest < 0:
        return m
    _rule_out(kept, m, box, 0, m)
    return _keep(kept, m, kept)
