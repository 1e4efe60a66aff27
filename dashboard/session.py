"""The one mutable thing: what a user has open, and what they can do to it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import numpy as np
import param

from dashboard import brush
from dashboard.model import change
from dashboard.model.case import Case
from dashboard.model.chunked_array import ChunkedArray
from dashboard.model.labels import Edit, Patch
from dashboard.model.palette import MOST_KEYS, Label, color_of, covering
from dashboard.model.stroke import ERASE, Stroke
from dashboard.notices import Notice, Question, Refused
from dashboard.opening import read_labels
from dashboard.opening_over import read_labels_over
from dashboard.order import finished
from dashboard.partitioning import AUTOMATIC_VOXELS, Partitioning
from dashboard.resuming import AnySuperpixels

__all__ = ["AUTOMATIC_VOXELS", "Notice", "Question", "Refused", "Session"]


class Session(Partitioning):
    """One user's open volume and everything done to it. Views watch it and call its verbs.

    Its parameters are those of `OpenCase`.
    """

    change = param.Parameter(doc="The latest difference in the labels.")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._coming: dict[str, Future] = {}

    def end(self) -> None:
        """Close for good, and keep nothing of what was open."""
        super().end()
        with param.parameterized.discard_events(self):
            self.change = None

    # Labels

    def paint(self, stroke: Stroke, name: str = "") -> Future:
        """Give a stroke's label to the superpixels under it; nothing, on the background.

        A stroke of a `name` that was painted before is not painted again: the page sends those
        anew of which it does not know whether they arrived.

        Returns
        -------
        Future
            Done when the stroke is painted and recorded, which it is at once where the superpixels
            are in memory; with an exception, which the user was told, if it could not be.
        """
        case = self._held()
        if name in self._coming:
            return self._coming[name]
        if name in case.strokes:
            return finished()
        if case.superpixels is None:
            raise Refused("There are no superpixels yet: wait for them, or press Partition.")
        if stroke.label != ERASE:
            self._must_know(stroke.label)
        found = brush.under(case.superpixels, stroke, self._threads)
        painted = self._order.do(
            partial(self._paint, case, case.superpixels, stroke, name, found), found
        )
        if name and not painted.done():
            self._coming[name] = painted
            painted.add_done_callback(lambda _: self._coming.pop(name))
        return painted

    def _paint(
        self, case: Case, superpixels: AnySuperpixels, stroke: Stroke, name: str, found: Future
    ) -> None:
        self._still(case)
        under = found.result()
        edit = case.labels.assign(under, under.ids, stroke.label, self._title(stroke, under.ids))
        if superpixels is not case.superpixels:  # views know the ids of the latest alone
            edit = edit._replace(ids=None)
        self._record(edit, name)
        if not under.ids.size:
            self.notice = Notice("Nothing to label there: no superpixel lies under the stroke.")

    def undo(self) -> None:
        """Take the latest edit back."""
        self._order.do(partial(self._undo, self._held()))

    def _undo(self, case: Case) -> None:
        self._still(case)
        if edit := case.history.step_back():
            case.labels.revert(edit)
            self._keeper.write(case.stepped())
            self._tell(edit, change.patched(case.revision + 1, edit))

    def redo(self) -> None:
        """Do again what was undone last."""
        self._order.do(partial(self._redo, self._held()))

    def _redo(self, case: Case) -> None:
        self._still(case)
        if edit := case.history.step_forward():
            case.labels.apply(edit)
            self._keeper.write(case.stepped())
            self._tell(edit, change.patched(case.revision + 1, edit))

    def open_labels(self, source: Path | bytes, name: str) -> None:
        """Start to read a label map over the volume; it can be undone like a stroke."""
        self._order.do(partial(self._open_labels, self._held(), source, name))

    def _open_labels(self, case: Case, source: Path | bytes, name: str) -> None:
        self._still(case)
        title, data = f"opened {name}", case.labels.data
        if isinstance(data, ChunkedArray):
            then = partial(self._adopt_patches, case, case.revision, title)
            call = self._threads, read_labels_over, source, self.volume, data.frozen()
        else:
            then = partial(self._adopt_labels, case, title)
            call = self._files, read_labels, source, self.volume
        self._lanes.start("file", f"Opening {name}", then, *call)

    def _adopt_patches(
        self,
        case: Case,
        revision: int,
        title: str,
        read: Callable[[], tuple[tuple[Patch, ...], list[int]]],
    ) -> None:
        patches, values = read()
        self._order.do(partial(self._patch_labels, case, revision, Edit(patches, title), values))

    def _patch_labels(self, case: Case, revision: int, edit: Edit, values: list[int]) -> None:
        self._still(case)
        if case.revision != revision:
            raise Refused("The labels have changed while the file was read: open it again.")
        self._name(covering(case.table, values))
        case.labels.apply(edit)
        self._record(edit)

    def _adopt_labels(
        self, case: Case, title: str, read: Callable[[], tuple[np.ndarray, list[int]]]
    ) -> None:
        self._order.do(partial(self._replace_labels, case, title, *read()))

    def _replace_labels(
        self, case: Case, title: str, labels: np.ndarray, values: list[int]
    ) -> None:
        self._still(case)
        self._name(covering(case.table, values))
        self._record(case.labels.replace(labels, title))

    def choose(self, label: int) -> None:
        """Let the next strokes give `label`."""
        self._must_know(label)
        case = self._held()
        self._keeper.note(case.look(case.cursor, label))
        self.label = label

    def add_label(self) -> None:
        """Add a label with the next number, and choose it."""
        case = self._held()
        used = {known.value for known in case.table}
        value = next((key for key in range(1, MOST_KEYS + 1) if key not in used), None)
        if value is None:
            raise Refused(f"There are {MOST_KEYS} labels already, one for each key.")
        new = Label(value, f"label {value}", color_of(value))
        self._name(tuple(sorted((*case.table, new))))
        self.choose(value)

    def rename(self, label: int, name: str) -> None:
        """Call a label `name`; a blank name changes nothing."""
        case = self._held()
        name = " ".join(name.split())[:80]
        if name:
            self._name(
                tuple(
                    known._replace(name=name) if known.value == label else known
                    for known in case.table
                )
            )

    def _name(self, table: tuple[Label, ...]) -> None:
        case = self._held()
        if table != case.table:
            self._keeper.write(case.name(table))
            self.table = table

    # How it is done

    def _must_know(self, label: int) -> None:
        if label not in {known.value for known in self.table}:
            raise Refused(f"There is no label {label} yet: add it with + beside LABELS.")

    def _title(self, stroke: Stroke, ids: np.ndarray) -> str:
        superpixels = f"{ids.size} superpixel{'s' * (ids.size != 1)}"
        where = f"{stroke.plane.layout.name} {stroke.plane.index}"
        if stroke.label == ERASE:
            return f"erased {superpixels} · {where}"
        names = {known.value: known.name for known in self.table}
        return f"{superpixels} → {names.get(stroke.label, stroke.label)} · {where}"

    def _record(self, edit: Edit, stroke: str = "") -> None:
        if edit.patches:
            case = self._held()
            self._keeper.write(case.record(edit, stroke))
            self._tell(edit, change.painted(case.revision + 1, edit))

    def _tell(self, edit: Edit, difference: change.Change) -> None:
        self._opened().revision = difference.revision
        self.surfaces.note(edit)
        self.change = difference
