"""The verbs that open a volume from a file, and those that are shown beside it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from dashboard.session.edits import Edits
from dashboard.session.flow import at_once
from dashboard.session.held_case import HeldCase
from dashboard.session.jobs import Executors, Jobs
from dashboard.session.messages import Question
from dashboard.session.series import SHOWN_VOXELS, Series
from dashboard.session.state import State
from dashboard.volumes.cache.store import Store
from dashboard.volumes.grid import Grid
from dashboard.volumes.open_volume import read_volume, stem
from workers.formats.nifti import nifti


class Opening:
    """Opens volumes; owns where their files lie, by digest.

    Parameters
    ----------
    state, edits, jobs, executors
        Of the session.
    held_case : HeldCase
        Reads the case of a volume, and opens both.
    series : Series
        Shows others beside it.
    store : Store or None
        Where volumes are kept that a browser or the memory does not hold; without one they are
        refused.
    """

    def __init__(
        self,
        state: State,
        edits: Edits,
        jobs: Jobs,
        executors: Executors,
        held_case: HeldCase,
        series: Series,
        store: Store | None,
    ) -> None:
        self._state, self._edits, self._jobs, self._executors = state, edits, jobs, executors
        self._held_case, self._series, self._store = held_case, series, store
        self.places: dict[str, Path] = {}

    @at_once
    async def open(
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
        await self._open(Question(source, name, form=form, within=within), volume)

    @at_once
    async def find(
        self, title: str, look: Callable[[], Any], then: Callable[[Any], None], lane: str = "find"
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
        asked = self._executors.files.submit(look)
        if asked.done():
            then(asked.result())
        else:
            then(await self._jobs.run(lane, title, self._executors.files, _come, asked))

    @at_once
    async def open_together(self) -> None:
        """Start to open the volumes that were asked about: the first, with the others beside it."""
        asked = self._state.question
        if asked.adds:
            await self._series.add_all(asked)
        else:
            first = Question(asked.source, asked.name, form=asked.form, within=asked.within)
            await self._open(first, 0, together=asked)

    @at_once
    async def resume(self, volume: Grid, title: str, together: Question | None = None) -> None:
        """Start to read the case of a volume, and open both; `together` with others of its file."""
        await self._resume(volume, title, together)

    async def _open(
        self, asked: Question, volume: int | None, together: Question | None = None
    ) -> None:
        try:
            read = await self._read(asked, volume)
        except nifti.SeveralVolumes as several:
            self._state.question = asked._replace(count=several.count)
            return
        except nifti.FormsDiffer as differ:
            self._state.question = asked._replace(difference=differ.difference)
            return
        if isinstance(asked.source, Path):
            self.places[read.digest] = asked.source.parent
        if self._edits.autosave.holds and self._state.volume.digest == read.digest:
            told = f"{asked.name} is open already, with all that was done to it."
            self._state.tell(told, "info")
            await self._series.gather(together)
            return
        # Only now, in the page's turn: of one that is loaded again, the old page has gone by then.
        await self._resume(read, f"Opening {asked.name}", together)

    async def _read(self, asked: Question, volume: int | None) -> Grid:
        return await self._jobs.run(
            "file",
            f"Opening {asked.name}",
            self._executors.files,
            read_volume,
            asked.source,
            stem(asked.name),
            volume=volume,
            form=asked.form,
            max_voxels=SHOWN_VOXELS,
            within=asked.within,
            store=self._store,
        )

    async def _resume(self, volume: Grid, title: str, together: Question | None) -> None:
        await self._held_case.resume(volume, title)
        await self._series.gather(together)


def _come(asked: Future, *, report: Callable[[float], None]) -> Any:
    """Return what was asked for, when it has come."""
    report(0.0)
    return asked.result()
