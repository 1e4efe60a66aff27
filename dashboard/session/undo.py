"""The way back and forth through the edits: one by one, or to any of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from dashboard.annotation import change
from dashboard.annotation.label_map import Edit
from dashboard.annotation.superpixels import corners
from dashboard.cases.case import Case
from dashboard.session.edits import Edits
from dashboard.session.flow import at_once
from dashboard.session.jobs import Jobs
from dashboard.session.messages import Refused
from dashboard.session.state import State
from dashboard.session.task import Job
from workers.runtime.box import Box
from workers.superpixels.division import Division

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

    def describe(self, revision: int) -> change.Change:
        """Return all that it changed, as views are told of it."""
        return change.inside(revision, self._boxes.values())

    def _note(self, edit: Edit) -> None:
        self.steps += 1
        self.divisions += self.case.divisions(edit)
        self.touched |= edit.touched
        self._boxes |= {corners(patch.box): patch.box for patch in edit.patches}


class Undo:
    """Steps through the history; owns the way that is being gone.

    Parameters
    ----------
    state, edits, jobs
        Of the session.
    schedule : callable
        Runs a function later in the page's thread.
    """

    def __init__(
        self,
        state: State,
        edits: Edits,
        jobs: Jobs,
        schedule: Callable[[Callable[[], None]], None],
    ) -> None:
        self._state, self._edits, self._jobs = state, edits, jobs
        self._schedule = schedule
        self._walk: Walk | None = None

    @at_once
    async def undo(self) -> None:
        """Take the latest edit back."""
        case = await self._edits.turn()
        if edit := case.step_back():
            self._show_step(case, edit)
        else:
            self._state.tell("There is nothing to undo.", "info")

    @at_once
    async def redo(self) -> None:
        """Do again what was undone last."""
        case = await self._edits.turn()
        if edit := case.step_forward():
            self._show_step(case, edit)
        else:
            self._state.tell("There is nothing to redo.", "info")

    def _show_step(self, case: Case, edit: Edit) -> None:
        self._edits.commit(case.stepped)
        difference = change.patched(case.revision + 1, edit)
        self._edits.show(edit, difference, case.divisions(edit))
        self._show_place(edit.at)

    # Any of them

    @at_once
    async def go_to(self, done: int) -> None:
        """Take back, or do again, until `done` edits are in force.

        Of a long way some is gone at a time: the page goes on meanwhile, and may cancel it, which
        leaves it where it is. What is asked for later waits for its end.
        """
        case = await self._edits.turn()
        edits = len(case.history.titles)
        if not 0 <= done <= edits:
            raise Refused(f"There are {edits:,} edits; the page asked for {done:,}.")
        self._walk = walk = Walk(case, done)
        self._go_on(walk)
        await self._edits.keep_turn(case, walk.ended)
        self._end()
        if walk.steps:
            self._edits.commit(case.stepped)
            self._show(walk)
        self._show_place(case.place)
        walk.ended.result()

    def stop(self) -> None:
        """Go no further."""
        if self._walk is not None:
            self._walk.stop()

    def forget(self) -> None:
        """Keep nothing of what was open."""
        self._walk = None

    def _go_on(self, walk: Walk) -> None:
        if walk.ended.cancelled():  # another page writes now, or another volume was opened
            self._stray(walk)
            return
        try:
            walk.go_on(TURN_S)
        except Exception as error:  # noqa: BLE001 - raised when the verb goes on
            walk.ended.set_exception(error)
        else:
            self._rest(walk)

    def _rest(self, walk: Walk) -> None:
        if walk.is_there:
            walk.ended.set_result(None)
        else:
            self._jobs.show(LANE, Job("Going through the history", walk.fraction))
            self._schedule(partial(self._go_on, walk))

    def _end(self) -> None:
        self._walk = None
        self._jobs.show(LANE, None)

    def _stray(self, walk: Walk) -> None:
        """Show how far it came: that is in no journal."""
        self._end()
        document = self._state.document
        if document is not None and walk.case is document.case:
            self._show(walk)

    def _show(self, walk: Walk) -> None:
        difference = walk.describe(walk.case.revision + 1)
        self._edits.show(walk, difference, tuple(walk.divisions))

    def _show_place(self, place: tuple[int, int, int] | None) -> None:
        if place is not None:
            self._state.place = place
