"""The file of a journal, which may be taken away from under it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from dashboard.cases import record_file
from workers.storage import atomic_write


class JournalFile:
    """A journal's file that is written to, and whether it still is where others look for it.

    Parameters
    ----------
    path : Path
        Replaced, if it is there.
    payloads : list of bytes
        What it begins with; on disk when this returns.

    Raises
    ------
    OSError
        If it cannot be written.
    """

    def __init__(self, path: Path, payloads: list[bytes]) -> None:
        content = record_file.encode_file(payloads)
        atomic_write.replace(path, content, 0o600)
        self._path = path
        self._file = path.open("r+b", buffering=0)
        self._end, self._sequence = len(content), len(payloads)
        self._has_identity = True
        self._has_identity = self.is_sound()  # else this file system gives numbers anew

    @property
    def descriptor(self) -> int:
        """Of the open file."""
        return self._file.fileno()

    @property
    def is_short(self) -> bool:
        """Whether it has been cut under us: what is written behind its end would follow a gap."""
        try:
            return os.fstat(self.descriptor).st_size < self._end
        except OSError:  # the server of a share has forgotten it
            return True

    def is_sound(self) -> bool:
        """Tell whether the file at its path is this one, with all that was written to it.

        Raises
        ------
        OSError
            If that cannot be told.
        """
        try:
            found = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return found.st_size >= self._end and not self.is_short and self._is_same(found)

    def _is_same(self, found: os.stat_result) -> bool:
        try:
            mine = os.fstat(self.descriptor)
        except OSError:  # as above
            return False
        return os.path.samestat(found, mine) or not self._has_identity

    def write(self, payloads: list[bytes]) -> int:
        """Write records behind the last, not yet forced to disk; returns how long they are.

        Raises
        ------
        OSError
            If they cannot be written.
        """
        numbered = enumerate(payloads, self._sequence)
        content = b"".join(record_file.frame(n, payload) for n, payload in numbered)
        left, at = memoryview(content), self._end
        while left:
            written = os.pwrite(self.descriptor, left, at)
            left, at = left[written:], at + written
        return len(content)

    def keep(self, payloads: list[bytes], size: int) -> None:
        """Count what was written as there."""
        self._end += size
        self._sequence += len(payloads)

    def truncate(self) -> None:
        """Take away what does not count.

        Raises
        ------
        OSError
            If that cannot be done.
        """
        if os.fstat(self.descriptor).st_size > self._end:  # else it would get longer, by zeros
            os.ftruncate(self.descriptor, self._end)

    def close(self) -> None:
        """Close the file; all that counts was forced to disk before."""
        with contextlib.suppress(OSError):
            self._file.close()
