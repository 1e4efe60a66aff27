"""Runs, the longest stretches of one id along the last axis: listed, united, measured.

Volumes and masks are flat here, in C order; a mask of no bytes is none. A row has K voxels, a
slice J rows. ``begin`` and ``end`` are the part of the rows or voxels that a thread works on.
"""

from __future__ import annotations

import numpy as np

from workers.runtime.compiled import compiled

_OUTSIDE = np.int32(-1)


@compiled
def _inside(ids, mask, voxel):
    return ids[voxel] if mask.size == 0 or mask[voxel] else _OUTSIDE


@compiled
def count(begin, end, starts, ids, mask, K):
    """Count the runs of each row; return the lowest id inside, or 0.

    Indices are unsigned here: a signed one could count from the end, and asking would cost.
    """
    lowest, one = np.int32(0), np.uint64(1)
    for row in range(begin, end):
        runs = np.int32(1)
        last = np.uint64(row * K + K - 1)
        for voxel in range(np.uint64(row * K), last):
            here, there = _inside(ids, mask, voxel), _inside(ids, mask, voxel + one)
            runs += np.int32(here != there)
        starts[row + 1] = runs
    for voxel in range(np.uint64(begin * K), np.uint64(end * K)):
        if mask.size == 0 or mask[voxel]:
            lowest = min(lowest, ids[voxel])
    return lowest


@compiled
def list_runs(begin, end, runs, bounds, starts, ids, mask, K):
    """Write the run of each voxel, and the end of each run: again at each of its voxels."""
    one = np.uint64(1)
    for row in range(begin, end):
        run = starts[row]
        last = np.uint64(row * K + K - 1)
        for voxel in range(np.uint64(row * K), last):
            runs[voxel] = run
            bounds[run + 1] = voxel + one
            run += _inside(ids, mask, voxel) != _inside(ids, mask, voxel + one)
        runs[last] = run
        bounds[run + 1] = last + one


@compiled
def unite_slab(begin, end, seam, parent, runs, ids, mask, J, K):
    """Unite what touches among these rows; at a seam, with the rows before too."""
    met = np.empty(K, np.uint64)
    for row in range(begin, end):
        for other, beside in ((row - J, row >= J), (row - 1, row % J > 0)):
            if beside and (seam or other >= begin):
                _unite_rows(row, other, parent, runs, ids, mask, K, met)
    return begin


@compiled
def _unite_rows(row, other, parent, runs, ids, mask, K, met):
    """Unite runs of equal id in a row and in an earlier one beside it.

    Where two of them meet is listed first, without a branch that the processor would guess.
    """
    first, step = np.uint64(row * K), np.uint64((row - other) * K)
    here, there = _OUTSIDE, _OUTSIDE
    n = np.uint64(0)
    for voxel in range(first, np.uint64(row * K + K)):
        id_, across = _inside(ids, mask, voxel), _inside(ids, mask, voxel - step)
        met[n] = voxel
        new = (id_ != here) | (across != there)
        n += np.uint64((id_ == across) & (id_ != _OUTSIDE) & new)
        here, there = id_, across
    for i in range(n):
        _unite(parent, runs[met[i]], runs[met[i] - step])


@compiled
def _unite(parent, a, b):
    root_a, root_b = parent[a], parent[b]
    if root_a == root_b:
        return
    root_a, root_b = _root(parent, root_a), _root(parent, root_b)
    low, high = min(root_a, root_b), max(root_a, root_b)
    parent[high] = low
    parent[a] = low
    parent[b] = low


@compiled
def _root(parent, run):
    while parent[run] != run:
        parent[run] = parent[parent[run]]
        run = parent[run]
    return run


@compiled
def number(parent, bounds, mask):
    """Turn parents into pieces, in place: a parent has its number before its child."""
    count = 0
    for run in range(parent.size):
        if mask.size and not mask[bounds[run]]:
            parent[run] = 0
        elif parent[run] == run:
            count += 1
            parent[run] = count
        else:
            parent[run] = parent[parent[run]]
    return count


@compiled
def measure(piece, bounds, ids, id_of, sizes, first):
    """Write id, size and first voxel of each piece: backwards, so that the first comes last."""
    for run in range(piece.size - 1, -1, -1):
        number = piece[run]
        if number:
            id_of[number] = ids[bounds[run]]
            sizes[number] += bounds[run + 1] - bounds[run]
            first[number] = bounds[run]


@compiled
def spread_values(begin, end, volume, values):
    """Replace each number by its value."""
    for voxel in range(begin, end):
        volume[voxel] = values[volume[voxel]]
