"""A volume in chunks: their boxes, and what lies of them in another box."""

from __future__ import annotations

import itertools

Corners = tuple[int, int, int, int, int, int]
"""``i0, i1, j0, j1, k0, k1`` of a box, the ends half open."""


def boxes_of(shape: tuple[int, int, int], chunk: tuple[int, int, int]) -> list[Corners]:
    """Return the boxes of all chunks of a volume, in C order; the last ones may be smaller.

    Raises
    ------
    ValueError
        If a side of a chunk is below 1.
    """
    if min(chunk) < 1:
        raise ValueError(f"Expected chunks of 1 voxel or more along each axis; got {chunk}.")
    along = (
        [(start, min(start + side, size)) for start in range(0, size, side)]
        for size, side in zip(shape, chunk, strict=True)
    )
    return [(*i, *j, *k) for i, j, k in itertools.product(*along)]


def common(box: Corners, other: Corners) -> Corners:
    """Return what two boxes have in common; empty if nothing, with ends at its beginnings."""
    low = [max(a, b) for a, b in zip(box[::2], other[::2], strict=True)]
    high = [min(a, b) for a, b in zip(box[1::2], other[1::2], strict=True)]
    i, j, k = ((a, max(a, b)) for a, b in zip(low, high, strict=True))
    return (*i, *j, *k)


def grown(box: Corners, margins: tuple[int, int, int], within: Corners) -> Corners:
    """Return a box with margins on both sides along each axis, as far as they lie `within`."""
    wide = [
        end + sign * margin
        for (end, sign), margin in zip(
            zip(box, (-1, 1) * 3, strict=True), [m for m in margins for _ in range(2)], strict=True
        )
    ]
    return common(tuple(wide), within)


def is_empty(box: Corners) -> bool:
    """Tell whether no voxel lies in a box."""
    return any(a >= b for a, b in zip(box[::2], box[1::2], strict=True))


def slices(box: Corners, origin: tuple[int, int, int] = (0, 0, 0)) -> tuple[slice, slice, slice]:
    """Return a box as an index of an array whose first voxel is at `origin`."""
    i, j, k = (slice(a - at, b - at) for a, b, at in zip(box[::2], box[1::2], origin, strict=True))
    return i, j, k


def low_of(box: Corners) -> tuple[int, int, int]:
    """Return the first voxel of a box."""
    return box[0], box[2], box[4]


def shape_of(box: Corners) -> tuple[int, int, int]:
    """Return how many voxels a box has along each axis."""
    return box[1] - box[0], box[3] - box[2], box[5] - box[4]


def every(step: tuple[int, int, int], box: Corners, origin: tuple[int, int, int]) -> Corners:
    """Return where to begin and end in a box to meet each `step`-th voxel from `origin` on."""
    starts = (a + (at - a) % n for a, at, n in zip(box[::2], origin, step, strict=True))
    i, j, k = ((a, max(a, b)) for a, b in zip(starts, box[1::2], strict=True))
    return (*i, *j, *k)
