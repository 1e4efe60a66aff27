"""Superpixels that were cut into finer ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from dashboard.model.superpixels import Box, Superpixels, corners


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
    pieces : ndarray of uint16, of the box's shape
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


class Split(NamedTuple):
    """Superpixels of the partition of a name, cut into finer ones."""

    partition: str
    divisions: tuple[Division, ...]


def divisions(superpixels: Superpixels, pieces: dict[int, np.ndarray]) -> tuple[Division, ...]:
    """Return what is done to superpixels that are cut into pieces, which get ids that are free.

    Those that stay in one piece are left out.
    """
    found, first = [], superpixels.largest + 1
    for n, each in pieces.items():
        if each.max() > 1:
            found.append(Division(n, first, superpixels.box(n), each))
            first = found[-1].end
    return tuple(found)


def divided(superpixels: Superpixels, made: Iterable[Division]) -> Superpixels:
    """Return superpixels after divisions, one after the other.

    Raises
    ------
    ValueError
        If they were not made on these.
    """
    made, largest = tuple(made), superpixels.largest
    for division in made:
        if max(division.n, division.first - 1) > largest:
            raise ValueError(f"Expected superpixels up to {largest:,}; got {division.first:,}.")
        largest = max(largest, division.end - 1)
    ids, boxes = _copied(superpixels, largest)
    for division in made:
        here, inside = ids[division.box], division.pieces > 0
        here[inside] = division.ids[division.pieces[inside] - 1]
        for piece, n in enumerate(division.ids.tolist(), start=1):
            boxes[n - 1] = _box_around(division.pieces == piece, division.box)
    return Superpixels(ids, boxes)


def joined(superpixels: Superpixels, made: Sequence[Division]) -> Superpixels:
    """Return superpixels as they were before divisions, of which the last is taken back first."""
    ids, boxes = _copied(superpixels, superpixels.largest)
    for division in reversed(made):
        ids[division.box][division.pieces > 0] = division.n
        boxes[division.first - 1 : division.end - 1] = 0
        boxes[division.n - 1] = corners(division.box)
    used = np.flatnonzero(boxes[:, 1])
    return Superpixels(ids, boxes[: used[-1] + 1])


def _copied(superpixels: Superpixels, largest: int) -> tuple[np.ndarray, np.ndarray]:
    """Return copies of ids and boxes that have place for ids up to `largest`."""
    narrow = superpixels.ids.dtype
    ids = superpixels.ids.astype(narrow if largest <= np.iinfo(narrow).max else np.uint32)
    boxes = np.zeros((largest, 6), superpixels.boxes.dtype)
    boxes[: superpixels.largest] = superpixels.boxes
    return ids, boxes


def _box_around(mask: np.ndarray, box: Box) -> list[int]:
    """Return the corners of the smallest box around the voxels of a mask in a box."""
    ends = []
    for along, where in zip(box, mask.nonzero(), strict=True):
        ends += [along.start + int(where.min()), along.start + int(where.max()) + 1]
    return ends
