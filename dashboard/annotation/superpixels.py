"""The partition of a volume that the brush paints with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np

from workers.runtime.box import Box
from workers.superpixels.division import Division, overlay


def corners(box: Box) -> tuple[int, ...]:
    """Return first and end of a box along i, j and k."""
    return tuple(n for axis in box for n in (axis.start, axis.stop))


class SuperpixelMasks(Protocol):
    """What knows which voxels a superpixel has."""

    def pieces(self, n: int) -> Iterable[tuple[Box, np.ndarray]]:
        """Yield boxes that hold superpixel `n`, and which of their voxels are in it.

        No voxel lies in two of the boxes.
        """


class Superpixels:
    """A partition of a volume into small regions of like intensity.

    Parameters
    ----------
    ids : (I, J, K) ndarray of unsigned int
        The superpixel of each voxel, numbered from 1; 0 is outside the foreground.
    boxes : (n, 6) ndarray of int
        ``i0, i1, j0, j1, k0, k1`` of the boxes around the superpixels 1 … n, the ends half open;
        zeros where no voxel has the number.
    """

    key = ""  # that of a partition on disk

    def __init__(self, ids: np.ndarray, boxes: np.ndarray) -> None:
        self.ids = ids
        self.ids.flags.writeable = False
        self.boxes = boxes
        self.boxes.flags.writeable = False
        self.count = int(np.count_nonzero(boxes[:, 1]))

    @property
    def largest(self) -> int:
        """The largest id that a voxel has, or may have had."""
        return len(self.boxes)

    def box(self, n: int) -> Box:
        """Return the smallest box around superpixel `n`, empty if no voxel has that number."""
        i0, i1, j0, j1, k0, k1 = self.boxes[n - 1].tolist()
        return slice(i0, i1), slice(j0, j1), slice(k0, k1)

    def ids_array(self) -> np.ndarray:
        """Return what gives the ids in a box of the volume as an ndarray, by ``array[box]``."""
        return self.ids

    def divide(self, made: tuple[Division, ...], boxes: np.ndarray) -> Superpixels:
        """Return these after divisions; `boxes` are those of all superpixels then."""
        ids = self._copy(len(boxes))
        overlay(ids, (0, 0, 0), made)
        return Superpixels(ids, boxes)

    def join(self, made: tuple[Division, ...], boxes: np.ndarray) -> Superpixels:
        """Return these as before their latest divisions; `boxes` are those of then."""
        ids = self._copy(self.largest)
        for division in reversed(made):
            ids[division.box][division.pieces > 0] = division.n
        return Superpixels(ids, boxes)

    def _copy(self, largest: int) -> np.ndarray:
        """Return a copy of the ids that has place for ids up to `largest`."""
        narrow = self.ids.dtype
        return self.ids.astype(narrow if largest <= np.iinfo(narrow).max else np.uint32)

    def pieces(self, n: int) -> Iterator[tuple[Box, np.ndarray]]:
        """Yield boxes that hold superpixel `n`, and which of their voxels are in it."""
        box = self.box(n)
        yield box, self.ids[box] == n
