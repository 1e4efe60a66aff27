"""The verbs that mend a label as a whole: its holes are filled, its lesser islands go."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from dashboard.annotation.chunked_array import ChunkedArray
from dashboard.annotation.stroke import ERASE
from dashboard.cases.case import Case
from dashboard.session.messages import Notice, Refused
from dashboard.session.tools.voxels import Retouching
from workers.labels.islands import holes, lesser_islands
from workers.runtime.box import Box

LANE = "mending"
MOST_VOXELS = 2**26
"""In the box of a label on disk, of which some copies are in the memory meanwhile."""


class Mend(NamedTuple):
    """One way to mend a label.

    Attributes
    ----------
    doing : str
        What the user is told is being done with the label.
    kernel : callable
        Finds which voxels of a box are to change.
    erases : bool
        Whether they lose the label, or get it.
    done, none : str
        What history says of a number of voxels, and what is said if there is none.
    """

    doing: str
    kernel: Callable
    erases: bool
    done: str
    none: str


HOLES = Mend(
    "Filling the holes of {}", holes, False, "filled {} in holes → {}", "{} encloses no hole."
)
ISLANDS = Mend(
    "Looking for the islands of {}",
    lesser_islands,
    True,
    "erased {} beside the largest island of {}",
    "{} is one island already.",
)


class LabelCleanup(Retouching):
    """What is done to all of a label; parameters as of `OpenCase`."""

    def fill_holes(self, label: int) -> None:
        """Start to give a label the unlabelled voxels that it encloses."""
        self._mend(HOLES, label)

    def keep_largest_island(self, label: int) -> None:
        """Start to take a label off all voxels but those of its largest island."""
        self._mend(ISLANDS, label)

    def _mend(self, mend: Mend, label: int) -> None:
        self._must_know(label)
        self._order.do(partial(self._begin_mending, self._held(), mend, label))

    def _begin_mending(self, case: Case, mend: Mend, label: int) -> None:
        self._still(case)
        called = self._called(label)
        if label in self.locked:
            raise Refused(f"{called} is locked: unlock it first.")
        if not case.labels.voxels[label]:
            raise Refused(f"No voxel is labelled {called} yet.")
        box = case.labels.extents[label]
        must_be_small(case, box, called)
        then = partial(self._mended, case, case.revision, mend, label, box)
        call = self._executor, mend.kernel, case.labels.read(box), label
        self._lanes.start(LANE, mend.doing.format(called), then, *call)

    def _mended(
        self,
        case: Case,
        revision: int,
        mend: Mend,
        label: int,
        box: Box,
        found: Callable[[], np.ndarray],
    ) -> None:
        mask = found()
        self._order.do(partial(self._change_found, case, revision, mend, label, box, mask))

    def _change_found(
        self, case: Case, revision: int, mend: Mend, label: int, box: Box, mask: np.ndarray
    ) -> None:
        self._still(case)
        if case.revision != revision:
            raise Refused("The labels have changed meanwhile: press it again.")
        called, voxels = self._called(label), int(mask.sum())
        if not voxels:
            self.notice = Notice(mend.none.format(called))
            return
        title = mend.done.format(f"{voxels:,} voxel{'s' * (voxels != 1)}", called)
        to = ERASE if mend.erases else label
        edit = case.labels.fill([(box, mask)], to, title, self.locked)
        self._record(edit._replace(at=place(box, mask)))


def must_be_small(case: Case, box: Box, called: str) -> None:
    """Refuse what would take too much memory of a label map on disk.

    Raises
    ------
    Refused
        With the way out.
    """
    voxels = int(np.prod([axis.stop - axis.start for axis in box], dtype=np.int64))
    if isinstance(case.labels.data, ChunkedArray) and voxels > MOST_VOXELS:
        raise Refused(
            f"{called} lies in a box of {voxels:,} voxels; up to {MOST_VOXELS:,} are looked at in "
            "a volume of this size: mend it with the brush, or split it into several labels."
        )


def place(box: Box, mask: np.ndarray) -> tuple[int, int, int]:
    """Return a voxel in the middle of those in a mask of a box."""
    where = np.flatnonzero(mask)
    inside = np.unravel_index(where[len(where) // 2], mask.shape)
    i, j, k = (axis.start + int(n) for axis, n in zip(box, inside, strict=True))
    return i, j, k
