"""An array of zarr that others have written, read chunk by chunk through the gate.

zarr itself reads what it finds: pipes, links to elsewhere, chunks that unpack to more than a chunk.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from workers.runtime.team import usable
from workers.storage.foreign_zarr.record import MOST_BYTES, ArrayLayout, layout_of, read_json
from workers.storage.foreign_zarr.shards import Shards
from workers.storage.regular_file import nowhere, open_regular, read_regular
from workers.storage.unreadable import UnreadableFile

RECORDS = ("zarr.json", ".zarray")
MOST_CHUNK = 2**30
_SPARE = 2**16
_SIDE_BY_SIDE = 2**24  # bytes of a chunk, of which several are unpacked at once
_MOST_THREADS = 4
_FEW = 2**12
_SMALL = 2**10  # voxels of a chunk, of which there may not be many
_LARGE = 2**26  # bytes of a chunk that is kept until another is read
_EMPTY = 2**26  # bytes of a chunk that may lie outside of the array

Spans = list[tuple[int, int]]


class ZarrArray:
    """An array whose records and chunks are regular files.

    Parameters
    ----------
    folder : path
    within : Path, optional
        A folder out of which no link may lead.

    Raises
    ------
    UnreadableFile
        If it is of a kind that is not read here, or its chunks are too large or too many; the
        sentence lacks the name.
    FileNotFoundError
        If there is none.
    ValueError, LookupError, TypeError
        If what it says of itself is damaged.
    """

    def __init__(self, folder: str | os.PathLike, within: Path | None = None) -> None:
        self._folder, self._within = Path(folder), within
        self.layout: ArrayLayout = layout_of(read_json(record_of(self._folder, within)))
        self.shape, self.chunks = self.layout.shape, self.layout.chunks
        self.dtype: np.dtype = self.layout.dtype
        _must_be_sane(self.layout)
        self._shards = Shards(self.layout) if self.layout.shards else None
        self._last: tuple[tuple[int, ...], np.ndarray | None] | None = None

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def __getitem__(self, where) -> np.ndarray:
        """Return what lies in a box; an axis that is given by one number goes.

        Slices have no steps; ``[:]`` is all.

        Raises
        ------
        UnreadableFile, OSError
            If a chunk is damaged, no regular file, or lies outside of the folder allowed.
        """
        where = where if isinstance(where, tuple) else (where,)
        where += (slice(None),) * (self.ndim - len(where))
        spans = [_span(*each) for each in zip(where, self.shape, strict=True)]
        values = np.empty([stop - start for start, stop in spans], self.dtype)
        for part, found in self._found(spans):
            values[part] = found
        return values[tuple(slice(None) if isinstance(each, slice) else 0 for each in where)]

    def _found(self, spans: Spans) -> Iterator[tuple[tuple[slice, ...], np.ndarray | float]]:
        places = list(_places(spans, self.chunks))
        together = min(len(places), usable(), _MOST_THREADS)
        if together < 2 or self.layout.chunk_bytes > _SIDE_BY_SIDE:
            yield from (self._part(spans, place) for place in places)
            return
        with ThreadPoolExecutor(together, thread_name_prefix="zarr") as threads:
            yield from threads.map(lambda place: self._part(spans, place), places)

    def _part(self, spans: Spans, place: tuple[int, ...]):
        """Return where in a box what is wanted of a chunk goes, and that."""
        starts = [n * side for n, side in zip(place, self.chunks, strict=True)]
        cut = [(max(start, a), min(start + side, b)) for start, side, (a, b)
               in zip(starts, self.chunks, spans, strict=True)]  # fmt: skip
        part = tuple(slice(a - at, b - at) for (a, b), (at, _) in zip(cut, spans, strict=True))
        chunk = self._known(place)
        if chunk is None:
            return part, self.layout.fill
        return part, chunk[tuple(slice(a - at, b - at)
                                 for (a, b), at in zip(cut, starts, strict=True))]  # fmt: skip

    def _known(self, place: tuple[int, ...]) -> np.ndarray | None:
        """Return a chunk; a large one is kept, as it is read in several boxes."""
        if self.layout.chunk_bytes <= _LARGE:
            return self._chunk(place)
        if self._last is None or self._last[0] != place:
            self._last = None  # before the next one is there
            self._last = place, self._chunk(place)
        return self._last[1]

    def _chunk(self, place: tuple[int, ...]) -> np.ndarray | None:
        most = self.layout.chunk_bytes * 5 // 4 + _SPARE
        if self._shards is not None:
            name, number = self._shards.place_of(place)
            content = self._packed(name, lambda file: self._shards.read(name, file, number, most))
        else:
            content = self._packed(self.layout.name_of(place), lambda file: file.read(most + 1))
        if content is None:
            return None
        if len(content) > most:
            raise UnreadableFile("expected a chunk's bytes in its file; it has many more.")
        return self.layout.codecs.undone(content, self.chunks, self.dtype)

    def _packed(self, name, read):
        path = self._folder / name
        try:
            with open_regular(path, self._within, name) as file:
                return read(file)
        except FileNotFoundError:
            if path.is_symlink():
                raise nowhere(name) from None
            return None


def image_at(path: str | os.PathLike) -> ZarrArray:
    """Return the array of a volume on disk, whoever wrote it; no link leads out of its folder."""
    return ZarrArray(path, Path(path))


def record_of(folder: Path, within: Path | None) -> bytes:
    """Return what a folder says of the array in it.

    Raises
    ------
    UnreadableFile
        If that is no regular file, or too long.
    FileNotFoundError
        If it says nothing.
    """
    for name in RECORDS:
        if os.path.lexists(folder / name):
            return read_regular(folder / name, MOST_BYTES, within, name)
    folder.stat()
    raise FileNotFoundError(2, "there is no array", str(folder))


def _must_be_sane(layout):
    """Refuse chunks that no memory holds, and so many that one would look for them for days."""
    size, itemsize = layout.chunk_bytes, layout.dtype.itemsize
    if size > MOST_CHUNK:
        raise UnreadableFile(f"expected chunks of at most {MOST_CHUNK:,} bytes; got {size:,}.")
    inside = math.prod(map(min, layout.chunks, layout.shape))
    if size > _EMPTY and size > 4 * inside * itemsize:
        raise UnreadableFile("expected chunks that the array fills; these are much larger.")
    count = math.prod(-(-n // side) for n, side in zip(layout.shape, layout.chunks, strict=True))
    if count > _FEW and inside < _SMALL:
        raise UnreadableFile(
            f"expected chunks of {_SMALL:,} voxels or more; there are {count:,} of {inside:,}."
        )


def _span(given, size):
    if not isinstance(given, slice):
        return int(given), int(given) + 1
    start, stop, _ = given.indices(size)
    return start, max(start, stop)


def _places(spans, chunks):
    ranges = (
        range(start // side, -(-stop // side)) if stop > start else ()
        for (start, stop), side in zip(spans, chunks, strict=True)
    )
    return itertools.product(*ranges)
