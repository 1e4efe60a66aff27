"""The tool that cuts the superpixels under a line into finer ones."""

from __future__ import annotations

import numpy as np

from dashboard.annotation.label_map import Edit
from dashboard.annotation.split import Split, divisions
from dashboard.annotation.stroke import Stroke
from dashboard.session.document import Document
from dashboard.session.edits import Edits
from dashboard.session.messages import Notice, Refused
from dashboard.session.tools.tool import Answer, name_slice
from workers.superpixels.division import Division

MOST_VOXELS = 2**22
"""In the boxes of all superpixels on disk that are split at once."""


class SplitTool:
    """Makes the superpixels that a stroke touches finer; the labels stay."""

    def __init__(self, edits: Edits) -> None:
        self._edits = edits

    async def answer(self, document: Document, stroke: Stroke) -> Answer:
        """Split the superpixels under a stroke, in its turn: what is split before it is finer."""
        case = document.case
        if case.superpixels is None:
            raise Refused("There are no superpixels yet: wait for them, or press Partition.")
        await self._edits.turn(case)
        superpixels = case.superpixels
        cutting = document.backing.cut_under(superpixels, stroke, MOST_VOXELS)
        await self._edits.keep_turn(case, cutting)
        found, pieces = cutting.result()
        if superpixels is not case.superpixels:
            raise Refused("There are other superpixels meanwhile: draw the split again.")
        made = divisions(superpixels, dict(zip(found.ids.tolist(), pieces, strict=True)))
        if not made:
            return Answer(Edit((), ""), Notice(why_not(found.ids)))
        at = stroke.place(case.labels.shape)
        return Answer(Edit((), title(stroke, made), at=at, split=Split(case.partition, made)))


def title(stroke: Stroke, made: tuple[Division, ...]) -> str:
    """Return what was done, in the annotator's words."""
    many, pieces = len(made), sum(len(division.ids) for division in made)
    return f"split {many} superpixel{'s' * (many != 1)} into {pieces} · {name_slice(stroke)}"


def why_not(ids: np.ndarray) -> str:
    """Return why superpixels were not split."""
    if ids.size:
        return "Nothing to split there: a single voxel is as small as a superpixel can be."
    return "Nothing to split there: no superpixel lies under the stroke."
