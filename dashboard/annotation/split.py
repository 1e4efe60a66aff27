"""Superpixels that were cut into finer ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from dashboard.annotation.stored_superpixels import StoredSuperpixels
from dashboard.annotation.superpixels import Superpixels, corners
from workers.runtime.box import Box
from workers.superpixels.division import Division

AnySuperpixels = Superpixels | StoredSuperpixels


class Split(NamedTuple):
    """Superpixels of the partition of a name, cut into finer ones."""

    partition: str
    divisions: tuple[Division, ...]


def divisions(superpixels: AnySuperpixels, pieces: dict[int, np.ndarray]) -> tuple[Division, ...]:
    """Return what is done to superpixels that are cut into pieces, which get ids that are free.

    Those that stay in one piece are left out.
    """
    found, first = [], superpixels.largest + 1
    for n, each in pieces.items():
        if each.max() > 1:
            narrow = each.astype(np.min_scalar_type(each.max()), copy=False)
            found.append(Division(n, first, superpixels.box(n), narrow))
            first = found[-1].end
    return tuple(found)


def divided(superpixels: AnySuperpixels, made: Iterable[Division]) -> AnySuperpixels:
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
    boxes = _boxes(superpixels, largest)
    for division in made:
        for piece, n in enumerate(division.ids.tolist(), start=1):
            boxes[n - 1] = _box_around(division.pieces == piece, division.box)
    return superpixels.divide(made, boxes)


def joined(superpixels: AnySuperpixels, made: Sequence[Division]) -> AnySuperpixels:
    """Return superpixels as they were before divisions, of which the last is taken back first."""
    boxes = _boxes(superpixels, superpixels.largest)
    for division in reversed(made):
        boxes[division.first - 1 : division.end - 1] = 0
        boxes[division.n - 1] = corners(division.box)
    boxes = boxes[: np.flatnonzero(boxes[:, 1])[-1] + 1]
    return superpixels.join(tuple(made), boxes)


def _boxes(superpixels: AnySuperpixels, largest: int) -> np.ndarray:
    """Return a copy of the boxes that has place for ids up to `largest`."""
    boxes = np.zeros((largest, 6), superpixels.boxes.dtype)
    boxes[: superpixels.largest] = superpixels.boxes
    return boxes


def _box_around(mask: np.ndarray, box: Box) -> list[int]:
    """Return the corners of the smallest box around the voxels of a mask in a box."""
    ends = []
    for axis, along in enumerate(box):
        others = tuple(other for other in range(3) if other != axis)
        where = np.flatnonzero(mask.any(axis=others))
        ends += [along.start + int(where[0]), along.start + int(where[-1]) + 1]
    return ends
