"""Boxes and sizes of superpixels, from those of their pieces in the chunks of a volume."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workers.runtime.compiled import compiled

_FAR = np.iinfo(np.int32).max


class Parts(NamedTuple):
    """What of the superpixels lies in one chunk.

    Attributes
    ----------
    numbers : (n,) ndarray of int32
        Which superpixels lie there, each once, ascending; not 0.
    boxes : (n, 6) ndarray of int32
        ``i0, i1, j0, j1, k0, k1`` in the whole volume, the ends half open.
    sizes : (n,) ndarray of int32
        In voxels.
    """

    numbers: np.ndarray
    boxes: np.ndarray
    sizes: np.ndarray


def parts(of: np.ndarray, boxes: np.ndarray, sizes: np.ndarray) -> Parts:
    """Put the pieces of a chunk together.

    Parameters
    ----------
    of : (P + 1,) ndarray of int32
        The superpixel of each piece; 0 for those that do not count, as piece 0.
    boxes : (P + 1, 6) ndarray of int32
        Of each piece.
    sizes : (P + 1,) ndarray of int32
        In voxels.
    """
    numbers, place = np.unique(of, return_inverse=True)
    around, total = _nothing(numbers.size), np.zeros(numbers.size, np.int32)
    _widen(place, boxes, sizes, around, total)
    there = numbers > 0
    return Parts(numbers[there].astype(np.int32), around[there], total[there])


def merge(found: Sequence[Parts], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Put the superpixels of all chunks together, in any order.

    Parameters
    ----------
    found : sequence of Parts
        Of each chunk.
    count : int
        How many superpixels there are.

    Returns
    -------
    boxes : (count, 6) ndarray of int32
        As `workers.runtime.boxes.boxes` finds them: zeros where no voxel has the number.
    sizes : (count,) ndarray of int64
    """
    around, total = _nothing(count), np.zeros(count, np.int64)
    for each in found:
        _widen(each.numbers - 1, each.boxes, each.sizes, around, total)
    around[total == 0] = 0
    return around, total


def _nothing(count):
    """Return boxes that hold no voxel: they begin where no volume ends."""
    return np.tile(np.array([_FAR, 0] * 3, np.int32), (count, 1))


@compiled
def _widen(places, boxes, sizes, around, total):
    for i in range(places.size):
        place = places[i]
        total[place] += sizes[i]
        for axis in range(0, 6, 2):
            around[place, axis] = min(around[place, axis], boxes[i, axis])
            around[place, axis + 1] = max(around[place, axis + 1], boxes[i, axis + 1])
