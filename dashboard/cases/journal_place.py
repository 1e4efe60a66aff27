"""Where a journal writes: the folder, its lease, the file, and what is done when they go away."""

from __future__ import annotations

import contextlib
import errno
from pathlib import Path

from dashboard.cases import recovery
from dashboard.cases.begin_anew import ELSEWHERE, NoLease, Taken, lacks, settle
from dashboard.cases.journal_file import JournalFile
from dashboard.cases.lease import Lease


class JournalPlace:
    """Folder, lease and file of a journal. All is tried once; who asks tries again.

    Parameters
    ----------
    lease : Lease or NoLease
        The right to write to a folder; without one it is taken when that can be done.
    log : list of bytes
        All payloads of the journal, which grows.

    Attributes
    ----------
    lease : Lease or NoLease
        The one under which it writes now.
    file : JournalFile or None
        The file that is written to, if there is one.
    files : int
        How many files were begun.
    is_in_doubt : bool
        Whether it is unknown what the disk has of the file.
    """

    def __init__(self, lease: Lease | NoLease, log: list[bytes]) -> None:
        self.lease, self._log = lease, log
        self.file: JournalFile | None = None
        self.files = 0
        self.is_in_doubt = False

    @property
    def folder(self) -> Path:
        """Of the case."""
        return self.lease.folder

    def holds(self) -> bool:
        """Ask the disk whether this is who may write.

        Raises
        ------
        OSError
            If that cannot be read.
        """
        return isinstance(self.lease, Lease) and self.lease.is_held()

    def is_there(self) -> bool:
        """Tell whether whoever looks into the folder finds all that was written, and our name.

        Raises
        ------
        OSError
            If that cannot be read.
        """
        return self.lease.is_held() and self.file.is_sound()

    @property
    def is_writable(self) -> bool:
        """Whether there is a file behind whose end one may write."""
        return self.file is not None and not self.is_in_doubt and not self.file.is_short

    def ensure_file(self, count: int) -> None:
        """Have a file to write to; begin another one in place of one that could not be kept.

        Parameters
        ----------
        count : int
            How many payloads it begins with: those that were saved.

        Raises
        ------
        Taken
            If somebody else has taken over.
        OSError
            If there is no such file, or not yet: what went away is begun anew at the next try.
        """
        if self.file is None:
            self._take_lease()
        elif not self.is_there() and not (self.is_in_doubt and self.holds()):
            self.raise_missing()
        if self.file is None or self.is_in_doubt:
            self.begin_file(count)
            if not self.is_there():  # somebody was faster
                self.raise_missing()

    def begin_file(self, count: int) -> None:
        """Begin a file with so many payloads; what waits is then written as always.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        self.close_file()
        path = self.folder / recovery.name(self.lease.epoch, self.files)
        self.file = JournalFile(path, self._log[:count])
        self.is_in_doubt = False
        self.files += 1

    def raise_missing(self) -> None:
        """Say why what was written is not there.

        Raises
        ------
        Taken
            If somebody else has taken over.
        OSError
            If it went away.
        """
        if self.lease.is_taken():
            raise Taken(self._why_taken())
        self.close_file()
        what = "files" if self.folder.is_dir() else "folder"
        raise FileNotFoundError(errno.ENOENT, f"the {what} of its labels went away")

    def truncate(self) -> None:
        """Take away what was written and does not count."""
        if self.file is not None:
            try:
                self.file.truncate()
            except OSError:
                self.is_in_doubt = True

    def release(self) -> None:
        """Let the lease go, if that can be done."""
        with contextlib.suppress(OSError):
            if self.holds():
                self.lease.release()

    def close_file(self) -> None:
        """Write to no file any more."""
        old, self.file = self.file, None
        if old is not None:
            old.close()

    def _take_lease(self) -> None:
        """Take a new lease, unless it has one.

        Not while the disk only fails: a holder that took another one would overtake whoever is
        about to take over, and might not know what that one has written.
        """
        if not self.holds():
            log = list(self._log)
            self.lease = settle(self.folder, log, self.lease.author, self.lease.epoch)

    def _why_taken(self) -> str:
        """Return why it is not as saved, if whoever took over has not seen all that was saved."""
        try:
            seen = self.file.is_sound() or not lacks(self.folder, list(self._log))
        except OSError:
            seen = False
        return "" if seen else ELSEWHERE
