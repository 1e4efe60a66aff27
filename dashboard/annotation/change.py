"""What views are told when labels change: the difference, never more."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from dashboard.annotation.label_map import Edit, hull
from dashboard.annotation.split import AnySuperpixels
from dashboard.annotation.superpixels import corners
from workers.runtime.box import Box
from workers.superpixels.division import Division

MOST_VOXELS = 4_000_000
NOWHERE = (slice(0, 0),) * 3


class Painted(NamedTuple):
    """Whole superpixels were given a label; no voxel outside `box` has another one now."""

    revision: int
    ids: np.ndarray
    label: int
    box: Box


class Patched(NamedTuple):
    """Labels inside boxes changed in some other way.

    `stroke` names that which changed them, if its page has painted it already.
    """

    revision: int
    boxes: tuple[Box, ...]
    stroke: str = ""


class Replaced(NamedTuple):
    """So much changed that the whole label map is sent again."""

    revision: int


class Divided(NamedTuple):
    """Superpixels were cut into finer ones, or these joined again; the labels are as they were."""

    before: AnySuperpixels
    after: AnySuperpixels
    divisions: tuple[Division, ...]

    @property
    def is_much(self) -> bool:
        """Whether all superpixels had better be sent again."""
        return size(division.box for division in self.divisions) > MOST_VOXELS


Change = Painted | Patched | Replaced


def painted(revision: int, edit: Edit) -> Change:
    """Return how views are told of a new `edit`: by ids where it gave whole superpixels."""
    if edit.ids is not None:
        box = hull(*(patch.box for patch in edit.patches)) if edit.patches else NOWHERE
        return Painted(revision, edit.ids, edit.label, box)
    return patched(revision, edit)


def patched(revision: int, edit: Edit) -> Change:
    """Return how views are told that `edit` was applied or reverted: by boxes, unless too big."""
    return inside(revision, [patch.box for patch in edit.patches])


def inside(revision: int, boxes: Iterable[Box], stroke: str = "") -> Change:
    """Return how views are told that labels in `boxes` may have changed, each box once."""
    boxes = tuple({corners(box): box for box in boxes}.values())
    is_much = size(boxes) > MOST_VOXELS
    return Replaced(revision) if is_much else Patched(revision, boxes, stroke)


def size(boxes: Iterable[Box]) -> int:
    """Return how many voxels boxes have in all."""
    return sum(math.prod(axis.stop - axis.start for axis in box) for box in boxes)
