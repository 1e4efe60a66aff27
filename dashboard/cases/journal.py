"""The journal on disk: a record is acknowledged when it is there to stay."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from dashboard.cases.begin_anew import NoLease, Taken
from dashboard.cases.journal_place import JournalPlace
from dashboard.cases.lease import BEAT_S, Lease

RETRY_S = 2.0
UNWANTED_BEATS = 5  # a page that has just opened a case takes it in its next turn
STUCK_S = 5.0  # a disk that takes longer than that is not waited for in silence
STUCK = "the disk of the data folder does not answer"

_sync = getattr(os, "fdatasync", os.fsync)


class Progress(NamedTuple):
    """How far a journal is.

    Attributes
    ----------
    saved : int
        Number of the last record that was on disk, with all before it.
    trouble : str
        Why not all is there, or is there no more; it is tried again, unless it is lost.
    lost : bool
        Whether somebody else writes now: what is not saved never will be.
    """

    saved: int
    trouble: str = ""
    lost: bool = False


class Journal:
    """Appends records to the file of one lease, in a thread of its own, and keeps them in memory.

    So all can be written anew when the file is taken away from under it, as it is by whoever
    deletes the data folder, or unmounts its disk.

    Parameters
    ----------
    lease : Lease or NoLease
        Checked after each write, before what was written counts as saved. Without one, it is taken
        as soon as that can be done.
    payloads : list of bytes
        What the file begins with; on disk when this returns, if there is a lease.
    tell : callable
        Told this journal and its Progress, in the journal's thread.
    is_wanted : callable, optional
        Asked at each beat, with this journal; one that nobody has wanted for some beats closes.
    retry_s, beat_s : float, optional
        After how long to try again what failed, and to show that it lives.

    Raises
    ------
    OSError
        If there is a lease, and the file cannot be written.
    """

    def __init__(
        self,
        lease: Lease | NoLease,
        payloads: list[bytes],
        tell: Callable[[Journal, Progress], None],
        *,
        is_wanted: Callable[[Journal], bool] = lambda _: True,
        retry_s: float = RETRY_S,
        beat_s: float = BEAT_S,
    ) -> None:
        self._tell, self._is_wanted = tell, is_wanted
        self._retry_s, self._beat_s = retry_s, beat_s
        self._unwanted = 0
        self._log, self._made = list(payloads), len(payloads)
        self._place = JournalPlace(lease, self._log)
        self._trouble = lease.why if isinstance(lease, NoLease) else ""
        if isinstance(lease, Lease):
            self._place.begin_file(self._made)
        self._saved = 0
        self._lost = self._closing = self._last_try = self._needless = False
        self._next_beat = 0.0
        self._busy_since: float | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="supervox-journal", daemon=True)
        self._thread.start()

    def append(self, payload: bytes) -> int:
        """Have a record written; returns its number, to compare with `Progress.saved`."""
        with self._changed:
            self._log.append(payload)
            self._changed.notify()
            return len(self._log) - self._made

    @property
    def progress(self) -> Progress:
        """How far it is."""
        with self._changed:
            stuck = STUCK if self._is_stuck else ""
            return Progress(self._saved, self._trouble or stuck, self._lost)

    @property
    def _is_stuck(self) -> bool:
        since = self._busy_since
        return since is not None and time.monotonic() - since > STUCK_S

    def close(self, *, is_needless: bool = False) -> None:
        """Write what waits, then let the lease go; returns at once.

        As long as a record cannot be written, or what was written is not there, it is tried again;
        unless nothing of it is needed.
        """
        with self._changed:
            self._closing = True
            self._needless |= is_needless
            self._changed.notify()

    def join(self, timeout: float) -> None:
        """Wait for the end after `close`, at most `timeout` seconds."""
        self._thread.join(timeout)

    def surrender(self, timeout: float) -> None:
        """Write what waits if that can be done in `timeout` seconds; then it is lost.

        What is on no disk then is in its `log`.
        """
        with self._changed:
            self._last_try = True
        self.close()
        self.join(timeout)
        self._lose(self.progress.trouble)

    @property
    def is_open(self) -> bool:
        """Whether it takes records, as far as is known."""
        with self._changed:
            return not (self._closing or self._lost)

    @property
    def is_over(self) -> bool:
        """Whether it writes no more."""
        return not self._thread.is_alive()

    @property
    def log(self) -> list[bytes]:
        """All that it was made with, and that was appended."""
        with self._changed:
            return list(self._log)

    @property
    def files(self) -> int:
        """How many files it has begun; another one may be in a folder that was made anew."""
        return self._place.files

    @property
    def lease(self) -> Lease | NoLease:
        """Under which it writes, or did."""
        return self._place.lease

    @property
    def folder(self) -> Path:
        """Of the case."""
        return self._place.folder

    @property
    def epoch(self) -> int:
        """The fencing number under which it writes; that of who went before, without a lease."""
        return self._place.lease.epoch

    def holds(self) -> bool:
        """Ask the disk whether nobody else has taken over.

        Raises
        ------
        OSError
            If that cannot be read.
        """
        return self._place.holds()

    # In its thread

    def _run(self) -> None:
        try:
            self._work()
        finally:  # whatever ended it, it takes no more records
            self._busy_since = None
            self._lost |= not self._closing
            self._place.close_file()

    def _work(self) -> None:
        while not self._lost:
            batch, closing = self._next()
            if self._needless or (self._tend(batch, closing) and closing and not batch):
                self._place.release()
                return
            if self._last_try and self._trouble:
                return

    def _tend(self, batch: list[bytes], closing: bool) -> bool:
        """Write what waits, and see that all is there; returns whether that is so."""
        try:
            self._live(at_once=closing)
            if batch:
                self._write(batch)
        except Taken as taken:
            self._lose(str(taken))
        except OSError as error:
            self._fail(error)
        return not (self._lost or self._trouble)

    def _next(self) -> tuple[list[bytes], bool]:
        with self._changed:
            self._busy_since = None
            waits = len(self._log) - self._made > self._saved
            if not waits and not self._closing and not self._trouble:
                self._changed.wait(self._beat_s)
            self._busy_since = time.monotonic()
            return self._log[self._made + self._saved :], self._closing

    def _live(self, *, at_once: bool) -> None:
        """See at each beat that all is where it was left, and show that its holder lives."""
        if time.monotonic() < self._next_beat and not self._trouble and not at_once:
            return
        self._next_beat = time.monotonic() + self._beat_s
        self._unwanted = 0 if self._is_wanted(self) else self._unwanted + 1
        if self._unwanted > UNWANTED_BEATS:
            self.close()
        self._place.ensure_file(self._made + self._saved)
        self._place.lease.beat()
        self._rest()

    def _rest(self) -> None:
        """Tell that the trouble is over, unless that is yet to be seen by writing what waits."""
        with self._changed:
            waits = len(self._log) - self._made > self._saved
            if waits or not self._trouble:
                return
            self._trouble = ""
        self._tell(self, self.progress)

    def _write(self, batch: list[bytes]) -> None:
        if not self._place.is_writable:
            self._place.ensure_file(self._made + self._saved)
        size = self._put(batch)
        if not self._place.is_there():
            self._place.raise_missing()
        self._save(batch, size)

    def _put(self, batch: list[bytes]) -> int:
        size = self._place.file.write(batch)
        try:
            _sync(self._place.file.descriptor)
        except OSError:
            # What the disk then holds is unknown, and asking it again would not tell.
            self._place.is_in_doubt = True
            raise
        return size

    def _save(self, batch: list[bytes], size: int) -> None:
        with self._changed:
            self._place.file.keep(batch, size)
            self._saved += len(batch)
            self._trouble = ""
        self._tell(self, self.progress)

    def _fail(self, error: OSError) -> None:
        self._place.truncate()
        with self._changed:
            self._trouble = error.strerror or str(error)
        self._tell(self, self.progress)
        with self._changed:
            self._busy_since = None
            if not self._last_try:
                self._changed.wait(self._retry_s)

    def _lose(self, why: str = "") -> None:
        with self._changed:
            self._lost, self._trouble = True, why
            self._changed.notify()
        self._tell(self, self.progress)
