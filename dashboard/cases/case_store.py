"""The cases in the data folder, by user and volume."""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from dashboard.cases.begin_anew import NoLease, prepare
from dashboard.cases.case import Case
from dashboard.cases.case_folder import CaseKey, forget, read_back, tidy
from dashboard.cases.held_edits import HeldEdits
from dashboard.cases.journal import RETRY_S, Journal, Progress
from dashboard.cases.lease import BEAT_S, Lease, LeaseWatch, status, writer
from dashboard.cases.opened_case import Begin, Opened, chosen, look_beside, read_only, replay
from dashboard.cases.recovery import Recovered
from workers.storage import atomic_write

DRAIN_S = 5.0

log = logging.getLogger(__name__)


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
    beat_s, retry_s : float, optional
        How often holders show that they live, and try again what failed.
    """

    def __init__(
        self, root: Path | None = None, *, beat_s: float = BEAT_S, retry_s: float = RETRY_S
    ) -> None:
        self._root = root
        self._pace = {"beat_s": beat_s, "retry_s": retry_s}
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
        key: CaseKey,
        begin: Begin,
        tell: Callable[[Journal, Progress], None],
        *,
        is_watched: Callable[[Journal], bool] = lambda _: True,
        is_wanted: Callable[[Journal], bool] = lambda _: True,
        by_force: bool = False,
        mine: HeldEdits | None = None,
    ) -> Opened:
        """Read a case back, or begin it, and hold it unless somebody else does.

        Where the data folder cannot be used it is held in memory, and kept as soon as that can be
        done: its journal tells why not.

        Parameters
        ----------
        key : CaseKey
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
        mine : HeldEdits, optional
            What who takes it over holds of it already.

        Raises
        ------
        Fewer
            If edits of `mine` would be lost.
        ValueError
            With one sentence for the user, if the data folder was written by a later version, or
            has another volume's annotation.
        """
        if self._root is None:
            return Opened(begin())
        folder, listener = self._folder(key), (tell, is_watched, is_wanted)
        with self._turn(folder):
            self._let_end(folder)
            if journal := self._mine(folder):
                if not by_force and self._is_watched(journal):
                    return self._look(journal, key, begin)
                if opened := self._go_on(journal, begin, listener, mine):
                    return opened
            try:
                prepare(folder)
                if not (by_force or journal or status(folder).is_free):
                    return read_only(folder, key, begin)
                return self._take(folder, key, begin, listener, mine)
            except OSError as error:
                why = error.strerror or str(error)
                return self._open_without(NoLease(folder, why), key, begin, listener, mine)

    def is_free(self, watch: LeaseWatch) -> bool:
        """Tell whether whoever holds the case of a watch has gone.

        Raises
        ------
        OSError
            If that cannot be read.
        """
        # A page that is being loaded again has gone for a moment, and comes back for its case. And
        # where nobody's name is found the folder has gone, not who wrote there.
        return watch.is_free() and writer(watch.folder).word != ""

    def may_follow(self, watch: LeaseWatch, key: CaseKey, begin: Begin, mine: HeldEdits) -> bool:
        """Tell whether who watches a case that is free may take it, without being asked to.

        Raises
        ------
        OSError, ValueError
            If it cannot be read.
        """
        kept, _ = read_back(watch.folder, key, begin)
        return mine.may_follow(kept.history.payloads)

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
                if opened.case.is_untouched:
                    _forget(opened.journal)
            finally:
                opened.journal.close()

    def close(self) -> None:
        """Write what waits, when the process ends."""
        atexit.unregister(self.close)
        journals = self._all()
        for journal in journals:
            journal.close()
        end = time.monotonic() + DRAIN_S
        for journal in journals:
            journal.join(max(0.0, end - time.monotonic()))
            if trouble := journal.progress.trouble:
                log.error("%s could not be saved to the end: %s", journal.folder, trouble)

    def _folder(self, key: CaseKey) -> Path:
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
            if journal.folder == folder and not journal.is_open and not journal.progress.trouble:
                journal.join(DRAIN_S)

    def _mine(self, folder: Path) -> Journal | None:
        """Return the journal of this process that holds a case, or could not end."""
        held = self._held.get(folder)
        if held and held.journal.is_open:
            return held.journal
        left = (each for each in self._all() if each.folder == folder and not each.is_over)
        return next((each for each in left if not each.progress.lost), None)

    def _is_watched(self, journal: Journal) -> bool:
        held = self._held.get(journal.folder)
        return held is not None and held.journal is journal and held.is_watched(journal)

    def _look(self, journal: Journal, key: CaseKey, begin: Begin) -> Opened:
        if not journal.progress.trouble:
            with contextlib.suppress(OSError):
                return read_only(journal.folder, key, begin)
        return look_beside(journal, begin)

    def _go_on(
        self, journal: Journal, begin: Begin, listener: tuple, mine: HeldEdits | None
    ) -> Opened | None:
        """Go on with what a journal of this process has in memory; None if all of it is kept."""
        if mine is not None:
            chosen(mine, replay(journal.log, begin), begin)
        journal.surrender(DRAIN_S)
        why = journal.progress.trouble
        if not why:
            return None
        kept = replay(journal.log, begin)
        case = chosen(mine, kept, begin)
        lease = NoLease(journal.folder, why, journal.epoch, journal.lease.author)
        return self._without(lease, case, journal.log if case is kept else mine.entries, listener)

    def _take(
        self, folder: Path, key: CaseKey, begin: Begin, listener: tuple, mine: HeldEdits | None
    ) -> Opened:
        if mine is not None:  # before anybody is overtaken for nothing
            chosen(mine, read_back(folder, key, begin)[0], begin)
        lease = Lease.take(folder)
        try:
            kept, found = read_back(folder, key, begin)
            case = chosen(mine, kept, begin)
            for path in found.damaged:
                atomic_write.replace(path.with_suffix(".damaged"), path.read_bytes(), 0o600)
            entries = case.entries(key.digest, key.name)
            journal = Journal(lease, entries, self._hear, is_wanted=self._is_wanted, **self._pace)
        except BaseException:
            with contextlib.suppress(OSError):
                lease.release()
            raise
        self._hold(_Held(journal, *listener))
        with contextlib.suppress(OSError):  # what is left over harms nobody
            tidy(folder, case, lease.epoch)
        return Opened(case, folder, journal, "", found)

    def _open_without(
        self, lease: NoLease, key: CaseKey, begin: Begin, listener: tuple, mine: HeldEdits | None
    ) -> Opened:
        """Hold a case in memory, with what can be read of it."""
        unread = ""
        try:
            kept, found = read_back(lease.folder, key, begin)
        except OSError as error:
            kept, found, unread = begin(), Recovered(), error.strerror or str(error)
        case = chosen(mine, kept, begin)
        opened = self._without(lease, case, case.entries(key.digest, key.name), listener)
        return opened._replace(found=found, unread=unread * (case is kept))

    def _without(
        self, lease: NoLease, case: Case, payloads: Sequence[bytes], listener: tuple
    ) -> Opened:
        journal = Journal(lease, [*payloads], self._hear, is_wanted=self._is_wanted, **self._pace)
        self._hold(_Held(journal, *listener))
        return Opened(case, lease.folder, journal)


def _forget(journal: Journal) -> None:
    """Leave nothing of a case to which nothing was done."""
    is_there = not journal.progress.trouble and journal.holds()
    journal.close(is_needless=True)
    if is_there:
        forget(journal.folder, journal.epoch)
