"""Arrays put on disk for a while, in a file without a name: it goes with who made it."""

from __future__ import annotations

import errno
import os
import tempfile
import weakref
from pathlib import Path

import numpy as np


class Scratch:
    """Slots of equal size; in any thread, as long as nobody reads one that is being written.

    The file has lost its name when this returns, so that nothing is left of it, however the
    process ends.

    Parameters
    ----------
    folder : Path
        Where the place is taken; made if need be.
    size : int
        Bytes of a slot.

    Raises
    ------
    OSError
        If no file can be made there.
    """

    def __init__(self, folder: Path, size: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._descriptor, name = tempfile.mkstemp(prefix=".labels-", dir=folder)
        weakref.finalize(self, os.close, self._descriptor)
        Path(name).unlink()
        self._size, self._slots = size, 0

    def put(self, array: np.ndarray, slot: int | None = None) -> int:
        """Write an array over what is in `slot`, or to a new one; returns which.

        Raises
        ------
        OSError
            If the disk is full.
        """
        if slot is None:
            slot, self._slots = self._slots, self._slots + 1
        left, at = memoryview(np.ascontiguousarray(array)).cast("B"), slot * self._size
        while left:
            written = os.pwrite(self._descriptor, left, at)
            left, at = left[written:], at + written
        return slot

    def get(self, slot: int, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        """Return the array that was put in `slot`.

        Raises
        ------
        OSError
            If the disk does not give it back.
        """
        array = np.empty(shape, dtype)
        left, at = memoryview(array).cast("B"), slot * self._size
        while left:
            read = os.preadv(self._descriptor, [left], at)
            if not read:
                raise OSError(errno.EIO, "Labels that were put on disk are not there any more")
            left, at = left[read:], at + read
        return array
