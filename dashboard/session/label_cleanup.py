"""The verbs that mend a label as a whole: its holes are filled, its lesser islands go."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dashboard.annotation.stroke import ERASE
from dashboard.session.document import Document
from dashboard.session.edits import Edits
from dashboard.session.flow import at_once
from dashboard.session.jobs import Executors, Jobs
from dashboard.session.messages import Notice, Refused
from dashboard.session.state import State
from dashboard.session.tools.tool import must_know, name_of
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


class LabelCleanup:
    """Does what is done to all of a label; owns nothing.

    Parameters
    ----------
    state, edits, jobs, executors
        Of the session.
    """

    def __init__(self, state: State, edits: Edits, jobs: Jobs, executors: Executors) -> None:
        self._state, self._edits, self._jobs, self._executors = state, edits, jobs, executors

    @at_once
    async def fill_holes(self, label: int) -> None:
        """Start to give a label the unlabelled voxels that it encloses."""
        await self._mend(HOLES, label)

    @at_once
    async def keep_largest_island(self, label: int) -> None:
        """Start to take a label off all voxels but those of its largest island."""
        await self._mend(ISLANDS, label)

    async def _mend(self, mend: Mend, label: int) -> None:
        must_know(self._state.case, label)
        case = await self._edits.turn()
        box, revision = box_to_mend(self._state.document, label), case.revision
        title, labels = mend.doing.format(name_of(case, label)), case.labels.read(box)
        kernel = self._executors.kernels, mend.kernel
        mask = await self._jobs.run(LANE, title, *kernel, labels, label)
        await self._edits.turn(case)
        if case.revision != revision:
            raise Refused("The labels have changed meanwhile: press it again.")
        name, voxels = name_of(case, label), int(mask.sum())
        if not voxels:
            self._state.notice = Notice(mend.none.format(name))
            return
        done = mend.done.format(f"{voxels:,} voxel{'s' * (voxels != 1)}", name)
        to = ERASE if mend.erases else label
        edit = case.labels.fill([(box, mask)], to, done, case.index.locked)
        self._edits.record(edit._replace(at=place(box, mask)))


def box_to_mend(document: Document, label: int) -> Box:
    """Return the box around a label, if it can be mended.

    Raises
    ------
    Refused
        With the way out: if it is locked, or has no voxel, or is too large on disk.
    """
    case, name = document.case, name_of(document.case, label)
    if label in case.index.locked:
        raise Refused(f"{name} is locked: unlock it first.")
    if not case.labels.voxels[label]:
        raise Refused(f"No voxel is labelled {name} yet.")
    box = case.labels.extents[label]
    if not document.backing.holds(box, MOST_VOXELS):
        voxels = int(np.prod([axis.stop - axis.start for axis in box], dtype=np.int64))
        raise Refused(
            f"{name} lies in a box of {voxels:,} voxels; up to {MOST_VOXELS:,} are looked at in "
            "a volume of this size: mend it with the brush, or split it into several labels."
        )
    return box


def place(box: Box, mask: np.ndarray) -> tuple[int, int, int]:
    """Return a voxel in the middle of those in a mask of a box."""
    where = np.flatnonzero(mask)
    inside = np.unravel_index(where[len(where) // 2], mask.shape)
    i, j, k = (axis.start + int(n) for axis, n in zip(box, inside, strict=True))
    return i, j, k
