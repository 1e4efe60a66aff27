"""The one writer of what is open: each edit in its turn, journalled, and told to the views."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import numpy as np

from dashboard.annotation import change, label_table
from dashboard.annotation.label_map import Edit
from dashboard.cases.case import Case
from dashboard.session.autosave import Autosave, Function, Saved
from dashboard.session.edit_queue import EditQueue, finished
from dashboard.session.flow import Wait
from dashboard.session.ids_writer import IdsWriter
from dashboard.session.jobs import Executors
from dashboard.session.messages import Notice, Refused
from dashboard.session.request import Request, current
from dashboard.session.state import State
from dashboard.session.surfaces import Surfaces, Touching
from workers.superpixels.division import Division


class Edits:
    """Owns the queue of edits, what of them is on disk, and the names they were asked for under.

    Parameters
    ----------
    state : State
    surfaces : Surfaces
        Noted which labels an edit touched.
    executors : Executors
    schedule : callable
        Runs a function later in the page's thread.
    on_lost : callable
        Told there how many changes were not saved when somebody else took the case, and why.
    """

    def __init__(
        self,
        state: State,
        surfaces: Surfaces,
        executors: Executors,
        schedule: Callable[[Function], None],
        on_lost: Callable[[int, str], None],
    ) -> None:
        self._state, self._surfaces = state, surfaces
        self.autosave = Autosave(schedule, self._show_saved, on_lost, self._write_ids_again)
        self.ids = IdsWriter(executors.keeping, schedule, self.autosave)
        self.queue = EditQueue(schedule, self.autosave.expect_strokes, state.tell)
        self._asked: dict[str, Request] = {}

    # Who may write, and when

    def writable(self) -> Case:
        """Return the open case.

        Raises
        ------
        Refused
            With a sentence, if there is none, or another page writes to it.
        """
        case = self._state.case
        if not self.autosave.holds:
            raise Refused("The labels of this volume are written elsewhere: press Take over.")
        return case

    def writes(self, case: Case | None) -> bool:
        """Tell whether a case is the open one, and this page writes to it."""
        document = self._state.document
        return document is not None and case is document.case and self.autosave.holds

    def must_be_open(self, case: Case) -> None:
        """Refuse, unless a case is still the one that is open and may be changed."""
        if case is not self.writable():
            raise Refused("Another volume was opened meanwhile.")

    async def turn(self, case: Case | None = None, awaited: Future | None = None) -> Case:
        """Wait until all is done that was asked for before, and `awaited`; returns the case.

        Raises
        ------
        Refused
            If nothing may be changed now; or if, when it is its turn, `case`, by default what is
            open now, is open no longer.
        """
        case = case or self.writable()
        await self.wait_for_turn(awaited)
        self.must_be_open(case)
        return case

    async def wait_for_turn(self, awaited: Future | None = None) -> None:
        """Wait for a turn, whether or not anything may be changed."""
        await Wait(lambda go_on, drop: self.queue.do(go_on, awaited, drop))

    async def keep_turn(self, case: Case, awaited: Future) -> None:
        """Wait for something in one's turn: all that is asked for meanwhile waits, too."""
        await Wait(lambda go_on, drop: self.queue.go_on(go_on, awaited, drop))
        self.must_be_open(case)

    def ask(self, name: str, act: Callable[[], object]) -> Future:
        """Call `act` unless what has this name was asked for before: of that the answer was lost.

        Returns
        -------
        Future
            Done when all that `act` has begun has ended and is handed to the journal, under the
            name; with an exception, which the user was told, where a part had to wait and failed.

        Raises
        ------
        Exception
            What `act` raises; then nothing is left to be done under the name.
        """
        if name in self._asked:
            return self._asked[name].ended
        case = self._state.document and self._state.document.case
        if self.writes(case) and name in case.taken:
            return finished()
        request = Request(name)
        if name:
            self._asked[name] = request
        request.ended.add_done_callback(lambda _: self._answer(request, case))
        request.run(act)
        return request.ended

    def _answer(self, request: Request, case: Case | None) -> None:
        """Remember a name that is in no record: a refusal must not be thought over later."""
        self._asked.pop(request.name, None)
        if request.name and not request.is_claimed and self.writes(case):
            self.autosave.write(case.heard(request.claim()))

    # What is written and told

    def commit(self, record: Callable[..., bytes], *given: object) -> None:
        """Have written what a verb of the case returns, under the name of what was asked for."""
        self.autosave.write(record(*given, current().claim()))

    def record(self, edit: Edit) -> None:
        """Keep an edit that was made to the label map, and tell what it changed."""
        if edit.patches or edit.relabelled or edit.split:
            self.keep(edit, change.painted(self.writable().revision + 1, edit))

    def keep(self, edit: Edit, difference: change.Change) -> None:
        """Keep an edit, unless it is empty, and tell a difference that may be more than it is."""
        case = self.writable()
        if edit.patches or edit.relabelled or edit.split:
            self.commit(case.record, edit)
        self.show(edit, difference, case.divisions(edit))

    def show(
        self, edit: Touching, difference: change.Change, divisions: tuple[Division, ...] = ()
    ) -> None:
        """Tell views what an edit changed, or several, that were made or taken back."""
        state, case = self._state, self._state.case
        case.revision = difference.revision
        self._surfaces.note(edit)
        if case.table is not state.table:
            state.table = case.table
        self._keep_choice(case)
        if divisions:
            state.division = change.Divided(state.superpixels, case.superpixels, divisions)
            state.superpixels = case.superpixels
        state.change = difference

    def _keep_choice(self, case: Case) -> None:
        """Let a label be chosen that is there, if there is any."""
        chosen = self._state.label
        if chosen in case.index.by_value:
            return
        nearest = label_table.nearest(case.table, chosen)
        if nearest not in (None, chosen):
            self.autosave.note(case.note_view(case.cursor, nearest))
            self._state.label = nearest

    def move(self, ijk: tuple[int, int, int]) -> None:
        """Remember where the page has its cursor; the nearest voxel, if it lies outside."""
        shape = self._state.volume.shape
        i, j, k = (min(max(n, 0), size - 1) for n, size in zip(ijk, shape, strict=True))
        case = self._state.case
        if self.autosave.holds and (i, j, k) != case.cursor:
            self.autosave.note(case.note_view((i, j, k), case.label))

    def write_ids(self, file: str, ids: Callable[[], np.ndarray], then: Function) -> None:
        """Have ids written beside the journal, if there is one; `then` when they are there."""
        document = self._state.document
        if document.journal is None:
            return
        request = current().hold()

        def end(is_there: bool) -> None:
            if is_there:  # else others have come meanwhile, or another volume
                request.run(then)
            request.release()

        self.ids.keep(document.folder / file, ids, end)

    # Of which case

    def have_ids(self, path: Path, case: Case) -> None:
        """Begin with a file of superpixels that is there."""
        self.ids.have(path, partial(first_ids, case))

    def let_go(self, why: str) -> int:
        """Stop writing; returns how many edits were dropped that had not had their turn."""
        self.autosave.let_go()
        self.ids.drop()
        return self.queue.clear(why)

    def _write_ids_again(self) -> None:
        self.ids.again()

    def _show_saved(self, saved: Saved) -> None:
        state = self._state
        before, state.saved = state.saved.trouble, saved
        if saved.trouble and not before:
            state.notice = Notice(
                f"Not saved: {saved.trouble}. All that you did is kept here, and saving is tried "
                "again every two seconds. Download the labels to be safe.",
                "error",
            )
        elif before and saved == Saved():
            state.notice = Notice("All that you did is saved again.", "success")


def first_ids(case: Case) -> np.ndarray:
    """Return the ids of a case's partition as it was made, before superpixels were split."""
    return case.first_superpixels.ids
