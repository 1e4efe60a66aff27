"""The cases in the data folder, by user and volume."""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from dashboard.model.case import Case
from dashboard.model.case_folder import Key, forget, make, read_back, tidy
from dashboard.model.journal import Journal, Progress
from dashboard.model.lease import BEAT_S, Lease, Watch, status
from dashboard.model.recovery import Recovered
from workers import files

DRAIN_S = 5.0

log = logging.getLogger(__name__)


class Opened(NamedTuple):
    """A case as it was read back.

    Attributes
    ----------
    case : Case
    folder : Path or None
        Where it is kept; None if it is not.
    journal : Journal or None
        Where its changes are written; None if somebody else writes, or nothing is kept.
    holder : str
        Who writes, if somebody else does.
    found : Recovered
        What was read.
    """

    case: Case
    folder: Path | None = None
    journal: Journal | None = None
    holder: str = ""
    found: Recovered = Recovered()

    @property
    def writes(self) -> bool:
        """Whether it may be changed here."""
        return not self.holder


class _Held(NamedTuple):
    journal: Journal
    tell: Callable[[Journal, Progress], None]
    is_watched: Callable[[Journal], bool]
    is_wanted: Callable[[Journal], bool]


class Cases:
    """Opens cases, each for one writer.

    Parameters
    ----------
    root : Path, optional
        The data folder; without one nothing is kept.
    beat_s : float, optional
        How often holders show that they live.
    """

    def __init__(self, root: Path | None = None, *, beat_s: float = BEAT_S) -> None:
        self._root, self._beat_s = root, beat_s
        self._held: dict[Path, _Held] = {}
        self._turns: weakref.WeakValueDictionary[Path, threading.Lock] = (
            weakref.WeakValueDictionary()
        )
        self._lock = threading.Lock()  # for the three; a turn may take as long as the disk does
        self._journals: weakref.WeakSet[Journal] = weakref.WeakSet()
        if root is not None:
            atexit.register(self.close)

    def open(
        self,
        key: Key,
        begin: Callable[[], Case],
        tell: Callable[[Journal, Progress], None],
        *,
        is_watched: Callable[[Journal], bool] = lambda _: True,
        is_wanted: Callable[[Journal], bool] = lambda _: True,
        by_force: bool = False,
    ) -> Opened:
        """Read a case back, or begin it, and hold it unless somebody else does.

        Parameters
        ----------
        key : Key
        begin : callable
            Returns a fresh case.
        tell : callable
            Told the journal and its Progress, in the journal's thread, until the case is left. What
            happens before this returns may not be told: ask the journal's `progress` then.
        is_wanted : callable, optional
            Tells whether who opened a case still writes to its journal; one that nobody wants, as
            when an opening was cancelled at its end, is let go after some beats.
        is_watched : callable, optional
            Tells whether a page is there that holds it by its journal: who comes next takes over
            from one that is gone, as when it is loaded again.
        by_force : bool, optional
            Take it over from whoever holds it.

        Raises
        ------
        ValueError
            With one sentence for the user, if the data folder cannot be used or was written by a
            later version.
        """
        if self._root is None:
            return Opened(begin())
        folder = self._folder(key)
        try:
            make(folder)
            with self._turn(folder):
                self._let_end(folder)
                if not by_force and not self._may_take(folder):
                    return look(folder, key, begin)
                return self._take(folder, key, begin, (tell, is_watched, is_wanted))
        except OSError as error:
            raise ValueError(
                f"Expected a data folder that can be read and written; {self._root} cannot "
                f"({error.strerror or error}). Choose another with --data-root."
            ) from error

    def is_free(self, watch: Watch) -> bool:
        """Tell whether whoever holds the case of a watch has gone.

        Raises
        ------
        OSError
            If that cannot be read.
        """
        # A page that is being loaded again has gone for a moment, and comes back for its case.
        return watch.is_free()

    def leave(self, opened: Opened) -> None:
        """Let a case go, once what waits is written; one that is untouched leaves no journal.

        Raises
        ------
        OSError
            If the folder cannot be read or written; the case is let go all the same.
        """
        if opened.journal is None:
            return
        with self._turn(opened.folder):
            if self._drop(opened.folder, opened.journal) is None:
                return
            try:
                if opened.case.is_untouched and opened.journal.holds():
                    forget(opened.folder, opened.journal.epoch)
            finally:
                opened.journal.close()

    def close(self) -> None:
        """Write what waits, when the process ends."""
        atexit.unregister(self.close)
        journals = self._all()
        for journal in journals:
            journal.close()
        for journal in journals:
            journal.join(DRAIN_S)
            if trouble := journal.progress.trouble:
                log.error("%s could not be saved to the end: %s", journal.folder, trouble)

    def _folder(self, key: Key) -> Path:
        owner = f"user-{quote(key.user, safe='')}" if key.user else "cases"
        return self._root / owner / key.digest

    def _turn(self, folder: Path) -> threading.Lock:
        """Return the lock of one folder: who reads a long journal holds up nobody else."""
        with self._lock:
            return self._turns.setdefault(folder, threading.Lock())

    def _all(self) -> list[Journal]:
        with self._lock:
            return list(self._journals)

    def _hold(self, held: _Held) -> None:
        with self._lock:
            self._held[held.journal.folder] = held
            self._journals.add(held.journal)
        if held.journal.progress.lost:  # while it was not listened to
            self._drop(held.journal.folder, held.journal)

    def _drop(self, folder: Path, journal: Journal) -> _Held | None:
        """Stop holding a case by this journal; returns how it was held, if it was."""
        with self._lock:
            held = self._held.get(folder)
            if held is None or held.journal is not journal:
                return None
            return self._held.pop(folder)

    def _hear(self, journal: Journal, progress: Progress) -> None:
        if progress.lost:
            held = self._drop(journal.folder, journal)
        else:
            held = self._held.get(journal.folder)
        if held is not None and held.journal is journal:
            held.tell(journal, progress)

    def _is_wanted(self, journal: Journal) -> bool:
        held = self._held.get(journal.folder)
        return held is None or held.journal is not journal or held.is_wanted(journal)

    def _let_end(self, folder: Path) -> None:
        """Wait for a journal that was left a moment ago, and still writes what waited."""
        for journal in self._all():
            if journal.folder == folder and not journal.is_open:
                journal.join(DRAIN_S)

    def _may_take(self, folder: Path) -> bool:
        held = self._held.get(folder)
        if held and held.journal.is_open:
            return not held.is_watched(held.journal)
        return status(folder).is_free

    def _take(self, folder: Path, key: Key, begin, listener: tuple) -> Opened:
        if held := self._held.get(folder):
            held.journal.surrender(DRAIN_S)
        lease = Lease.take(folder)
        try:
            case, found = read_back(folder, key, begin)
            for path in found.damaged:
                files.replace(path.with_suffix(".damaged"), path.read_bytes(), 0o600)
            entries = case.entries(key.digest, key.name)
            journal = Journal(
                lease, entries, self._hear, is_wanted=self._is_wanted, beat_s=self._beat_s
            )
        except BaseException:
            with contextlib.suppress(OSError):
                lease.release()
            raise
        self._hold(_Held(journal, *listener))
        with contextlib.suppress(OSError):  # what is left over harms nobody
            tidy(folder, case, lease.epoch)
        return Opened(case, folder, journal, "", found)


def look(folder: Path, key: Key, begin: Callable[[], Case]) -> Opened:
    """Read a case back that somebody else holds.

    Raises
    ------
    ValueError, OSError
        As `read_back`.
    """
    case, found = read_back(folder, key, begin)
    holder = status(folder).holder
    said = f"{holder.user} on {holder.host}" if holder else "Somebody"
    return Opened(case, folder, None, said, found)
