"""The file of superpixels beside a journal: written, and written again until it is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

import numpy as np

from dashboard.cases import ids_file
from dashboard.session.autosave import Autosave, Function
from dashboard.session.flow import arrival, at_once

RETRY_S = 2.0

Then = Callable[[bool], None]


class IdsWriter:
    """Keeps the ids of one partition in a file, of which the keeper tells whether it is there.

    Parameters
    ----------
    executor : Executor
        Writes files.
    schedule : callable
        Runs a function later in the page's thread.
    keeper : Autosave
        Counts a file that is not there.
    """

    def __init__(
        self, executor: Executor, schedule: Callable[[Function], None], keeper: Autosave
    ) -> None:
        self._executor, self._schedule, self._keeper = executor, schedule, keeper
        self._file: _File | None = None

    def have(self, path: Path, ids: Callable[[], np.ndarray]) -> None:
        """Begin with a file that is there; `ids` returns what is in it."""
        self._file = _File(path, ids, _nobody, is_there=True)

    def keep(self, path: Path, ids: Callable[[], np.ndarray], then: Then) -> None:
        """Write a file in place of the one before; `then` is told whether it came to be there.

        It is told so once: when it is there, or when nobody wants it any more.
        """
        if self._file is not None and not self._file.is_there:
            self._keeper.have_file()
        self.drop()
        self._file = _File(path, ids, then)
        self._keeper.expect_file()
        self._write(self._file)

    def again(self) -> None:
        """Write it again if it is not there: its folder may have been made anew."""
        if self._file is None:
            return
        if self._file.is_there:
            self._file.is_there = False
            self._keeper.expect_file()
        self._write(self._file)

    def look(self) -> None:
        """Try again what has failed, after a while."""
        if self._file is not None and self._file.again_at <= time.monotonic():
            self._write(self._file)

    def drop(self) -> None:
        """Keep none any more."""
        file, self._file = self._file, None
        if file is not None:
            file.tell(False)

    @at_once
    async def _write(self, file: _File) -> None:
        file.again_at = np.inf
        writing = self._executor.submit(_write_unless_there, file.path, file.ids())
        done = await arrival(writing, self._schedule)
        if file is not self._file or file.is_there:
            return
        if error := done.exception():
            file.again_at = time.monotonic() + RETRY_S
            self._keeper.miss_file(getattr(error, "strerror", None) or str(error))
            return
        file.is_there = True
        file.tell(True)
        self._keeper.have_file()


class _File:
    def __init__(
        self, path: Path, ids: Callable[[], np.ndarray], then: Then, *, is_there: bool = False
    ) -> None:
        self.path, self.ids, self._then, self.is_there = path, ids, then, is_there
        self.again_at = np.inf

    def tell(self, is_there: bool) -> None:
        """Tell whoever wanted it, the first time."""
        then, self._then = self._then, _nobody
        then(is_there)


def _nobody(_: bool) -> None:
    """Nobody wants to know."""


def _write_unless_there(path: Path, ids: np.ndarray) -> None:
    if not path.exists():
        ids_file.write(path, ids)
