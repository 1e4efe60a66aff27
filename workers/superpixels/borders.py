"""Where superpixels meet."""

from __future__ import annotations

import numpy as np

from workers.runtime.compiled import compiled
from workers.runtime.team import Team
from workers.runtime.unsigned import as_unsigned, is_turned


def borders(ids: np.ndarray, *, threads: int | None = None) -> np.ndarray:
    """Return which voxels have a neighbour across a face, inside the volume, of another id.

    Equals ``skimage.segmentation.find_boundaries(ids, connectivity=1, mode="thick")``: both sides
    of a border are on it, and 0 is an id like the others.

    Parameters
    ----------
    ids : (I, J, K) ndarray of int
        Any integers. An array in neither C nor Fortran order is copied.
    threads : int, optional
        How many share the work; by default `workers.runtime.team.usable`.

    Returns
    -------
    borders : (I, J, K) ndarray of bool
        In the memory order of `ids`.

    Raises
    ------
    ValueError
        If `ids` has not 3 axes or no integers, or `threads` is below 1.
    """
    ids = as_unsigned(ids)
    if is_turned(ids):
        return borders(ids.T, threads=threads).T
    found = np.empty(ids.shape, bool)
    with Team(threads) as team:
        if ids.size:
            team.share(_mark, ids.shape[0], ids, found)
    return found


def borders_of_slice(ids: np.ndarray, axis: int, index: int) -> np.ndarray:
    """Return which voxels of a slice have a neighbour in that slice, across a face, of another id.

    The slice is read where it lies, at about the cost of its voxels.

    Parameters
    ----------
    ids : (I, J, K) ndarray of int
        Any integers. An array in neither C nor Fortran order is copied whole.
    axis : int
        0, 1 or 2: the axis at which the slice is cut.
    index : int
        Where on that axis, from 0.

    Returns
    -------
    borders : 2D ndarray of bool
        Over the two other axes, in ascending order.

    Raises
    ------
    ValueError
        If `ids` has not 3 axes or no integers, or there is no such slice.
    """
    ids = as_unsigned(ids)
    if axis not in (0, 1, 2) or not 0 <= index < ids.shape[axis]:
        raise ValueError(f"ids of shape {ids.shape} have no slice {index} on axis {axis}.")
    first, second = (other for other in range(3) if other != axis)
    # An axis of one voxel may have any stride, also below 0.
    steps = [np.uint64(abs(stride) // ids.itemsize) for stride in ids.strides]
    found = np.empty((ids.shape[first], ids.shape[second]), bool)
    start = np.uint64(index) * steps[axis]
    if found.size:
        _mark_slice(ids.ravel("K"), start, steps[first], steps[second], found)
    return found


@compiled
def _mark(begin, end, ids, found):
    """Mark the slices ``begin … end``. Numbers that become indices are unsigned.

    One that might be negative would cost a test at each voxel.
    """
    I, J, K = ids.shape
    memory, marks = ids.reshape(-1), found.reshape(-1)
    row, plane, none = np.uint64(K), np.uint64(J * K), np.uint64(0)
    for i in range(begin, end):
        first, last = np.uint64(i) * plane, np.uint64(i + 1) * plane
        before, after = plane if i > 0 else none, plane if i < I - 1 else none
        below = row if J > 1 else none
        _mark_rows(memory, marks, first, first + row, none, below, before, after)
        if J > 1:
            _mark_rows(memory, marks, first + row, last - row, row, row, before, after)
            _mark_rows(memory, marks, last - row, last, row, none, before, after)
        _mark_ends(ids, found, i)


@compiled
def _mark_rows(memory, marks, begin, end, above, below, before, after):
    """Mark rows as if each went on in the next; their ends are marked anew after it.

    Rows one by one would leave the processor's wide registers half empty.
    """
    one = np.uint64(1)
    for here in range(begin + one, end - one):
        own = memory[here]
        marks[here] = (
            (memory[here - one] != own)
            | (memory[here + one] != own)
            | (memory[here - above] != own)
            | (memory[here + below] != own)
            | (memory[here - before] != own)
            | (memory[here + after] != own)
        )


@compiled
def _mark_ends(ids, found, i):
    I, J, K = ids.shape
    before, after = max(i - 1, 0), min(i + 1, I - 1)
    for j in range(J):
        above, below = max(j - 1, 0), min(j + 1, J - 1)
        for k, beside in ((0, min(1, K - 1)), (K - 1, max(K - 2, 0))):
            own = ids[i, j, k]
            found[i, j, k] = (
                (ids[i, j, beside] != own)
                | (ids[i, above, k] != own)
                | (ids[i, below, k] != own)
                | (ids[before, j, k] != own)
                | (ids[after, j, k] != own)
            )


@compiled
def _mark_slice(memory, start, down, right, found):
    rows, columns = np.uint64(found.shape[0]), np.uint64(found.shape[1])
    one, none = np.uint64(1), np.uint64(0)
    for r in range(rows):
        row = start + r * down
        above, below = down if r > none else none, down if r + one < rows else none
        for c in range(one, columns - one if columns > one else one):
            found[r, c] = _differs(memory, row + c * right, above, below, right, right)
        for c in (none, columns - one):
            before, after = right if c > none else none, right if c + one < columns else none
            found[r, c] = _differs(memory, row + c * right, above, below, before, after)


@compiled
def _differs(memory, here, above, below, before, after):
    own = memory[here]
    return (
        (memory[here - above] != own)
        | (memory[here + below] != own)
        | (memory[here - before] != own)
        | (memory[here + after] != own)
    )
