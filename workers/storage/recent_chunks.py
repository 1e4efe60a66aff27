"""A stored array of which the chunks that were read last are at hand."""

from __future__ import annotations

import itertools
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from workers.runtime.box import Box
from workers.storage import stored_array
from workers.storage.box_reader import BoxReader

MOST_BYTES = 64 << 20
MOST_ARRAYS = 2  # of which a process keeps chunks at hand


class RecentChunks:
    """Reads boxes that overlap, in any thread, each chunk once as long as it is wanted again soon.

    Parameters
    ----------
    path : path
        Of a zarr array (I, J, K).
    most_bytes : int, optional
        What the chunks at hand may take; one may be more.
    """

    def __init__(self, path: str | os.PathLike, most_bytes: int = MOST_BYTES) -> None:
        self.array = array = BoxReader(path)
        size = int(np.prod(array.chunks)) * array.dtype.itemsize
        self._most = max(1, most_bytes // size)
        self._chunks: OrderedDict[tuple[int, ...], np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, box: Box) -> np.ndarray:
        """Return a copy of what is in `box`, which lies in the array."""
        found = np.empty([axis.stop - axis.start for axis in box], self.array.dtype)
        for part in self._parts(box):
            with self._lock:
                chunk = self._chunk(tuple(place for place, _, _ in part))
            found[tuple(here for _, _, here in part)] = chunk[tuple(there for _, there, _ in part)]
        return found

    def _parts(self, box: Box) -> Iterator[tuple]:
        """Yield the chunks in `box`: for each axis which one, where in it and where in the box."""
        cut = (pieces(axis, side) for axis, side in zip(box, self.array.chunks, strict=True))
        return itertools.product(*cut)

    def _chunk(self, place: tuple[int, ...]) -> np.ndarray:
        if place not in self._chunks:
            sides = self.array.chunks
            box = (slice(n * side, (n + 1) * side) for n, side in zip(place, sides, strict=True))
            self._chunks[place] = self.array.read(tuple(box))
            if len(self._chunks) > self._most:
                self._chunks.popitem(last=False)
        self._chunks.move_to_end(place)
        return self._chunks[place]


_kept: OrderedDict[tuple, RecentChunks] = OrderedDict()
_keeping = threading.Lock()


def recent_chunks(path: str | os.PathLike) -> RecentChunks:
    """Return what reads an array, with the chunks at hand that this process has read of it last.

    An array that was written anew at the same path is another one.
    """
    told = Path(path, stored_array.ABOUT).stat()
    key = os.fspath(path), told.st_ino, told.st_mtime_ns
    with _keeping:
        if key not in _kept:
            _kept[key] = RecentChunks(path)
            if len(_kept) > MOST_ARRAYS:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]


def pieces(axis: slice, side: int) -> list[tuple[int, slice, slice]]:
    """Cut a slice at the multiples of `side`.

    Returns
    -------
    pieces : list of (int, slice, slice)
        Which multiple, where behind it, and where behind the start of `axis`.
    """
    found = []
    for n in range(axis.start // side, -(-axis.stop // side)):
        low, high = max(axis.start, n * side), min(axis.stop, (n + 1) * side)
        there = slice(low - n * side, high - n * side)
        found.append((n, there, slice(low - axis.start, high - axis.start)))
    return found
