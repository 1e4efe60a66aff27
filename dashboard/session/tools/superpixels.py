"""The tool that labels the superpixels under a line."""

from __future__ import annotations

import numpy as np

from dashboard.annotation.stroke import ERASE, Stroke
from dashboard.cases.case import Case
from dashboard.session.backing.find import FoundSuperpixels
from dashboard.session.document import Document
from dashboard.session.edits import Edits
from dashboard.session.messages import Notice, Refused
from dashboard.session.tools.tool import Answer, must_know, name_of, name_slice, why_locked

NONE = Notice("Nothing to label there: no superpixel lies under the stroke.")


class SuperpixelTool:
    """Gives its label to the superpixels that a stroke touches."""

    def __init__(self, edits: Edits) -> None:
        self._edits = edits

    async def answer(self, document: Document, stroke: Stroke) -> Answer:
        """Label the superpixels under a stroke as they were when it was drawn."""
        case, superpixels = document.case, document.case.superpixels
        if superpixels is None:
            raise Refused("There are no superpixels yet: wait for them, or press Partition.")
        if stroke.label != ERASE:
            must_know(case, stroke.label)
        finding = document.backing.find_under(superpixels, stroke)
        await self._edits.turn(case, finding)
        found, locked = finding.result(), case.index.locked
        made = title(case, stroke, found.ids)
        edit = case.labels.assign(found, found.ids, stroke.label, made, locked)
        if superpixels is not case.superpixels:  # views know the ids of the latest alone
            edit = edit._replace(ids=None)
        edit = edit._replace(at=stroke.place(case.labels.shape))
        return Answer(edit, None if edit.patches else why_not(case, found))


def title(case: Case, stroke: Stroke, ids: np.ndarray) -> str:
    """Return what was done, in the annotator's words."""
    superpixels = f"{ids.size} superpixel{'s' * (ids.size != 1)}"
    if stroke.label == ERASE:
        return f"erased {superpixels} · {name_slice(stroke)}"
    return f"{superpixels} → {name_of(case, stroke.label)} · {name_slice(stroke)}"


def why_not(case: Case, found: FoundSuperpixels) -> Notice | None:
    """Return why nothing has changed, unless one sees it."""
    if not found.ids.size:
        return NONE
    if not case.index.locked:
        return None
    return why_locked(case, (piece for n in found.ids for piece in found.pieces(int(n))))
