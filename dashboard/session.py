"""The one mutable thing: what a user has open, and what they can do to it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import param

from dashboard import resuming
from dashboard.keeper import Keeper, Saved
from dashboard.lanes import Lanes
from dashboard.model import change, ids_file
from dashboard.model.case import Case
from dashboard.model.cases import Cases
from dashboard.model.entry import Cut
from dashboard.model.labels import Edit, LabelMap
from dashboard.model.lease import Watch
from dashboard.model.palette import MOST_KEYS, Label, color_of, covering
from dashboard.model.settings import Settings
from dashboard.model.stroke import ERASE, Stroke
from dashboard.model.superpixels import Superpixels
from dashboard.model.volume import Volume
from dashboard.opening import read_labels, read_superpixels, read_volume, stem
from dashboard.resuming import Desk, Resumed
from dashboard.surfaces import Surfaces
from dashboard.task import Job
from workers import labels_tsv, nifti
from workers.partition import Partition, partition, usual_sigma_mm
from workers.stroke_path import ids_under

AUTOMATIC_VOXELS = 20_000_000
SHOWN_VOXELS = 2**27  # what a browser holds beside ids and labels


class Refused(ValueError):
    """A verb that cannot be done now; the message says why and the way out."""


class Notice(NamedTuple):
    """One sentence for the user; `kind` is ``"info"``, ``"success"`` or ``"error"``."""

    text: str
    kind: str = "info"


class Question(NamedTuple):
    """What the user must say before a file is opened: which volume, or which form if they differ.

    `form` is what was said before; `difference` tells of the forms, where that is the question.
    """

    source: Path | bytes
    name: str
    count: int = 0
    form: str | None = None
    difference: str = ""


class Session(param.Parameterized):
    """One user's open volume and everything done to it. Views watch it and call its verbs.

    Parameters
    ----------
    executor : Executor
        Runs kernels; Dask's in the app, an inline one in tests.
    files : Executor
        Reads files; threads of this process, since a worker may not see them.
    schedule : callable
        Runs a function later in the page's thread, where views may change.
    cases : Cases, optional
        Where annotations are kept; by default they are not.
    user : str, optional
        Whose cases.
    is_watched : callable, optional
        Tells whether the page is still there.
    """

    volume = param.ClassSelector(class_=Volume, doc="What is open; None before the first.")
    superpixels = param.ClassSelector(class_=Superpixels, doc="Its partition, if there is one.")
    table = param.ClassSelector(class_=tuple, default=(), doc="The labels, by value.")
    label = param.Integer(default=1, bounds=(1, 65535), doc="Label that a stroke gives.")
    change = param.Parameter(doc="The latest difference in the labels.")
    job = param.ClassSelector(class_=Job, doc="What the user is waiting for, if anything.")
    notice = param.ClassSelector(class_=Notice, doc="The latest sentence for the user.")
    question = param.ClassSelector(class_=Question, doc="What the user must choose.")
    held = param.Boolean(default=False, doc="Whether this page may change the labels.")
    saved = param.ClassSelector(class_=Saved, default=Saved(), doc="What is not on disk yet.")

    def __init__(
        self,
        executor: Executor,
        files: Executor,
        schedule: Callable[[Callable[[], None]], None],
        cases: Cases | None = None,
        user: str = "",
        is_watched: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__()
        self._executor = executor
        self._files = files
        self._schedule = schedule
        self._cases = cases or Cases()
        self._keeper = Keeper(schedule, lambda state: self.param.update(saved=state), self._lose)
        self._closed = False
        self._desk = Desk(
            self._cases,
            user,
            hear=self._keeper.hear,
            is_watched=lambda journal: is_watched() and self._keeper.writes_to(journal),
            is_gone=lambda: self._closed,
        )
        self._resumed: Resumed | None = None
        self._case: Case | None = None
        self._watch: Watch | None = None
        self._looking = False
        self._cuts = 0
        self._lanes = Lanes(schedule, self._wait_for, self.tell)
        self.surfaces = Surfaces(executor, schedule)
        self.first_settings = Settings()

    # What is open

    @property
    def labels(self) -> LabelMap:
        """The label map of the open volume."""
        return self._opened().labels

    @property
    def revision(self) -> int:
        """Grows by one with each change of the labels."""
        return self._opened().revision

    @property
    def history(self) -> tuple[tuple[str, ...], int]:
        """What each edit did, oldest first, and how many of them are in force."""
        history = self._opened().history
        return history.titles, history.done

    @property
    def cursor(self) -> tuple[int, int, int]:
        """Voxel at which the three slices meet."""
        return self._opened().cursor

    def move(self, ijk: tuple[int, int, int]) -> None:
        """Remember where the page has its cursor; the nearest voxel, if it lies outside."""
        i, j, k = (min(max(n, 0), size - 1) for n, size in zip(ijk, self.volume.shape, strict=True))
        if self._keeper.holds and (i, j, k) != self._case.cursor:
            self._keeper.note(self._case.look((i, j, k), self._case.label))

    @property
    def settings(self) -> Settings:
        """How the open volume was, or is at first to be, partitioned."""
        settings = (self._case and self._case.settings) or self.first_settings
        if settings.sigma_mm is None and self.volume:
            return settings._replace(sigma_mm=usual_sigma_mm(self.volume.spacing))
        return settings

    @property
    def foreground_threshold(self) -> float | None:
        """Intensity above which the last partition took voxels as foreground."""
        return self._opened().threshold

    def open(
        self,
        source: Path | bytes,
        name: str,
        volume: int | None = None,
        form: str | None = None,
    ) -> None:
        """Start to read the volume in a file; what is open stays until it has been read.

        `volume` tells which one of a 4D file, `form` which counts if qform and sform differ.
        """
        self._lanes.start(
            "file",
            f"Opening {name}",
            partial(self._adopt_volume, Question(source, name, form=form)),
            self._files,
            read_volume,
            source,
            stem(name),
            volume=volume,
            form=form,
            max_voxels=SHOWN_VOXELS,
        )

    def _adopt_volume(self, asked: Question, read: Callable[[], Volume]) -> None:
        try:
            volume = read()
        except nifti.SeveralVolumes as several:
            self.question = asked._replace(count=several.count)
            return
        except nifti.FormsDiffer as differ:
            self.question = asked._replace(difference=differ.difference)
            return
        if self._keeper.holds and self.volume.digest == volume.digest:
            self.tell(f"{asked.name} is open already, with all that was done to it.", "info")
            return
        # Only now, in the page's turn: of one that is loaded again, the old page has gone by then.
        self._resume(volume, f"Opening {asked.name}")

    def _resume(self, volume: Volume, title: str, *, by_force: bool = False) -> None:
        self._lanes.start(
            "file",
            title,
            lambda read: self._adopt(read()),
            self._files,
            resuming.resume,
            volume,
            desk=self._desk,
            by_force=by_force,
        )

    def _adopt(self, resumed: Resumed) -> None:
        self._leave()
        volume, opened, notes = resumed
        self._resumed, case = resumed, opened.case
        self._case = case
        if opened.writes:
            self._keeper.hold(opened.journal)
        self._watch = None if opened.writes else Watch(opened.folder)
        self.surfaces.open(volume, case.labels)
        same = volume is self.volume
        self.param.update(
            volume=volume,
            superpixels=case.superpixels,
            table=case.table,
            label=case.label,
            held=opened.writes,
        )
        if same:  # taken over: the page is told all of it again
            self.param.trigger("volume")
        self.surfaces.outline(case.threshold)
        for note in notes:
            self.notice = Notice(*note)
        if opened.writes and case.superpixels is None and volume.data.size <= AUTOMATIC_VOXELS:
            self._partition(self.settings, asked=False)

    def close(self) -> None:
        """Stop what runs and give the case back: the page has gone."""
        self._closed = True
        self._leave()

    def _leave(self) -> None:
        self.cancel()
        if self._keeper.holds and self._resumed.opened.journal is not None:
            self._files.submit(self._cases.leave, self._resumed.opened)
        self._keeper.let_go()
        self._watch = None

    def take_over(self) -> None:
        """Start to take the case from whoever writes to it now; what they have saved is there."""
        self._opened()
        self._resume(self.volume, "Taking over", by_force=True)

    def look(self) -> None:
        """See whether whoever writes to the case has gone; then it is taken over."""
        if self._watch is not None and not self._looking:
            self._looking = True
            self._files.submit(self._cases.is_free, self._watch).add_done_callback(
                lambda found: self._schedule(partial(self._looked, self._watch, found))
            )

    def _looked(self, watch: Watch, found: Future) -> None:
        self._looking = False
        if watch is self._watch and not found.exception() and found.result():
            self._watch = None
            self.take_over()

    def when_saved(self, then: Callable[[], None]) -> None:
        """Call `then` once all that was done so far is on disk."""
        self._keeper.when_saved(then)

    def _lose(self) -> None:
        self.held = False
        self._watch = Watch(self._resumed.opened.folder)
        self.notice = Notice(
            "This volume was opened elsewhere, where its labels are written now.", "error"
        )

    # Superpixels

    def partition(self, settings: Settings | None = None) -> None:
        """Start to cut the volume into superpixels; the last ones stay until it is done."""
        self._partition(settings or self.settings, asked=True)

    def _partition(self, settings: Settings, *, asked: bool) -> None:
        self._lanes.start(
            "superpixels",
            "Partitioning",
            partial(self._adopt_partition, self._held(), settings, asked),
            self._executor,
            partition,
            self.volume.data,
            self.volume.spacing,
            **settings._asdict(),
        )

    def _adopt_partition(
        self, case: Case, settings: Settings, asked: bool, computed: Callable[[], Partition]
    ) -> None:
        found = computed()
        if case is self._case:
            made = Superpixels(found.ids, found.boxes)
            self._adopt_superpixels(made, Cut("", found.threshold, settings, asked))
            self.surfaces.outline(found.threshold)

    def open_superpixels(self, source: Path | bytes, name: str) -> None:
        """Start to read superpixels that were downloaded, instead of computing them."""
        self._held()
        then = partial(self._adopt_read_ids, self._case)
        self._lanes.start(
            "file", f"Opening {name}", then, self._files, read_superpixels, source, self.volume
        )

    def _adopt_read_ids(self, case: Case, read: Callable[[], Superpixels]) -> None:
        superpixels = read()
        self._still(case)
        self._lanes.cancel("superpixels")
        self._adopt_superpixels(superpixels, Cut("", None, case.settings, asked=True))

    def _adopt_superpixels(self, superpixels: Superpixels, cut: Cut) -> None:
        case = self._held()
        case.superpixels, case.cut = superpixels, cut
        self.superpixels = superpixels
        self.notice = Notice(f"{superpixels.count:,} superpixels.", "success")
        self._keep_superpixels(case, superpixels)

    def _keep_superpixels(self, case: Case, superpixels: Superpixels) -> None:
        opened = self._resumed.opened
        if opened.journal is None:
            return
        self._cuts += 1
        file = f"{opened.journal.epoch}-{self._cuts}.ids"
        kept = self._files.submit(ids_file.write, opened.folder / file, superpixels.ids)
        then = partial(self._kept_superpixels, case, superpixels, file)
        kept.add_done_callback(lambda done: self._schedule(partial(then, done)))

    def _kept_superpixels(
        self, case: Case, superpixels: Superpixels, file: str, kept: Future
    ) -> None:
        if case is not self._case or superpixels is not case.superpixels:
            return
        if error := kept.exception():
            self.tell(f"The superpixels could not be kept: {error}")
        else:
            self._keeper.write(case.take_cut(case.cut._replace(file=file)))

    def cancel(self) -> None:
        """Stop what the user is waiting for; what was there before stays."""
        self._lanes.cancel()

    # Labels

    def paint(self, stroke: Stroke, name: str = "") -> None:
        """Give a stroke's label to the superpixels under it; nothing, on the background.

        A stroke of a `name` that was painted before is not painted again: the page sends those
        anew of which it does not know whether they arrived.
        """
        case = self._held()
        if name in case.strokes:
            return
        if case.superpixels is None:
            raise Refused("There are no superpixels yet: wait for them, or press Partition.")
        if stroke.label != ERASE:
            self._must_know(stroke.label)
        plane = stroke.plane
        ids = ids_under(case.superpixels.ids, plane.layout.axis, plane.index, stroke.cells)
        edit = case.labels.assign(case.superpixels, ids, stroke.label, self._title(stroke, ids))
        self._record(edit, name)
        if not ids.size:
            self.notice = Notice("Nothing to label there: no superpixel lies under the stroke.")

    def undo(self) -> None:
        """Take the latest edit back."""
        case = self._held()
        if edit := case.history.step_back():
            case.labels.revert(edit)
            self._keeper.write(case.stepped())
            self._tell(edit, change.patched(case.revision + 1, edit))

    def redo(self) -> None:
        """Do again what was undone last."""
        case = self._held()
        if edit := case.history.step_forward():
            case.labels.apply(edit)
            self._keeper.write(case.stepped())
            self._tell(edit, change.patched(case.revision + 1, edit))

    def open_labels(self, source: Path | bytes, name: str) -> None:
        """Start to read a label map over the volume; it can be undone like a stroke."""
        self._held()
        title = f"opened {name}"
        then = partial(self._adopt_labels, self._case, title)
        self._lanes.start(
            "file", f"Opening {name}", then, self._files, read_labels, source, self.volume
        )

    def _adopt_labels(
        self, case: Case, title: str, read: Callable[[], tuple[np.ndarray, list[int]]]
    ) -> None:
        labels, values = read()
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

    # Downloads

    def export_labels(self) -> Future:
        """Start to write the labels as NIfTI; the future holds the bytes."""
        if not +self.labels.voxels:
            raise Refused("Nothing is labelled yet: draw a stroke first.")
        return self._executor.submit(
            nifti.encode_labels, self.labels.data.copy(), self.volume.header
        )

    def export_table(self) -> Future:
        """Write the names and colours of the labels as BIDS ``_dseg.tsv``."""
        self._opened()
        done: Future = Future()
        done.set_result(labels_tsv.encode(self.table).encode())
        return done

    def export_superpixels(self) -> Future:
        """Start to write the superpixels' ids as NIfTI; the future holds the bytes."""
        if self.superpixels is None:
            raise Refused("There are no superpixels yet: press Partition first.")
        return self._executor.submit(nifti.encode_labels, self.superpixels.ids, self.volume.header)

    def export_volume(self) -> Future:
        """Start to write the volume as NIfTI; the future holds the bytes."""
        self._opened()
        return self._executor.submit(nifti.encode_volume, self.volume.data, self.volume.header)

    # How it is done

    def tell(self, text: str, kind: str = "error") -> None:
        """Show the user one sentence."""
        self.notice = Notice(text, kind)

    def _opened(self) -> Case:
        if self._case is None:
            raise Refused("No volume is open: press Open… and choose one.")
        return self._case

    def _held(self) -> Case:
        case = self._opened()
        if not self._keeper.holds:
            raise Refused("The labels of this volume are written elsewhere: press Take over.")
        return case

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

    def _wait_for(self, job: Job | None) -> None:
        self.job = job

    def _still(self, case: Case) -> None:
        if case is not self._held():
            raise Refused("Another volume was opened meanwhile.")
