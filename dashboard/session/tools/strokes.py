"""The verb of strokes: each is answered by the tool of its kind."""

from __future__ import annotations

from concurrent.futures import Future

from dashboard.annotation import change
from dashboard.annotation.stroke import Stroke
from dashboard.session.edits import Edits
from dashboard.session.flow import start
from dashboard.session.messages import Refused
from dashboard.session.request import current
from dashboard.session.state import State
from dashboard.session.tools.split import SplitTool
from dashboard.session.tools.superpixels import SuperpixelTool
from dashboard.session.tools.tool import Tool
from dashboard.session.tools.voxels import VoxelTool, fill_line, sweep_brush


def tools_of(edits: Edits) -> dict[str, Tool]:
    """Return the tools by the kind of a stroke's tip; another tool is a line here."""
    return {
        "superpixels": SuperpixelTool(edits),
        "voxels": VoxelTool(edits, sweep_brush, "brushed"),
        "outline": VoxelTool(edits, fill_line, "filled"),
        "split": SplitTool(edits),
    }


class Strokes:
    """Paints strokes; owns the tools."""

    def __init__(self, state: State, edits: Edits) -> None:
        self._state, self._edits = state, edits
        self.tools = tools_of(edits)

    def paint(self, stroke: Stroke, name: str = "") -> Future:
        """Do with a stroke what its tip is for; nothing, on the background.

        A stroke of a `name` that was painted before is not painted again: the page sends those
        anew of which it does not know whether they arrived.

        Returns
        -------
        Future
            Done when the stroke is painted and recorded, which it is at once where the superpixels
            are in memory; with an exception, which the user was told, if it could not be.
        """
        return self._edits.ask(name, lambda: start(self._paint(stroke)))

    async def _paint(self, stroke: Stroke) -> None:
        case = self._edits.writable()
        answer = await self._tool(stroke.tip.kind).answer(self._state.document, stroke)
        self._state.why_here = self._state.backing.why_here
        if answer.boxes is None:
            self._edits.record(answer.edit)
        else:
            told = change.inside(case.revision + 1, answer.boxes, current().name)
            self._edits.keep(answer.edit, told)
        if answer.notice is not None:
            self._state.notice = answer.notice

    def _tool(self, kind: str) -> Tool:
        if kind not in self.tools:
            raise Refused(f"The page draws with “{kind}”, which is unknown here: reload it.")
        return self.tools[kind]
