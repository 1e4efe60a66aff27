"""The bytes of a file, unzipped on the way and read to their end."""

from __future__ import annotations

import gzip
import io
from typing import BinaryIO

from workers.runtime.progress import Report, silent
from workers.storage.unreadable import UnreadableFile

PIECE = 2**22
"""Bytes that are read at once."""

_TRAILING = 4096  # some writers pad to a block; more than that is data the header does not know
_MAX_DEFLATE = 1032  # deflate cannot shrink further


class Stream:
    """A file that is read once, from its beginning to its end; gzipped or not by its content.

    Parameters
    ----------
    raw : binary file
        Can be sought in; is not closed.
    report : callable, optional
        Told the fraction of the file that is read; may raise CancelledError.
    """

    def __init__(self, raw: BinaryIO, report: Report = silent) -> None:
        self._raw, self._report = raw, report
        self._size = raw.seek(0, io.SEEK_END)
        raw.seek(0)
        self._zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        self._bytes = gzip.GzipFile(fileobj=raw) if self._zipped else raw

    @property
    def most(self) -> int:
        """Bytes that the file can hold at most, unzipped."""
        return self._size * _MAX_DEFLATE if self._zipped else self._size

    def up_to(self, count: int) -> bytes:
        """Return the next `count` bytes; fewer where the file ends."""
        return self._bytes.read(count)

    def exactly(self, count: int) -> bytearray:
        """Return the next `count` bytes, read in pieces so that one can report and cancel.

        Raises
        ------
        UnreadableFile
            If the file ends before.
        """
        content = bytearray(count)
        view, got = memoryview(content), 0
        while got < count:
            step = self._bytes.readinto(view[got : got + PIECE])
            if not step:
                raise UnreadableFile("expected more data; the file is cut short.")
            got += step
            self._report(min(1.0, self._raw.tell() / self._size))
        return content

    def skip(self, count: int) -> None:
        """Go on by `count` bytes; where nothing is unzipped there is nothing to check in them.

        Raises
        ------
        UnreadableFile
            If a zipped file ends before.
        """
        if not self._zipped:
            self._raw.seek(count, io.SEEK_CUR)
            return
        while count > 0:
            count -= len(self.exactly(min(count, PIECE)))

    def end(self, most: int = _TRAILING) -> None:
        """Read what is left, so that gzip compares its checksum.

        Raises
        ------
        UnreadableFile
            If more than `most` bytes are left; up to 4096 are taken for padding.
        """
        left = 0
        while piece := self._bytes.read(min(most + 1, PIECE)):
            left += len(piece)
            if left > most:
                raise UnreadableFile(
                    "expected no more data; the file is longer than its header says."
                )
