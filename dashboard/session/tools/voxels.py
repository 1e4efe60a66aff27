"""Touch-up by voxel: brush and eraser, and what a drawn line encloses."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from functools import partial

import numpy as np

from dashboard.annotation import change
from dashboard.annotation.stored_superpixels import StoredSuperpixels
from dashboard.annotation.stroke import ERASE, Stroke
from dashboard.cases.case import Case
from dashboard.session.edit_queue import finished
from dashboard.session.messages import Notice, Refused
from dashboard.session.request import current
from dashboard.session.restore import AnySuperpixels
from dashboard.session.undo import Stepping
from workers.drawing.brush_sweep import sweep
from workers.drawing.fill_outline import fill_outline
from workers.runtime.box import Box

Masks = list[tuple[Box, np.ndarray]]
DONE = {"voxels": "brushed", "outline": "filled"}


class Retouching(Stepping):
    """The strokes that are finer than superpixels; parameters as of `OpenCase`."""

    def _begin_stroke(self, case: Case, stroke: Stroke) -> None:
        if stroke.tip.kind not in DONE:
            super()._begin_stroke(case, stroke)
            return
        if stroke.label != ERASE:
            self._must_know(stroke.label)
        reached = self._reached(case, stroke)
        masks = self._within(case, stroke, reached) if stroke.tip.is_within else finished(reached)
        paint = partial(self._retouch, case, stroke, [box for box, _ in reached], masks)
        self._order.do(paint, masks)

    def _reached(self, case: Case, stroke: Stroke) -> Masks:
        tip, axis = stroke.tip, stroke.plane.layout.axis
        where = axis, stroke.plane.index, stroke.places
        if tip.kind == "outline":
            return fill_outline(case.labels.shape, *where)
        grid = case.labels.shape, self.volume.spacing
        return sweep(*grid, *where, tip.radius_mm, is_ball=tip.is_ball)

    def _within(self, case: Case, stroke: Stroke, reached: Masks) -> Future:
        """Return a future of what was reached of the superpixel in which the stroke began."""
        if case.superpixels is None:
            raise Refused(
                "There are no superpixels yet to stay in: wait for them, or switch off "
                "“only in this superpixel”."
            )
        given = case.superpixels, first_voxel(stroke, case.labels.shape), reached
        if isinstance(case.superpixels, StoredSuperpixels):
            return self._threads.submit(within, *given)
        return finished(within(*given))

    def _retouch(self, case: Case, stroke: Stroke, boxes: Iterable[Box], found: Future) -> None:
        self._still(case)
        masks = found.result()
        edit = case.labels.fill(masks, stroke.label, "", self.locked)
        voxels = sum(int(patch.mask.sum()) for patch in edit.patches)
        title, at = self._retouched(stroke, voxels), stroke.place(case.labels.shape)
        # The page has painted already, where it thought it should: all of that it is told again.
        told = change.inside(case.revision + 1, tuple(boxes), current().name)
        self._keep(edit._replace(title=title, at=at), told)
        if not voxels:
            self._say_why(case, stroke, masks)

    def _retouched(self, stroke: Stroke, voxels: int) -> str:
        many = f"{voxels:,} voxel{'s' * (voxels != 1)}"
        where = f"{stroke.plane.layout.name} {stroke.plane.index}"
        if stroke.label == ERASE:
            return f"erased {many} · {where}"
        return f"{DONE[stroke.tip.kind]} {many} → {self._called(stroke.label)} · {where}"

    def _say_why(self, case: Case, stroke: Stroke, masks: Masks) -> None:
        """Tell why a stroke has changed nothing, unless one sees it."""
        if not self._say_locked(case, masks) and not masks and stroke.tip.is_within:
            self.notice = Notice(
                "Nothing has changed: the stroke began outside the superpixels, and was to stay "
                "in the one in which it began."
            )


def first_voxel(stroke: Stroke, shape: tuple[int, int, int]) -> Box | None:
    """Return the voxel in which a stroke began, as a box; None if it is off the volume."""
    began = np.floor(stroke.places[:1] + 0.5).astype(int)
    if not len(began):
        return None
    voxel = np.insert(began[0], stroke.plane.layout.axis, stroke.plane.index)
    if not ((voxel >= 0) & (voxel < shape)).all():
        return None
    return tuple(slice(n, n + 1) for n in voxel.tolist())


def within(superpixels: AnySuperpixels, voxel: Box | None, masks: Masks) -> Masks:
    """Return what masks hold of the superpixel at a voxel; nothing outside the foreground."""
    ids = superpixels.ids_array()
    own = 0 if voxel is None else int(ids[voxel].item())
    if not own:
        return []
    return [(box, mask & (ids[box] == own)) for box, mask in masks]
