"""Boxes of chunks, and what lies of them in other boxes."""

from __future__ import annotations

from workers.runtime.box import BoxBounds


def common(box: BoxBounds, other: BoxBounds) -> BoxBounds:
    """Return what two boxes have in common; empty if nothing, with ends at its beginnings."""
    low = [max(a, b) for a, b in zip(box[::2], other[::2], strict=True)]
    high = [min(a, b) for a, b in zip(box[1::2], other[1::2], strict=True)]
    i, j, k = ((a, max(a, b)) for a, b in zip(low, high, strict=True))
    return (*i, *j, *k)


def grow(box: BoxBounds, margins: tuple[int, int, int], within: BoxBounds) -> BoxBounds:
    """Return a box with margins on both sides along each axis, as far as they lie `within`."""
    wide = [
        end + sign * margin
        for (end, sign), margin in zip(
            zip(box, (-1, 1) * 3, strict=True), [m for m in margins for _ in range(2)], strict=True
        )
    ]
    return common(tuple(wide), within)


def is_empty(box: BoxBounds) -> bool:
    """Tell whether no voxel lies in a box."""
    return any(a >= b for a, b in zip(box[::2], box[1::2], strict=True))


def slices(box: BoxBounds, origin: tuple[int, int, int] = (0, 0, 0)) -> tuple[slice, slice, slice]:
    """Return a box as an index of an array whose first voxel is at `origin`."""
    i, j, k = (slice(a - at, b - at) for a, b, at in zip(box[::2], box[1::2], origin, strict=True))
    return i, j, k


def low_of(box: BoxBounds) -> tuple[int, int, int]:
    """Return the first voxel of a box."""
    return box[0], box[2], box[4]


def shape_of(box: BoxBounds) -> tuple[int, int, int]:
    """Return how many voxels a box has along each axis."""
    return box[1] - box[0], box[3] - box[2], box[5] - box[4]


def every(step: tuple[int, int, int], box: BoxBounds, origin: tuple[int, int, int]) -> BoxBounds:
    """Return where to begin and end in a box to meet each `step`-th voxel from `origin` on."""
    starts = (a + (at - a) % n for a, at, n in zip(box[::2], origin, step, strict=True))
    i, j, k = ((a, max(a, b)) for a, b in zip(starts, box[1::2], strict=True))
    return (*i, *j, *k)
