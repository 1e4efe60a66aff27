"""The one mutable thing: what a user has open, and what they can do to it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import numpy as np
import param

from dashboard import brush
from dashboard.cutting import Made, cutting
from dashboard.exporting import Exporting
from dashboard.model import change, ids_file
from dashboard.model.case import Case
from dashboard.model.entry import Cut
from dashboard.model.grid import Grid
from dashboard.model.labels import Edit
from dashboard.model.palette import MOST_KEYS, Label, color_of, covering
from dashboard.model.settings import Settings
from dashboard.model.stored_volume import StoredVolume
from dashboard.model.stroke import ERASE, Stroke
from dashboard.model.superpixels import Superpixels
from dashboard.notices import Notice, Question, Refused
from dashboard.opening import read_labels, read_superpixels
from dashboard.order import finished
from dashboard.resuming import AnySuperpixels

__all__ = ["Notice", "Question", "Refused", "Session"]

AUTOMATIC_VOXELS = 20_000_000


class Session(Exporting):
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

    # Superpixels

    def _begin(self) -> None:
        if self.superpixels is None and self.volume.voxels <= AUTOMATIC_VOXELS:
            self._partition(self.settings, asked=False)

    def partition(self, settings: Settings | None = None) -> None:
        """Start to cut the volume into superpixels; the last ones stay until it is done."""
        self._partition(settings or self.settings, asked=True)

    def _partition(self, settings: Settings, *, asked: bool) -> None:
        case = self._held()
        how = cutting(self.volume, settings, self._executor, self._threads)
        then = partial(self._adopt_partition, case, settings, asked, how.made)
        self._lanes.start(
            "superpixels", "Partitioning", then, how.executor, how.kernel, *how.args, **how.kwargs
        )

    def _adopt_partition(
        self,
        case: Case,
        settings: Settings,
        asked: bool,
        made: Callable[..., Made],
        computed: Callable,
    ) -> None:
        superpixels, threshold = made(computed())
        if case is self._case:
            self._adopt_superpixels(
                superpixels, Cut("", threshold, settings, asked, superpixels.key)
            )
            self.surfaces.outline(threshold)

    def open_superpixels(self, source: Path | bytes, name: str) -> None:
        """Start to read superpixels that were downloaded, instead of computing them."""
        self._held()
        must_be_in_memory(self.volume, "A file of superpixels")
        then = partial(self._adopt_read_ids, self._case)
        self._lanes.start(
            "file", f"Opening {name}", then, self._files, read_superpixels, source, self.volume
        )

    def _adopt_read_ids(self, case: Case, read: Callable[[], Superpixels]) -> None:
        superpixels = read()
        self._still(case)
        self._lanes.cancel("superpixels")
        self._adopt_superpixels(superpixels, Cut("", None, case.settings, asked=True))

    def _adopt_superpixels(self, superpixels: AnySuperpixels, cut: Cut) -> None:
        case = self._held()
        case.superpixels, case.cut = superpixels, cut
        self.superpixels = superpixels
        self.notice = Notice(f"{superpixels.count:,} superpixels.", "success")
        if cut.key:
            self._keeper.write(case.take_cut(cut))
        else:
            self._keep_superpixels(case, superpixels)

    def _keep_superpixels(self, case: Case, superpixels: Superpixels) -> None:
        opened = self._resumed.opened
        if opened.journal is None:
            return
        self._cuts += 1
        file = f"{opened.journal.epoch}-{self._cuts}.ids"
        self._keeper.expect_file()
        kept = self._files.submit(ids_file.write, opened.folder / file, superpixels.ids)
        then = partial(self._kept_superpixels, case, superpixels, file)
        kept.add_done_callback(lambda done: self._schedule(partial(then, done)))

    def _kept_superpixels(
        self, case: Case, superpixels: Superpixels, file: str, kept: Future
    ) -> None:
        if case is not self._case or not self._keeper.holds:
            return
        if error := kept.exception():
            self.tell(f"The superpixels could not be kept: {error}")
        elif superpixels is case.superpixels:  # else others have come meanwhile
            self._keeper.write(case.take_cut(case.cut._replace(file=file)))
        self._keeper.have_file()

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
        found = brush.under(case.superpixels, stroke, self._executor)
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
        self._held()
        must_be_in_memory(self.volume, "A label map")
        title = f"opened {name}"
        then = partial(self._adopt_labels, self._case, title)
        self._lanes.start(
            "file", f"Opening {name}", then, self._files, read_labels, source, self.volume
        )

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


def must_be_in_memory(volume: Grid, what: str) -> None:
    """Refuse to open `what` over a volume on disk.

    Raises
    ------
    Refused
        With the way out.
    """
    if isinstance(volume, StoredVolume):
        raise Refused(
            f"{what} cannot be opened over a volume of this size: {volume.voxels:,} voxels are "
            "read in pieces. Its own annotation is here whenever the volume is opened."
        )
