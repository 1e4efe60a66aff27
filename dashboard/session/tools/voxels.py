"""The tool that labels voxels: those under a brush, or those that a line encloses."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

import numpy as np

from dashboard.annotation.stroke import ERASE, Stroke
from dashboard.cases.case import Case
from dashboard.session.document import Document
from dashboard.session.edits import Edits
from dashboard.session.messages import Notice, Refused
from dashboard.session.tools.tool import Answer, must_know, name_of, name_slice, why_locked
from dashboard.volumes.grid import Grid
from workers.drawing.brush_sweep import sweep
from workers.drawing.fill_outline import fill_outline
from workers.drawing.stroke_on_disk import Masks
from workers.runtime.box import Box


class VoxelTool:
    """Gives its label to voxels, or takes it from them.

    Parameters
    ----------
    edits : Edits
    reach : callable
        Returns for a stroke on a grid what returns the masks of the voxels that it reaches.
    done : str
        What history says was done to them.
    """

    def __init__(
        self, edits: Edits, reach: Callable[[Stroke, Grid], Callable[[], Masks]], done: str
    ) -> None:
        self._edits, self._reach, self._done = edits, reach, done

    async def answer(self, document: Document, stroke: Stroke) -> Answer:
        """Label what a stroke reaches; only in the superpixel in which it began, if it says so."""
        case = document.case
        if stroke.label != ERASE:
            must_know(case, stroke.label)
        finding = find_reached(document, stroke, self._reach(stroke, document.volume))
        await self._edits.turn(case, finding)
        boxes, masks = finding.result()
        edit = case.labels.fill(masks, stroke.label, "", case.index.locked)
        voxels = sum(int(patch.mask.sum()) for patch in edit.patches)
        title, at = self._title(case, stroke, voxels), stroke.place(case.labels.shape)
        notice = None if voxels else why_not(case, stroke, masks)
        # The page has painted already, where it thought it should: all of that it is told again.
        return Answer(edit._replace(title=title, at=at), notice, boxes)

    def _title(self, case: Case, stroke: Stroke, voxels: int) -> str:
        many = f"{voxels:,} voxel{'s' * (voxels != 1)}"
        if stroke.label == ERASE:
            return f"erased {many} · {name_slice(stroke)}"
        return f"{self._done} {many} → {name_of(case, stroke.label)} · {name_slice(stroke)}"


def sweep_brush(stroke: Stroke, grid: Grid) -> Callable[[], Masks]:
    """Return what returns the voxels within the tip's radius of a line; it can be sent."""
    tip, plane = stroke.tip, stroke.plane
    line = plane.layout.axis, plane.index, stroke.places
    return partial(sweep, grid.shape, grid.spacing, *line, tip.radius_mm, is_ball=tip.is_ball)


def fill_line(stroke: Stroke, grid: Grid) -> Callable[[], Masks]:
    """Return what returns the voxels that a line encloses on its slice; it can be sent."""
    plane = stroke.plane
    return partial(fill_outline, grid.shape, plane.layout.axis, plane.index, stroke.places)


def find_reached(document: Document, stroke: Stroke, masks: Callable[[], Masks]) -> Future:
    """Return a future of what a stroke reaches, in one superpixel if the tip stays in that."""
    if not stroke.tip.is_within:
        return document.backing.reach(masks)
    superpixels, shape = document.case.superpixels, document.volume.shape
    if superpixels is None:
        raise Refused(
            "There are no superpixels yet to stay in: wait for them, or switch off “only in this "
            "superpixel”."
        )
    return document.backing.reach(masks, superpixels, first_voxel(stroke, shape))


def first_voxel(stroke: Stroke, shape: tuple[int, int, int]) -> Box | None:
    """Return the voxel in which a stroke began, as a box; None if it is off the volume."""
    began = np.floor(stroke.places[:1] + 0.5).astype(int)
    if not len(began):
        return None
    voxel = np.insert(began[0], stroke.plane.layout.axis, stroke.plane.index)
    if not ((voxel >= 0) & (voxel < shape)).all():
        return None
    return tuple(slice(n, n + 1) for n in voxel.tolist())


def why_not(case: Case, stroke: Stroke, masks: tuple) -> Notice | None:
    """Return why a stroke has changed nothing, unless one sees it."""
    if told := why_locked(case, masks):
        return told
    if masks or not stroke.tip.is_within:
        return None
    return Notice(
        "Nothing has changed: the stroke began outside the superpixels, and was to stay in the one "
        "in which it began."
    )
