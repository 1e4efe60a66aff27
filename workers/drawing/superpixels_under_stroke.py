"""The superpixels under a stroke, and where they lie, from ids on disk."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np

from workers.drawing.stroke_path import ids_under
from workers.runtime.box import Box
from workers.storage.recent_chunks import pieces

MOST_VOXELS = 2**27
"""In the boxes of all superpixels under one stroke."""

_SIDE = 128
"""Edge of the largest box that a superpixel is told in: its mask has 2 MB."""


class Chunks(Protocol):
    """Ids on disk, of which overlapping boxes are read fast, as `RecentChunks` does.

    Attributes
    ----------
    array
        Of the ids (I, J, K): with their ``shape``, ``dtype``, and the ``chunks`` they lie in.
    """

    array: Any

    def read(self, box: Box) -> np.ndarray:
        """Return a copy of the ids in `box`."""


class Touched(NamedTuple):
    """Superpixels, each in boxes of which no two share a voxel of it.

    Attributes
    ----------
    ids : (k,) ndarray of int
        Each once, ascending.
    owners : (p,) ndarray of int
        Of each box, the superpixel; each has one box or more.
    boxes : (p, 6) ndarray of int32
        ``i0, i1, j0, j1, k0, k1``, the ends half open.
    bits : (b,) ndarray of uint8
        `numpy.packbits` of which voxels of each box are in the superpixel, one box after another.
    """

    ids: np.ndarray
    owners: np.ndarray
    boxes: np.ndarray
    bits: np.ndarray

    def pieces(self, n: int) -> Iterator[tuple[Box, np.ndarray]]:
        """Yield the boxes of superpixel `n` as slices, and which of their voxels are in it."""
        shapes = self.boxes[:, 1::2] - self.boxes[:, ::2]
        sizes = (shapes.prod(axis=1, dtype=np.int64) + 7) // 8
        starts = np.cumsum(sizes) - sizes
        for at in np.flatnonzero(self.owners == n).tolist():
            bits = self.bits[starts[at] : starts[at] + sizes[at]]
            mask = np.unpackbits(bits, count=int(shapes[at].prod())).view(bool)
            i0, i1, j0, j1, k0, k1 = self.boxes[at].tolist()
            yield (slice(i0, i1), slice(j0, j1), slice(k0, k1)), mask.reshape(shapes[at])


def in_masks(
    read: Callable[[Box], np.ndarray], masks: list[tuple[Box, np.ndarray]], dtype: np.dtype
) -> np.ndarray:
    """Return the ids other than 0 in masked boxes, each once, ascending; `read` gives a box."""
    found = [np.unique(read(box)[mask]) for box, mask in masks]
    ids = np.unique(np.concatenate([np.empty(0, dtype), *found]))
    return ids[ids != 0]


def locate(
    chunks: Chunks, under: np.ndarray, boxes: np.ndarray, most_voxels: int = MOST_VOXELS
) -> Touched:
    """Return superpixels with all of their voxels; only the chunks in their boxes are read.

    Parameters
    ----------
    chunks : Chunks
        Of the ids (I, J, K).
    under : (k,) ndarray of int
        The ids of the superpixels, each once, ascending.
    boxes : (k, 6) ndarray of int
        Theirs, as `workers.runtime.boxes.boxes` returns them.
    most_voxels : int, optional
        How many the boxes may hold together.

    Raises
    ------
    ValueError
        With a sentence, if they hold more.
    OSError
        If a file cannot be read.
    """
    boxes = boxes.astype(np.int32)
    voxels = int(np.prod(boxes[:, 1::2] - boxes[:, ::2], axis=1, dtype=np.int64).sum())
    if voxels > most_voxels:
        raise ValueError(
            f"The superpixels under this stroke fill boxes of {voxels:,} voxels; at most "
            f"{most_voxels:,} are taken at once: draw a shorter line, or make smaller ones by "
            "Partition."
        )
    found = [
        (n, part, np.packbits(mask))
        for n, box in zip(under.tolist(), boxes.tolist(), strict=True)
        for part, mask in masks(chunks, n, box)
    ]
    return Touched(
        under,
        np.array([n for n, _, _ in found], np.int64),
        np.array([box for _, box, _ in found], np.int32).reshape(-1, 6),
        np.concatenate([np.empty(0, np.uint8), *(bits for _, _, bits in found)]),
    )


def on_line(chunks: Chunks, axis: int, index: int, points: np.ndarray) -> np.ndarray:
    """Return the ids on a line, ascending, from the chunks that it passes.

    `axis`, `index` and `points` as of `workers.drawing.stroke_path.ids_under`.
    """
    shape, sides = (np.delete(each, axis) for each in (chunks.array.shape, chunks.array.chunks))
    if not len(points) or not 0 <= index < chunks.array.shape[axis]:
        return np.empty(0, chunks.array.dtype)
    around = tuple(map(_around, points.T, shape, sides))
    begins = [each.start for each in around]
    ids = np.zeros([each.stop - each.start for each in around], chunks.array.dtype)
    for tile in _tiles_along(ids.shape, sides, points - begins):
        box = [_move(part, begin) for part, begin in zip(tile, begins, strict=True)]
        box.insert(axis, slice(index, index + 1))
        ids[tile] = chunks.read(tuple(box)).squeeze(axis)
    return ids_under(ids[None], 0, 0, points - begins)


def _around(values: np.ndarray, size: int, side: int) -> slice:
    """Return the voxels of the chunks from the lowest to the highest of `values`."""
    low, high = (int(n) // side for n in np.clip([values.min(), values.max()], 0, size - 1))
    return slice(int(low * side), int(min((high + 1) * side, size)))


def _tiles_along(shape, sides, points):
    """Return the tiles of a slice that a line passes, as slices."""
    cut = (pieces(slice(0, size), side) for size, side in zip(shape, sides, strict=True))
    tiles = list(itertools.product(*([here for _, _, here in axis] for axis in cut)))
    numbers = np.zeros(shape, np.uint32)
    for n, tile in enumerate(tiles, 1):
        numbers[tile] = n
    return [tiles[n - 1] for n in ids_under(numbers[None], 0, 0, points)]


def masks(chunks: Chunks, n: int, box: list[int]) -> Iterator[tuple[list[int], np.ndarray]]:
    """Yield boxes (6,) of at most 128 voxels an edge, and which of their voxels are in `n`."""
    axes = [slice(*box[2 * axis : 2 * axis + 2]) for axis in range(3)]
    for part in itertools.product(*(_split_axis(axis) for axis in axes)):
        mask = chunks.read(part) == n
        if mask.any():
            yield [end for axis in part for end in (axis.start, axis.stop)], mask


def _split_axis(axis: slice) -> list[slice]:
    if axis.stop - axis.start <= _SIDE:
        return [axis]
    return [_move(here, axis.start) for _, _, here in pieces(axis, _SIDE)]


def _move(part: slice, by: int) -> slice:
    return slice(part.start + int(by), part.stop + int(by))
