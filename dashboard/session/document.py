"""What a user has open, and what was done to it: read, kept, held by one page at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import Any

import param

from dashboard.cases.case_store import Cases
from dashboard.cases.held_edits import Fewer, HeldEdits
from dashboard.session import restore
from dashboard.session.autosave import Saved
from dashboard.session.edit_queue import EditQueue
from dashboard.session.held_case import HeldCase
from dashboard.session.jobs import Jobs
from dashboard.session.messages import Notice, Question
from dashboard.session.restore import Resumed
from dashboard.session.surfaces import Surfaces
from dashboard.session.task import Job
from dashboard.volumes.cache.store import Store
from dashboard.volumes.channel import Channel
from dashboard.volumes.data_folder import Folder
from dashboard.volumes.grid import Grid
from dashboard.volumes.open_volume import read_volume, stem
from workers.formats.nifti import nifti

OUTLIVING = "download of"  # lanes whose work holds all that it needs, whatever is opened meanwhile
SHOWN_VOXELS = 2**27  # what a browser holds beside ids and labels


class OpenCase(HeldCase):
    """One user's open volume with its case: read, kept, taken over, given back.

    Parameters
    ----------
    executor : Executor
        Runs kernels; Dask's in the app, an inline one in tests.
    files : Executor
        Reads files; threads of this process, since a worker may not see them. A call may be given
        up or cancelled at once, so it must change nothing.
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
    threads : Executor, optional
        Threads of this process for what takes minutes; by default those of `files`.
    folder : Folder, optional
        Takes files that are too big to be downloaded.
    keeping : Executor, optional
        Threads of this process for cases on disk; by default those of `files`.
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
        super().__init__(schedule, cases or Cases(), user, is_watched, keeping or files)
        self._executor = executor
        self._files, self._threads = files, threads or files
        self._folder = folder
        self._store = store
        self._chosen: int | None = None  # while another page writes
        self._cuts = 0
        self._places: dict[str, Path] = {}
        self._lanes = Jobs(schedule, self._wait_for, self.tell)
        self._order = EditQueue(schedule, self._keeper.expect_strokes, self.tell)
        self.surfaces = Surfaces(executor, schedule, self._threads)

    def move(self, ijk: tuple[int, int, int]) -> None:
        """Remember where the page has its cursor; the nearest voxel, if it lies outside."""
        i, j, k = (min(max(n, 0), size - 1) for n, size in zip(ijk, self.volume.shape, strict=True))
        if self._keeper.holds and (i, j, k) != self._case.cursor:
            self._keeper.note(self._case.note_view((i, j, k), self._case.label))

    def open(
        self,
        source: Path | bytes,
        name: str,
        volume: int | None = None,
        form: str | None = None,
        within: Path | None = None,
    ) -> None:
        """Start to read the volume in a file; what is open stays until it has been read.

        `volume` tells which one of a 4D file, `form` which counts if qform and sform differ. No
        link in it may lead out of the folder `within`; without one, as where the command line names
        the file, links are followed.
        """
        self._lanes.start(
            "file",
            f"Opening {name}",
            partial(self._adopt_volume, Question(source, name, form=form, within=within)),
            self._files,
            read_volume,
            source,
            stem(name),
            volume=volume,
            form=form,
            max_voxels=SHOWN_VOXELS,
            within=within,
            store=self._store,
        )

    def _adopt_volume(self, asked: Question, read: Callable[[], Grid]) -> None:
        try:
            volume = read()
        except nifti.SeveralVolumes as several:
            self.question = asked._replace(count=several.count)
            return
        except nifti.FormsDiffer as differ:
            self.question = asked._replace(difference=differ.difference)
            return
        if isinstance(asked.source, Path):
            self._places[volume.digest] = asked.source.parent
        if self._keeper.holds and self.volume.digest == volume.digest:
            self.tell(f"{asked.name} is open already, with all that was done to it.", "info")
            self._gather()
            return
        # Only now, in the page's turn: of one that is loaded again, the old page has gone by then.
        self._resume(volume, f"Opening {asked.name}")

    def _resume(self, volume: Grid, title: str, mine: HeldEdits | None = None) -> None:
        self._lanes.start(
            "file",
            title,
            self._adopt_resumed,
            self._keeping,
            restore.resume,
            volume,
            desk=self._desk,
            by_force=mine is not None,
            mine=mine,
        )

    def _adopt_resumed(self, read: Callable[[], Resumed]) -> None:
        try:
            resumed = read()
        except Fewer as fewer:
            self._keep_mine(fewer)
            return
        self._adopt(resumed)

    def _adopt(self, resumed: Resumed) -> None:
        self._leave()
        self._unsaved = self._warned = False
        self.saved = Saved()
        volume, opened, notes = resumed
        self._resumed, case = resumed, opened.case
        self._case = case
        same = volume is self.volume
        keeps = same and self._chosen in {known.value for known in case.table}
        if opened.writes:
            self._keeper.hold(opened.journal)
        else:
            self._following.begin(opened.folder, volume)
        if opened.writes and keeps:
            self._keeper.note(case.note_view(case.cursor, self._chosen))
        if case.partitioned is not None and case.partitioned.file:
            self._beside.have(
                opened.folder / case.partitioned.file, lambda: case.first_superpixels.ids
            )
        self.surfaces.open(volume, case.labels)
        self.param.update(
            volume=volume,  # taken over, it is the same; the page is told all of it again
            channels=self.channels if same else (Channel(0, volume.name, volume),),
            superpixels=case.superpixels,
            table=case.table,
            label=self._chosen if keeps else case.label,
            # Who takes over is told last that it may write: a stroke before were on what goes.
            held=opened.writes and (self.held or not same),
        )
        self.held = opened.writes
        self._chosen = None
        self.surfaces.outline(case.threshold)
        for note in notes:
            self.notice = Notice(*note)
        if opened.writes:
            self._begin()
        if not same:
            self._gather()

    def find(
        self, title: str, look: Callable, then: Callable[[Any], None], lane: str = "find"
    ) -> None:
        """Call `look` where files are read, as a disk may not answer, and `then` with its result.

        Parameters
        ----------
        title : str
            What the user is told is being done.
        look : callable
            Without parameters.
        then : callable
            Called in the page's thread; what was looked for before in the lane is forgotten.
        lane : str, optional
            ``"file"`` for what is to be opened then, so that it takes the place of what is being
            opened.

        Raises
        ------
        Exception
            What `look` raises, if that is known at once; else the user is told.
        """
        asked = self._files.submit(look)
        if asked.done():
            then(asked.result())
        else:
            self._lanes.start(lane, title, lambda read: then(read()), self._files, _came, asked)

    def _gather(self) -> None:
        """Read what is to be shown beside the volume that was opened."""

    def _begin(self) -> None:
        """Do what is done by itself with a case that was opened and may be changed."""

    def cancel(self) -> None:
        """Stop what the user is waiting for; what was there before stays."""
        self._lanes.cancel()

    def close(self) -> None:
        """Stop what runs and give the case back: the page has gone."""
        self._closed = True
        self._leave()

    def end(self) -> None:
        """Close for good, and keep nothing of what was open."""
        self.close()
        self._case = self._resumed = None
        self.surfaces.close()
        with param.parameterized.discard_events(self):  # nobody looks any more
            self.volume = self.superpixels = self.question = None
            self.channels = ()

    def _leave(self) -> None:
        self._lanes.cancel(but=OUTLIVING)
        if self._keeper.holds and self._resumed.opened.journal is not None:
            self._keeping.submit(self._cases.leave, self._resumed.opened)
        self._keeper.let_go()
        self._beside.drop()
        self._drop_strokes("Another volume was opened before that was painted: it is not.")
        self._following.end()

    # How it is done

    def schedule(self, function: Callable[[], None]) -> None:
        """Run a function later in the page's thread; may be called in any."""
        self._schedule(function)

    def _drop_strokes(self, why: str) -> None:
        if self._order.clear(why) and not self._closed:
            self.tell(why)

    def _wait_for(self, job: Job | None) -> None:
        self.job = job


def _came(asked: Future, *, report: Callable[[float], None]) -> Any:
    """Return what was asked for, when it has come."""
    report(0.0)
    return asked.result()
