"""What a superpixel was cut into, and how that is written over ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from workers.runtime.box import Box


class Division(NamedTuple):
    """What one superpixel was cut into.

    Attributes
    ----------
    n : int
        Its id, which the first piece keeps.
    first : int
        The id of the second piece; those of the others follow.
    box : tuple of slice
        The box around it.
    pieces : ndarray of uint8 or uint16, of the box's shape
        Which piece each voxel is in, from 1; 0 outside the superpixel.
    """

    n: int
    first: int
    box: Box
    pieces: np.ndarray

    @property
    def end(self) -> int:
        """The id after the last piece's."""
        return self.first + int(self.pieces.max()) - 1

    @property
    def ids(self) -> np.ndarray:
        """The id of each piece, from the first on."""
        return np.concatenate(([self.n], np.arange(self.first, self.end)))


def overlay(ids: np.ndarray, low: Sequence[int], made: Iterable[Division]) -> None:
    """Write divisions over the ids of a box, one after the other.

    Parameters
    ----------
    ids : (I, J, K) ndarray of unsigned int
        As they were before; wide enough for the new ones.
    low : (3,) sequence of int
        The voxel of the volume at which they begin.
    made : iterable of Division
        In the order in which they were made.
    """
    end = [start + size for start, size in zip(low, ids.shape, strict=True)]
    for division in made:
        common = [
            slice(max(axis.start, start), min(axis.stop, stop))
            for axis, start, stop in zip(division.box, low, end, strict=True)
        ]
        if all(axis.start < axis.stop for axis in common):
            here = ids[_behind(common, low)]
            pieces = division.pieces[_behind(common, [axis.start for axis in division.box])]
            inside = pieces > 0
            own = pieces[inside].astype(ids.dtype)
            here[inside] = np.where(own == 1, division.n, division.first - 2 + own)


def _behind(box: Sequence[slice], low: Sequence[int]) -> Box:
    return tuple(slice(axis.start - n, axis.stop - n) for axis, n in zip(box, low, strict=True))
