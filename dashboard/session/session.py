"""What a user has open, and what they can do to it: one object for pages, tests and scripts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from dashboard.cases.case_store import Cases
from dashboard.session.autosave import Autosave
from dashboard.session.edits import Edits
from dashboard.session.export import Export
from dashboard.session.held_case import HeldCase
from dashboard.session.import_labels import ImportLabels
from dashboard.session.jobs import Executors, Jobs
from dashboard.session.label_cleanup import LabelCleanup
from dashboard.session.label_table import LabelTable
from dashboard.session.measure import Measure
from dashboard.session.messages import Notice, Question, Refused
from dashboard.session.opening import Opening
from dashboard.session.partition import AUTOMATIC_VOXELS, Partitioning
from dashboard.session.series import Series
from dashboard.session.state import State
from dashboard.session.surfaces import Surfaces
from dashboard.session.tools.strokes import Strokes
from dashboard.session.undo import Undo
from dashboard.volumes.cache.store import Store
from dashboard.volumes.data_folder import Folder

__all__ = ["AUTOMATIC_VOXELS", "Notice", "Question", "Refused", "Session"]

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


def verb(
    part: str, method: Callable[Concatenate[Any, Given], Returned]
) -> Callable[Concatenate[Any, Given], Returned]:
    """Return a method of a session that calls one of its `part`."""

    @wraps(method)
    def call(session: Session, *args: Given.args, **kwargs: Given.kwargs) -> Returned:
        return getattr(getattr(session, part), method.__name__)(*args, **kwargs)

    return call


def shown(name: str) -> property:
    """Return a property of a session: what its state has under a name."""
    return property(
        lambda session: getattr(session.state, name),
        lambda session, value: setattr(session.state, name, value),
        doc=f"As `State.{name}`.",
    )


class Session:
    """One user's open volume and everything done to it. Views watch its state and call its verbs.

    It only builds the parts and hands each verb to its part; none of them knows of the session.

    Parameters
    ----------
    executor, files, threads, keeping : Executor
        As of `Executors`; `threads` and `keeping` are by default those of `files`.
    schedule : callable
        Runs a function later in the page's thread, where views may change.
    cases : Cases, optional
        Where annotations are kept; by default they are not.
    user : str, optional
        Whose cases.
    is_watched : callable, optional
        Tells whether the page is still there.
    store : Store, optional
        Where volumes are kept that a browser or the memory does not hold; without one they are
        refused.
    folder : Folder, optional
        Takes files that are too big to be downloaded.
    """

    def __init__(
        self,
        executor: Executor,
        files: Executor,
        schedule: Callable[[Callable[[], None]], None],
        cases: Cases | None = None,
        user: str = "",
        is_watched: Callable[[], bool] = lambda: True,
        store: Store | None = None,
        threads: Executor | None = None,
        folder: Folder | None = None,
        keeping: Executor | None = None,
    ) -> None:
        self._schedule = schedule
        self.state = state = State()
        self.executors = run = Executors(executor, files, threads or files, keeping or files)
        self.surfaces = surfaces = Surfaces(run.kernels, schedule, run.threads)
        self.jobs = jobs = Jobs(schedule, lambda job: state.param.update(job=job), state.tell)
        self.edits = edits = Edits(state, surfaces, run, schedule, self._lose)
        self.autosave = edits.autosave
        parts = state, edits, jobs
        self.partitioning = Partitioning(*parts, surfaces)
        self.held_case = held_case = HeldCase(
            *parts, surfaces, run, store, cases or Cases(), user, is_watched, schedule,
            self.partitioning.begin,
        )  # fmt: skip
        self.series = Series(*parts, run, store, folder)
        self.opening = Opening(*parts, run, held_case, self.series, store)
        self.strokes = Strokes(state, edits)
        self.steps = Undo(*parts, schedule)
        self.label_table = LabelTable(*parts, run, held_case)
        self.label_cleanup = LabelCleanup(*parts, run)
        self.import_labels = ImportLabels(*parts)
        self.export = Export(*parts, folder, self.opening.places.get)
        self.measure = Measure(*parts)

    def cancel(self) -> None:
        """Stop what the user is waiting for; what was there before stays."""
        self.jobs.cancel()
        self.steps.stop()

    def close(self) -> None:
        """Stop what runs and give the case back: the page has gone."""
        self.held_case.close()

    def end(self) -> None:
        """Close for good, and keep nothing of what was open."""
        self.close()
        self.surfaces.close()
        self.steps.forget()
        self.state.forget()

    def schedule(self, function: Callable[[], None]) -> None:
        """Run a function later in the page's thread; may be called in any."""
        self._schedule(function)

    def _lose(self, unsaved: int, trouble: str) -> None:
        self.held_case.lose(unsaved, trouble)

    # What is open, and who may write to it
    open = verb("opening", Opening.open)
    find = verb("opening", Opening.find)
    open_together = verb("opening", Opening.open_together)
    add_volume = verb("series", Series.add_volume)
    remove_volume = verb("series", Series.remove_volume)
    take_over = verb("held_case", HeldCase.take_over)
    look = verb("held_case", HeldCase.look)
    when_saved = verb("autosave", Autosave.when_saved)

    # What is done to it
    ask = verb("edits", Edits.ask)
    move = verb("edits", Edits.move)
    paint = verb("strokes", Strokes.paint)
    undo = verb("steps", Undo.undo)
    redo = verb("steps", Undo.redo)
    go_to = verb("steps", Undo.go_to)
    choose = verb("label_table", LabelTable.choose)
    add_label = verb("label_table", LabelTable.add_label)
    rename = verb("label_table", LabelTable.rename)
    recolour = verb("label_table", LabelTable.recolour)
    remove_label = verb("label_table", LabelTable.remove_label)
    merge_label = verb("label_table", LabelTable.merge_label)
    show_label = verb("label_table", LabelTable.show_label)
    show_labels = verb("label_table", LabelTable.show_labels)
    lock_label = verb("label_table", LabelTable.lock_label)
    open_table = verb("label_table", LabelTable.open_table)
    open_labels = verb("import_labels", ImportLabels.open_labels)
    fill_holes = verb("label_cleanup", LabelCleanup.fill_holes)
    keep_largest_island = verb("label_cleanup", LabelCleanup.keep_largest_island)
    partition = verb("partitioning", Partitioning.partition)
    open_superpixels = verb("partitioning", Partitioning.open_superpixels)

    # What leaves
    export_labels = verb("export", Export.export_labels)
    export_table = verb("export", Export.export_table)
    export_superpixels = verb("export", Export.export_superpixels)
    export_volume = verb("export", Export.export_volume)
    export_statistics = verb("measure", Measure.export_statistics)
    measure_spread = verb("measure", Measure.measure_spread)

    # What views read
    tell = verb("state", State.tell)
    intensity = verb("state", State.intensity)
    param = shown("param")
    volume, channels, superpixels = shown("volume"), shown("channels"), shown("superpixels")
    table, label, job = shown("table"), shown("label"), shown("job")
    notice, question, saved = shown("notice"), shown("question"), shown("saved")
    held, change, why_here = shown("held"), shown("change"), shown("why_here")
    division, place = shown("division"), shown("place")
    labels, locked, revision = shown("labels"), shown("locked"), shown("revision")
    history, cursor, settings = shown("history"), shown("cursor"), shown("settings")
    weights, first_settings = shown("weights"), shown("first_settings")
    backing, foreground_threshold = shown("backing"), shown("foreground_threshold")
