"""The cases in the data folder, by user and volume."""

from __future__ import annotations

import atexit
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from dashboard.model import recovery
from dashboard.model.case import Case
from dashboard.model.journal import Journal
from dashboard.model.lease import Lease, Watch, status
from dashboard.model.recovery import Recovered
from workers import files

DRAIN_S = 5.0


class Key(NamedTuple):
    """Whose case, and of which volume: its digest, shape and name."""

    user: str
    digest: str
    shape: tuple[int, int, int]
    name: str


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
    is_watched: Callable[[Journal], bool]


class Cases:
    """Opens cases, each for one writer.

    Parameters
    ----------
    root : Path, optional
        The data folder; without one nothing is kept.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._root = root
        self._held: dict[Path, _Held] = {}
        self._lock = threading.Lock()
        self._journals: weakref.WeakSet[Journal] = weakref.WeakSet()
        if root is not None:
            atexit.register(self.close)

    def open(
        self,
        key: Key,
        begin: Callable[[], Case],
        tell: Callable,
        *,
        is_watched: Callable[[Journal], bool] = lambda _: True,
        by_force: bool = False,
    ) -> Opened:
        """Read a case back, or begin it, and hold it unless somebody else does.

        Parameters
        ----------
        key : Key
        begin : callable
            Returns a fresh case.
        tell : callable
            Told the journal and its Progress, in the journal's thread.
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
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._lock:
                if not by_force and not self._may_take(folder):
                    return self._look(folder, key, begin)
                return self._take(folder, key, begin, tell, is_watched)
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
        held = self._held.get(watch.folder)
        if held and held.journal.is_open and not held.is_watched(held.journal):
            return True
        return watch.is_free()

    def leave(self, opened: Opened) -> None:
        """Let a case go, once what waits is written; one that is untouched leaves nothing behind.

        Raises
        ------
        OSError
            If the folder cannot be read.
        """
        with self._lock:
            held = self._held.get(opened.folder)
            if held is None or held.journal is not opened.journal:
                return
            del self._held[opened.folder]
            if opened.case.is_untouched and opened.journal.holds():
                forget(opened)
            opened.journal.close()

    def close(self) -> None:
        """Write what waits, when the process ends."""
        atexit.unregister(self.close)
        journals = list(self._journals)
        for journal in journals:
            journal.close()
        for journal in journals:
            journal.join(DRAIN_S)

    def _folder(self, key: Key) -> Path:
        owner = f"user-{quote(key.user, safe='')}" if key.user else "cases"
        return self._root / owner / key.digest

    def _may_take(self, folder: Path) -> bool:
        held = self._held.get(folder)
        if held and held.journal.is_open:
            return not held.is_watched(held.journal)
        return status(folder).is_free

    def _look(self, folder: Path, key: Key, begin: Callable[[], Case]) -> Opened:
        case, found = read_back(folder, key, begin)
        holder = status(folder).holder
        return Opened(case, folder, None, f"{holder.user} on {holder.host}", found)

    def _take(self, folder: Path, key: Key, begin, tell, is_watched) -> Opened:
        if held := self._held.pop(folder, None):
            held.journal.surrender(DRAIN_S)
        lease = Lease.take(folder)
        case, found = read_back(folder, key, begin)
        if found.is_damaged:
            files.replace(found.path.with_suffix(".damaged"), found.path.read_bytes())
        journal = Journal(lease, case.entries(key.digest, key.name), tell)
        self._held[folder] = _Held(journal, is_watched)
        self._journals.add(journal)
        tidy(folder, case)
        return Opened(case, folder, journal, "", found)


def read_back(folder: Path, key: Key, begin: Callable[[], Case]) -> tuple[Case, Recovered]:
    """Return the case that a folder holds, or a fresh one.

    Raises
    ------
    ValueError
        If it is of another volume, or a later version wrote it.
    OSError
        If it cannot be read.
    """
    case, found = begin(), recovery.recover(folder)
    if not found.payloads:
        return case, found
    if not recovery.is_of(found.payloads, key.digest, key.shape):
        raise ValueError(f"Expected the annotation of {key.name} in {folder}; it is another's.")
    case.replay(found.payloads[1:])
    return case, found


def tidy(folder: Path, case: Case) -> None:
    """Remove journals older than the last two, and superpixels that no longer are the case's."""
    for path in recovery.journals(folder)[recovery.KEPT :]:
        path.unlink(missing_ok=True)
    for path in folder.glob("*.ids"):
        if case.cut is None or path.name != case.cut.file:
            path.unlink(missing_ok=True)


def forget(opened: Opened) -> None:
    """Remove what a case that is held has on disk; files of a later holder stay."""
    for path in recovery.journals(opened.folder):
        if int(path.stem) <= opened.journal.epoch:
            path.unlink(missing_ok=True)
    for path in opened.folder.glob(f"{opened.journal.epoch}-*.ids"):
        path.unlink(missing_ok=True)
