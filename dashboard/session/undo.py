"""The way back and forth through the edits: one by one, or to any of them."""

from __future__ import annotations

import time
from concurrent.futures import Future
from functools import partial

import param

from dashboard.annotation import change
from dashboard.annotation.division import Division
from dashboard.annotation.label_map import Edit
from dashboard.annotation.superpixels import corners
from dashboard.cases.case import Case
from dashboard.session.messages import Refused
from dashboard.session.task import Job
from dashboard.session.tools.split import Splitting
from workers.runtime.box import Box

LANE = "history"
TURN_S = 0.03  # after which the page's thread does something else for a while


class Walk:
    """The way of a case to another place in its history, some of it at a time.

    Parameters
    ----------
    case : Case
    done : int
        How many edits are to be in force at its end.

    Attributes
    ----------
    ended : Future
        Done when it is at its end; cancelled if it is to go no further.
    touched : set of int
        The labels that some voxel lost or got, 0 left out.
    divisions : list of Division
        What changed in the superpixels.
    """

    def __init__(self, case: Case, done: int) -> None:
        self.case, self.done = case, done
        self.ended: Future = Future()
        self.touched: set[int] = set()
        self.divisions: list[Division] = []
        self.steps = 0
        self._boxes: dict[tuple[int, ...], Box] = {}

    @property
    def is_there(self) -> bool:
        """Whether it is at its end."""
        return self.case.history.done == self.done

    @property
    def fraction(self) -> float:
        """How far it is."""
        left = abs(self.case.history.done - self.done)
        return self.steps / max(1, self.steps + left)

    def go_on(self, seconds: float) -> None:
        """Step for about so long, at least once."""
        end = time.monotonic() + seconds
        while edit := self.case.step_towards(self.done):
            self._note(edit)
            if time.monotonic() > end:
                return

    def stop(self) -> None:
        """End where it is."""
        self.done = self.case.history.done

    def told(self, revision: int) -> change.Change:
        """Return how views are told of all that it changed."""
        return change.inside(revision, self._boxes.values())

    def _note(self, edit: Edit) -> None:
        self.steps += 1
        self.divisions += self.case.divisions(edit)
        self.touched |= edit.touched
        self._boxes |= {corners(patch.box): patch.box for patch in edit.patches}


class Stepping(Splitting):
    """The verbs of history; parameters as of `OpenCase`."""

    place = param.Parameter(doc="The voxel (i, j, k) of what was last undone or done again.")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._walk: Walk | None = None

    def undo(self) -> None:
        """Take the latest edit back."""
        self._order.do(partial(self._undo, self._held()))

    def _undo(self, case: Case) -> None:
        self._still(case)
        if edit := case.step_back():
            self._stepped(case, edit)
        else:
            self.tell("There is nothing to undo.", "info")

    def redo(self) -> None:
        """Do again what was undone last."""
        self._order.do(partial(self._redo, self._held()))

    def _redo(self, case: Case) -> None:
        self._still(case)
        if edit := case.step_forward():
            self._stepped(case, edit)
        else:
            self.tell("There is nothing to redo.", "info")

    def _stepped(self, case: Case, edit: Edit) -> None:
        self._commit(case.stepped)
        self._tell(edit, change.patched(case.revision + 1, edit), case.divisions(edit))
        self._show_place(edit.at)

    # Any of them

    def go_to(self, done: int) -> None:
        """Take back, or do again, until `done` edits are in force.

        Of a long way some is gone at a time: the page goes on meanwhile, and may cancel it, which
        leaves it where it is. What is asked for later waits for its end.
        """
        walk = Walk(self._held(), done)
        self._order.do(partial(self._set_out, walk))
        self._order.do(partial(self._arrive, walk), walk.ended)

    def end(self) -> None:
        """Close for good, and keep nothing of what was open."""
        super().end()
        self._walk = None

    def cancel(self) -> None:
        """Stop what the user is waiting for; what was there before stays."""
        super().cancel()
        if self._walk is not None:
            self._walk.stop()

    def _set_out(self, walk: Walk) -> None:
        try:
            self._still(walk.case)
            edits = len(walk.case.history.titles)
            if not 0 <= walk.done <= edits:
                raise Refused(f"There are {edits:,} edits; the page asked for {walk.done:,}.")
        except Refused:
            walk.ended.cancel()
            raise
        self._walk = walk
        self._go_on(walk)

    def _go_on(self, walk: Walk) -> None:
        if walk.ended.cancelled():  # another page writes now, or another volume was opened
            self._stray(walk)
            return
        try:
            walk.go_on(TURN_S)
        except Exception as error:  # noqa: BLE001 - told by the order, in its turn
            walk.ended.set_exception(error)
        else:
            self._rest(walk)

    def _rest(self, walk: Walk) -> None:
        if walk.is_there:
            walk.ended.set_result(None)
        else:
            self._lanes.show(LANE, Job("Going through the history", walk.fraction))
            self._schedule(partial(self._go_on, walk))

    def _arrive(self, walk: Walk) -> None:
        if walk.ended.cancelled():
            return
        self._walk = None
        self._lanes.show(LANE, None)
        case = walk.case
        self._still(case)
        if walk.steps:
            self._commit(case.stepped)
            self._tell(walk, walk.told(case.revision + 1), tuple(walk.divisions))
        self._show_place(case.place)
        walk.ended.result()

    def _stray(self, walk: Walk) -> None:
        """Show how far it came: that is in no journal."""
        self._walk = None
        self._lanes.show(LANE, None)
        if walk.case is self._case:
            self._tell(walk, walk.told(walk.case.revision + 1), tuple(walk.divisions))

    def _show_place(self, place: tuple[int, int, int] | None) -> None:
        if place is not None:
            self.place = place
