"""How a page that only reads goes on by itself, when whoever writes has gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path

from dashboard.cases.held_edits import HeldEdits
from dashboard.cases.lease import LeaseWatch
from dashboard.session.autosave import Function
from dashboard.session.restore import Desk
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
    desk : Desk
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
        desk: Desk,
        held: Callable[[], HeldEdits],
        take: Function,
    ) -> None:
        self._executor, self._schedule, self._desk = executor, schedule, desk
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

    def look(self) -> None:
        """See whether whoever writes has gone."""
        if self._watch is not None and not self._looking and time.monotonic() >= self._again_at:
            self._ask(self._looked, self._desk.cases.is_free)

    def _looked(self) -> None:
        self._ask(self._compared, self._desk.may_follow, self._volume, self._held())

    def _compared(self) -> None:
        self._again_at = 0.0
        self._take()

    def _ask(self, then: Function, question: Callable[..., bool], *args) -> None:
        self._looking, watch = True, self._watch
        asked = self._executor.submit(question, watch, *args)
        asked.add_done_callback(
            lambda found: self._schedule(partial(self._answered, watch, then, found))
        )

    def _answered(self, watch: LeaseWatch, then: Function, found: Future) -> None:
        self._looking = False
        if watch is not self._watch:
            return
        if not found.exception() and found.result():
            then()
        elif then == self._compared:
            self._again_at = time.monotonic() + REST_S
