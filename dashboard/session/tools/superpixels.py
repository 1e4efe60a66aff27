"""What a hand does to the label map: strokes."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from functools import partial

import numpy as np
import param

from dashboard.annotation import change, label_table
from dashboard.annotation.division import Division
from dashboard.annotation.label_map import Edit
from dashboard.annotation.stroke import ERASE, Stroke
from dashboard.cases.case import Case
from dashboard.cases.journal_entry import Partitioned
from dashboard.session.messages import Notice, Refused
from dashboard.session.partition import Partitioning
from dashboard.session.restore import AnySuperpixels
from dashboard.session.surfaces import Touching
from dashboard.session.tools.find import Finder
from workers.runtime.box import Box


class Painting(Partitioning):
    """The verbs of strokes; parameters as of `OpenCase`."""

    change = param.Parameter(doc="The latest difference in the labels.")
    division = param.Parameter(doc="The latest difference in the superpixels of a partition.")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._finder = Finder()

    def end(self) -> None:
        """Close for good, and keep nothing of what was open."""
        super().end()
        with param.parameterized.discard_events(self):
            self.change = self.division = None

    def _adopt_superpixels(self, superpixels: AnySuperpixels, partition: Partitioned) -> None:
        with param.parameterized.discard_events(self):
            self.division = None  # it would hold those that go, and their place in the cache
        super()._adopt_superpixels(superpixels, partition)

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
        return self.ask(name, lambda: self._begin_stroke(self._held(), stroke))

    def _begin_stroke(self, case: Case, stroke: Stroke) -> None:
        if case.superpixels is None:
            raise Refused("There are no superpixels yet: wait for them, or press Partition.")
        if stroke.label != ERASE:
            self._must_know(stroke.label)
        found = self._finder.under(case.superpixels, stroke, self.volume, self._threads)
        self._order.do(partial(self._paint, case, case.superpixels, stroke, found), found)

    def _paint(
        self, case: Case, superpixels: AnySuperpixels, stroke: Stroke, found: Future
    ) -> None:
        self._still(case)
        under = found.result()
        title = self._title(stroke, under.ids)
        edit = case.labels.assign(under, under.ids, stroke.label, title, self.locked)
        if superpixels is not case.superpixels:  # views know the ids of the latest alone
            edit = edit._replace(ids=None)
        self._record(edit._replace(at=stroke.place(case.labels.shape)))
        if not under.ids.size:
            self.notice = Notice("Nothing to label there: no superpixel lies under the stroke.")
        elif not edit.patches and self.locked:
            self._say_locked(case, (piece for n in under.ids for piece in under.pieces(int(n))))

    # How it is done

    @property
    def locked(self) -> tuple[int, ...]:
        """Values of the labels that are never painted over."""
        return self._opened().index.locked

    def _say_locked(self, case: Case, masks: Iterable[tuple[Box, np.ndarray]]) -> bool:
        """Tell which locked labels lie there, if any do; returns whether that was told."""
        found = {int(n) for box, mask in masks for n in np.unique(case.labels.read(box)[mask])}
        locked = sorted(found.intersection(self.locked))
        if locked:
            names = ", ".join(self._called(label) for label in locked)
            self.notice = Notice(f"Nothing has changed: what lies there is locked ({names}).")
        return bool(locked)

    def _must_know(self, label: int) -> None:
        if label not in self._opened().index.by_value:
            raise Refused(f"There is no label {label} yet: add it with + beside LABELS.")

    def _title(self, stroke: Stroke, ids: np.ndarray) -> str:
        superpixels = f"{ids.size} superpixel{'s' * (ids.size != 1)}"
        where = f"{stroke.plane.layout.name} {stroke.plane.index}"
        if stroke.label == ERASE:
            return f"erased {superpixels} · {where}"
        return f"{superpixels} → {self._called(stroke.label)} · {where}"

    def _called(self, label: int) -> str:
        known = self._opened().index.by_value.get(label)
        return known.name if known else str(label)

    def _record(self, edit: Edit) -> None:
        """Keep an edit that was made to the label map, and tell what it changed."""
        if edit.patches or edit.relabelled or edit.split:
            self._keep(edit, change.painted(self._held().revision + 1, edit))

    def _keep(self, edit: Edit, difference: change.Change) -> None:
        """Keep an edit, unless it is empty, and tell a difference that may be more than it is."""
        case = self._held()
        if edit.patches or edit.relabelled or edit.split:
            self._commit(case.record, edit)
        self._tell(edit, difference, case.divisions(edit))

    def _keep_choice(self, case: Case) -> None:
        """Let a label be chosen that is there, if there is any."""
        if self.label in case.index.by_value:
            return
        chosen = label_table.nearest(case.table, self.label)
        if chosen not in (None, self.label):
            self._keeper.note(case.note_view(case.cursor, chosen))
            self.label = chosen

    def _tell(
        self, edit: Touching, difference: change.Change, divisions: tuple[Division, ...] = ()
    ) -> None:
        case = self._opened()
        case.revision = difference.revision
        self.surfaces.note(edit)
        if case.table is not self.table:
            self.table = case.table
        self._keep_choice(case)
        if divisions:
            self.division = change.Divided(self.superpixels, case.superpixels, divisions)
            self.superpixels = case.superpixels
        self.change = difference
