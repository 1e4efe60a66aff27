"""Shards of zarr: many chunks in one file, with a table that tells where each lies."""

from __future__ import annotations

import math
import os
from threading import Lock
from typing import BinaryIO

import numpy as np

from workers.storage.foreign_zarr.record import ArrayLayout
from workers.storage.unreadable import UnreadableFile

_NONE = 2**64 - 1
_MOST = 2**20  # chunks in a shard
_KEPT = 16


class Shards:
    """Finds chunks in files that hold many.

    Parameters
    ----------
    layout : Layout
        Of an array with shards.

    Raises
    ------
    UnreadableFile
        If there are too many chunks in one.
    """

    def __init__(self, layout: ArrayLayout) -> None:
        self._layout = layout
        self._inside = tuple(n // c for n, c in zip(layout.shards, layout.chunks, strict=True))
        if (count := math.prod(self._inside)) > _MOST:
            raise UnreadableFile(f"expected at most {_MOST:,} chunks in a shard; got {count:,}.")
        self._shape = (*self._inside, 2)
        self._bytes = count * 16 + layout.codecs.index.fixed_more
        self._tables: dict[tuple[str, int, int], np.ndarray] = {}
        self._lock = Lock()

    def place_of(self, place: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
        """Return the file of a chunk, and its number along each axis in there."""
        both = [divmod(n, inside) for n, inside in zip(place, self._inside, strict=True)]
        return self._layout.name_of(tuple(n for n, _ in both)), tuple(n for _, n in both)

    def read(self, name: str, file: BinaryIO, number: tuple[int, ...], most: int) -> bytes | None:
        """Return a packed chunk; None if nothing was written to it.

        Raises
        ------
        UnreadableFile
            If the table is damaged, or the chunk has more than `most` bytes.
        """
        size = os.fstat(file.fileno()).st_size
        start, length = map(int, self._table(name, file, size)[number])
        if (start, length) == (_NONE, _NONE):
            return None
        if start + length > size or length > most:
            raise UnreadableFile("the table of a shard leads out of its file.")
        file.seek(start)
        return file.read(length)

    def _table(self, name, file, size):
        told = os.fstat(file.fileno())
        key = name, told.st_ino, told.st_mtime_ns
        with self._lock:
            if key not in self._tables:
                while len(self._tables) >= _KEPT:
                    del self._tables[next(iter(self._tables))]
                self._tables[key] = self._read_table(file, size)
            return self._tables[key]

    def _read_table(self, file, size):
        if size < self._bytes:
            raise UnreadableFile("expected the table of a shard; its file is cut short.")
        codecs = self._layout.codecs.index
        file.seek(0 if self._layout.codecs.index_first else size - self._bytes)
        dtype = np.dtype("u8").newbyteorder(codecs.order)
        return codecs.undone(file.read(self._bytes), self._shape, dtype)
