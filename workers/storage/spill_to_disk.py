"""What is written: bytes in memory as long as it is little, then a file."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Self

from workers.storage import atomic_write

MOST_BYTES = 90_000_000  # an answer of more than 100 MB does not pass a JupyterHub's proxy


class Overflow:
    """A binary file to be written, for a ``with``; `content` tells at its end where all is.

    Parameters
    ----------
    path : path
        What it is called once it holds more than `most_bytes`. It gets that name at the end of the
        ``with``; after an exception nothing of it is left.
    most_bytes : int, optional
        How many are kept in memory.
    """

    def __init__(self, path: str | os.PathLike, most_bytes: int = MOST_BYTES) -> None:
        self._path, self._most = Path(path), most_bytes
        self._kept = bytearray()
        self._put = None
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised) -> None:
        self._open.__exit__(*raised)

    def write(self, data: atomic_write.Bytes) -> int:
        """Take some bytes; all of them, or OSError."""
        if self._put is not None:
            self._put(data)
            return len(data)
        self._kept += data
        if len(self._kept) > self._most:
            self._put = self._open.enter_context(atomic_write.replacing(self._path))
            self._put(self._kept)
            self._kept = bytearray()
        return len(data)

    def flush(self) -> None:
        """Do nothing: there is nothing between."""

    @property
    def content(self) -> bytes | Path:
        """The bytes, or the file that holds them."""
        return bytes(self._kept) if self._put is None else self._path
