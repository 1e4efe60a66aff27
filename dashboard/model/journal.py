"""The journal on disk: a record is acknowledged when it is there to stay."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from dashboard.model import records, recovery
from dashboard.model.lease import BEAT_S, Lease
from workers import files

RETRY_S = 2.0
UNWANTED_BEATS = 5  # a page that has just opened a case takes it in its next turn

_sync = getattr(os, "fdatasync", os.fsync)


class Progress(NamedTuple):
    """How far a journal is.

    Attributes
    ----------
    saved : int
        Number of the last record that is on disk, with all before it.
    trouble : str
        Why the next one is not, if it could not be written; it is tried again.
    lost : bool
        Whether somebody else writes now: what is not saved never will be.
    """

    saved: int
    trouble: str = ""
    lost: bool = False


class Journal:
    """Appends records to the file of one lease, in a thread of its own.

    Parameters
    ----------
    lease : Lease
        Checked after each write, before what was written counts as saved.
    payloads : list of bytes
        What the file begins with; it is on disk when this returns.
    tell : callable
        Told this journal and its Progress, in the journal's thread.
    is_wanted : callable, optional
        Asked at each beat, with this journal; one that nobody has wanted for some beats closes.
    retry_s, beat_s : float, optional
        After how long to try again what failed, and to show that it lives.

    Raises
    ------
    OSError
        If the file cannot be written.
    """

    def __init__(
        self,
        lease: Lease,
        payloads: list[bytes],
        tell: Callable[[Journal, Progress], None],
        *,
        is_wanted: Callable[[Journal], bool] = lambda _: True,
        retry_s: float = RETRY_S,
        beat_s: float = BEAT_S,
    ) -> None:
        self._lease, self._tell, self._is_wanted = lease, tell, is_wanted
        self._retry_s, self._beat_s = retry_s, beat_s
        self._unwanted = 0
        content = records.whole(payloads)
        self._end, self._sequence = len(content), len(payloads)
        self._moves = 0
        self._file = self._begin(content)
        self._waiting: list[bytes] = []
        self._appended = self._saved = 0
        self._trouble = ""
        self._rotten = self._lost = self._closing = False
        self._next_beat = 0.0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="supervox-journal", daemon=True)
        self._thread.start()

    def append(self, payload: bytes) -> int:
        """Have a record written; returns its number, to compare with `Progress.saved`."""
        with self._changed:
            self._waiting.append(payload)
            self._appended += 1
            self._changed.notify()
            return self._appended

    @property
    def progress(self) -> Progress:
        """How far it is."""
        with self._changed:
            return Progress(self._saved, self._trouble, self._lost)

    def close(self) -> None:
        """Write what waits, then let the lease go; returns at once.

        As long as a record cannot be written it is tried again.
        """
        with self._changed:
            self._closing = True
            self._changed.notify()

    def join(self, timeout: float) -> None:
        """Wait for the end after `close`, at most `timeout` seconds."""
        self._thread.join(timeout)

    def surrender(self, timeout: float) -> None:
        """Write what waits if that can be done in `timeout` seconds; then it is lost."""
        self.close()
        self.join(timeout)
        self._lose()

    @property
    def is_open(self) -> bool:
        """Whether it takes records, as far as is known."""
        with self._changed:
            return not (self._closing or self._lost)

    @property
    def folder(self) -> Path:
        """Of the case."""
        return self._lease.folder

    @property
    def epoch(self) -> int:
        """The fencing number under which it writes."""
        return self._lease.epoch

    def holds(self) -> bool:
        """Ask the disk whether nobody else has taken over.

        Raises
        ------
        OSError
            If that cannot be read.
        """
        return self._lease.is_held()

    # In its thread

    def _run(self) -> None:
        try:
            self._work()
        finally:  # whatever ended it, it takes no more records
            self._lost |= not self._closing
            with contextlib.suppress(OSError):  # all that counts was forced to disk before
                self._file.close()

    def _work(self) -> None:
        while not self._lost:
            batch, closing = self._next()
            self._live()
            if batch and not self._lost:
                self._write(batch)
            elif closing:
                with contextlib.suppress(OSError):
                    self._lease.release()
                break

    def _next(self) -> tuple[list[bytes], bool]:
        with self._changed:
            if not self._waiting and not self._closing:
                self._changed.wait(self._beat_s)
            return list(self._waiting), self._closing

    def _live(self) -> None:
        if time.monotonic() < self._next_beat:
            return
        self._next_beat = time.monotonic() + self._beat_s
        self._unwanted = 0 if self._is_wanted(self) else self._unwanted + 1
        if self._unwanted > UNWANTED_BEATS:
            self.close()
        with contextlib.suppress(OSError):  # told when there is something to write
            self._lease.beat()
            if not self._lease.is_held():
                self._lose()

    def _write(self, batch: list[bytes]) -> None:
        numbered = enumerate(batch, self._sequence)
        content = b"".join(records.frame(n, payload) for n, payload in numbered)
        try:
            if self._rotten:
                self._move()
            self._put(content)
            held = self._lease.is_held()
        except OSError as error:
            self._fail(error)
            return
        if held:
            self._save(batch, len(content))
        else:
            self._lose()

    def _put(self, content: bytes) -> None:
        left, at = memoryview(content), self._end
        while left:
            written = os.pwrite(self._file.fileno(), left, at)
            left, at = left[written:], at + written
        try:
            _sync(self._file.fileno())
        except OSError:
            # What the disk then holds is unknown, and asking it again would not tell.
            self._rotten = True
            raise

    def _save(self, batch: list[bytes], size: int) -> None:
        with self._changed:
            del self._waiting[: len(batch)]
            self._end += size
            self._sequence += len(batch)
            self._saved += len(batch)
            self._trouble = ""
        self._tell(self, self.progress)

    def _fail(self, error: OSError) -> None:
        try:
            os.ftruncate(self._file.fileno(), self._end)
        except OSError:
            self._rotten = True
        with self._changed:
            self._trouble = error.strerror or str(error)
        self._tell(self, self.progress)
        with self._changed:
            self._changed.wait(self._retry_s)

    def _lose(self) -> None:
        with self._changed:
            self._lost = True
            self._changed.notify()
        self._tell(self, self.progress)

    def _move(self) -> None:
        """Begin another file, from what is known to be on disk.

        It belongs to the same lease: a holder that took another one would overtake whoever is
        about to take over, and might not know what that one has written.
        """
        with Path(self._file.name).open("rb") as file:
            sound = records.read(file.read(self._end))
        if (sound.end, len(sound.payloads)) != (self._end, self._sequence):
            raise OSError(errno.EIO, "What was saved before cannot be read back")
        self._moves += 1
        old, self._file = self._file, self._begin(records.whole(sound.payloads))
        self._rotten = False
        with contextlib.suppress(OSError):
            old.close()

    def _begin(self, content: bytes):
        path = self._lease.folder / recovery.name(self._lease.epoch, self._moves)
        files.replace(path, content, 0o600)
        return path.open("r+b", buffering=0)
