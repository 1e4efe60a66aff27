"""Takes the case for a page that only reads, by itself, when whoever writes has gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from dashboard.cases.held_edits import HeldEdits
from dashboard.cases.lease import LeaseWatch
from dashboard.session.autosave import Function
from dashboard.session.flow import arrival, at_once
from dashboard.session.restore import CaseOpener
from dashboard.volumes.grid import Grid

REST_S = 10.0  # before what may not be taken is compared again


class Following:
    """Watches a case, and takes it once it is free, if no edit is lost by that.

    Parameters
    ----------
    executor : Executor
        Looks at the case.
    schedule : callable
        Runs a function later in the page's thread.
    opener : CaseOpener
        Where cases are.
    held : callable
        Returns what the page holds of the case.
    take : callable
        Takes it over, unless the page is busy.
    """

    def __init__(
        self,
        executor: Executor,
        schedule: Callable[[Function], None],
        opener: CaseOpener,
        held: Callable[[], HeldEdits],
        take: Function,
    ) -> None:
        self._executor, self._schedule, self._opener = executor, schedule, opener
        self._held, self._take = held, take
        self._watch: LeaseWatch | None = None
        self._volume: Grid | None = None
        self._looking = False
        self._again_at = 0.0

    def begin(self, folder: Path, volume: Grid) -> None:
        """Watch the case of a volume."""
        self._watch, self._volume, self._again_at = LeaseWatch(folder), volume, 0.0

    def end(self) -> None:
        """Watch none."""
        self._watch = self._volume = None

    @at_once
    async def look(self) -> None:
        """See whether whoever writes has gone; then take the case, if nothing is lost by that."""
        watch, volume = self._watch, self._volume
        if watch is None or self._looking or time.monotonic() < self._again_at:
            return
        if not await self._ask(watch, self._opener.cases.is_free, watch):
            return
        may = await self._ask(watch, self._opener.may_follow, watch, volume, self._held())
        if watch is not self._watch:
            return
        self._again_at = 0.0 if may else time.monotonic() + REST_S
        if may:
            self._take()

    async def _ask(self, watch: LeaseWatch, question: Callable[..., bool], *args: object) -> bool:
        """Ask where disks are read; what cannot be told, or of a case watched no more, is no."""
        self._looking = True
        found = await arrival(self._executor.submit(question, *args), self._schedule)
        self._looking = False
        return watch is self._watch and not found.exception() and found.result()
