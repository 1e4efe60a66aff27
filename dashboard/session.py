"""The one mutable thing: what a user has open, and what they can do to it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import param

from dashboard import demo
from dashboard.lanes import Lanes
from dashboard.model import change
from dashboard.model.case import Case, Cases
from dashboard.model.labels import Edit, LabelMap
from dashboard.model.palette import MOST_KEYS, Label, color_of, covering, first_labels
from dashboard.model.settings import Settings
from dashboard.model.stroke import ERASE, Stroke
from dashboard.model.superpixels import Superpixels
from dashboard.model.volume import Volume
from dashboard.opening import read_labels, read_superpixels, read_volume, stem
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
    """A file holds several volumes, and the user must say which one."""

    source: Path | bytes
    name: str
    count: int


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
        Where annotations wait for a page that is loaded again.
    user : str, optional
        Whose cases.
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

    def __init__(
        self,
        executor: Executor,
        files: Executor,
        schedule: Callable[[Callable[[], None]], None],
        cases: Cases | None = None,
        user: str = "",
    ) -> None:
        super().__init__()
        self._executor = executor
        self._files = files
        self._schedule = schedule
        self._cases = cases or Cases()
        self._user = user
        self._key: tuple[str, str] | None = None
        self._case: Case | None = None
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
        journal = self._opened().journal
        return journal.titles, journal.done

    @property
    def cursor(self) -> tuple[int, int, int]:
        """Voxel at which the three slices meet."""
        return self._opened().cursor

    def move(self, ijk: tuple[int, int, int]) -> None:
        """Remember where the page has its cursor; the nearest voxel, if it lies outside."""
        i, j, k = (min(max(n, 0), size - 1) for n, size in zip(ijk, self.volume.shape, strict=True))
        if self._holds:
            self._case.cursor = (i, j, k)

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

    def open(self, source: Path | bytes, name: str, volume: int | None = None) -> None:
        """Start to read the volume in a file; what is open stays until it has been read.

        `volume` tells which one of a 4D file.
        """
        self._lanes.start(
            "file",
            f"Opening {name}",
            partial(self._adopt_volume, source, name),
            self._files,
            read_volume,
            source,
            stem(name),
            volume=volume,
            max_voxels=SHOWN_VOXELS,
        )

    def _adopt_volume(self, source: Path | bytes, name: str, read: Callable[[], Volume]) -> None:
        try:
            volume = read()
        except nifti.SeveralVolumes as several:
            self.question = Question(source, name, several.count)
            return
        self.close()
        self._key = (self._user, volume.digest)
        case = self._cases.take(self._key, partial(begin, volume), self._lose)
        self._case = case
        self.surfaces.open(volume, case.labels)
        self.param.update(
            volume=volume,
            superpixels=case.superpixels,
            table=case.table,
            label=case.label,
            held=True,
        )
        self.surfaces.outline(case.threshold)
        if case.superpixels is None and volume.data.size <= AUTOMATIC_VOXELS:
            self.partition()

    def close(self) -> None:
        """Stop what runs and give the case back; done when a page goes."""
        self.cancel()
        if self._key is not None:
            self._cases.leave(self._key, self._lose)
            self._key = None

    def end(self) -> None:
        """Close for good, and keep nothing of what was open."""
        self.close()
        self._case = None
        self.surfaces.close()
        with param.parameterized.discard_events(self):  # nobody looks any more
            self.volume = self.superpixels = self.change = self.question = None

    def _lose(self) -> None:
        """Let the case go at once, and tell the page when its own turn comes."""
        self._key = None
        self._schedule(self._tell_lost)

    def _tell_lost(self) -> None:
        if self._holds:  # another volume, opened meanwhile
            return
        self.held = False
        self.notice = Notice(
            "This volume was opened in another page, which goes on with it. "
            "Reload this page to take it back.",
            "error",
        )

    # Superpixels

    def partition(self, settings: Settings | None = None) -> None:
        """Start to cut the volume into superpixels; the last ones stay until it is done."""
        case = self._held()
        case.settings = settings or self.settings
        self._lanes.start(
            "superpixels",
            "Partitioning",
            partial(self._adopt_partition, case),
            self._executor,
            partition,
            self.volume.data,
            self.volume.spacing,
            **self.settings._asdict(),
        )

    def _adopt_partition(self, case: Case, computed: Callable[[], Partition]) -> None:
        found = computed()
        if case is self._case:
            self._adopt_superpixels(Superpixels(found.ids, found.boxes))
            case.threshold = found.threshold
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
        self._adopt_superpixels(superpixels)

    def _adopt_superpixels(self, superpixels: Superpixels) -> None:
        self._held().superpixels = superpixels
        self.superpixels = superpixels
        self.notice = Notice(f"{superpixels.count:,} superpixels.", "success")

    def cancel(self) -> None:
        """Stop what the user is waiting for; what was there before stays."""
        self._lanes.cancel()

    # Labels

    def paint(self, stroke: Stroke) -> None:
        """Give a stroke's label to the superpixels under it; nothing, on the background."""
        case = self._held()
        if case.superpixels is None:
            raise Refused("There are no superpixels yet: wait for them, or press Partition.")
        if stroke.label != ERASE:
            self._must_know(stroke.label)
        plane = stroke.plane
        ids = ids_under(case.superpixels.ids, plane.layout.axis, plane.index, stroke.cells)
        edit = case.labels.assign(case.superpixels, ids, stroke.label, self._title(stroke, ids))
        self._record(edit)
        if not ids.size:
            self.notice = Notice("Nothing to label there: no superpixel lies under the stroke.")

    def undo(self) -> None:
        """Take the latest edit back."""
        case = self._held()
        if edit := case.journal.step_back():
            case.labels.revert(edit)
            self._tell(edit, change.patched(case.revision + 1, edit))

    def redo(self) -> None:
        """Do again what was undone last."""
        case = self._held()
        if edit := case.journal.step_forward():
            case.labels.apply(edit)
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
        self.table = case.table = covering(case.table, values)
        self._record(case.labels.replace(labels, title))

    def choose(self, label: int) -> None:
        """Let the next strokes give `label`."""
        self._must_know(label)
        self.label = self._held().label = label

    def add_label(self) -> None:
        """Add a label with the next number, and choose it."""
        case = self._held()
        used = {known.value for known in case.table}
        value = next((key for key in range(1, MOST_KEYS + 1) if key not in used), None)
        if value is None:
            raise Refused(f"There are {MOST_KEYS} labels already, one for each key.")
        new = Label(value, f"label {value}", color_of(value))
        case.table = tuple(sorted((*case.table, new)))
        self.table = case.table
        self.choose(value)

    def rename(self, label: int, name: str) -> None:
        """Call a label `name`; a blank name changes nothing."""
        case = self._held()
        name = " ".join(name.split())[:80]
        if name:
            case.table = tuple(
                known._replace(name=name) if known.value == label else known for known in case.table
            )
            self.table = case.table

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

    @property
    def _holds(self) -> bool:
        return self._key is not None

    def _held(self) -> Case:
        case = self._opened()
        if not self._holds:
            raise Refused("This volume is open in another page: reload to take it back.")
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

    def _record(self, edit: Edit) -> None:
        if edit.patches:
            case = self._held()
            case.journal.record(edit)
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


def begin(volume: Volume) -> Case:
    """Return a fresh case for `volume`."""
    shown = demo.is_demo(volume.name, volume.shape)
    return Case(
        labels=LabelMap(volume.shape),
        table=first_labels(demo.LABELS if shown else ()),
        cursor=demo.CURSOR if shown else tuple(n // 2 for n in volume.shape),
    )
