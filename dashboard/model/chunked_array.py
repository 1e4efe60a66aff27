"""A 3D array in memory where something was written, and on disk where that is too much."""

from __future__ import annotations

import itertools
import logging
import shutil
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import zarr

from workers import stored

Box = tuple[slice, slice, slice]
Place = tuple[int, int, int]
MOST_BYTES = 256 << 20

log = logging.getLogger(__name__)


class ChunkedArray:
    """An array of zeros of which only the chunks that were written to take place.

    One thread writes; others may read meanwhile, and see each chunk before or after a write.

    Parameters
    ----------
    shape : (3,) tuple of int
        (I, J, K).
    dtype : dtype
    folder : Path
        Chunks that were not used for long are put on disk in a folder of their own in here, which
        goes with the array.
    side : int, optional
        Edge of a chunk.
    most_bytes : int, optional
        What the chunks in memory may take; more, if the disk is full.
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        dtype: np.dtype | type,
        folder: Path,
        *,
        side: int = stored.CHUNK[0],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.shape, self.dtype = tuple(shape), np.dtype(dtype)
        self._folder, self._side = folder, side
        self._most = max(1, most_bytes // (side**3 * self.dtype.itemsize))
        self._chunks: OrderedDict[Place, np.ndarray] = OrderedDict()
        self._changed: set[Place] = set()  # since they were put on disk
        self._away: set[Place] = set()
        self._disk: zarr.Array | None = None
        self._lock = threading.RLock()

    def __getitem__(self, box: Box) -> np.ndarray:
        """Return a copy of what is in `box`."""
        box = self._within(box)
        found = np.zeros([axis.stop - axis.start for axis in box], self.dtype)
        for place, there, here in self._parts(box):
            with self._lock:
                chunk = self._chunk(place)
                if chunk is not None:
                    found[here] = chunk[there]
        return found

    def __setitem__(self, box: Box, values: np.ndarray) -> None:
        """Write `values` to `box`."""
        for place, there, here in self._parts(self._within(box)):
            self._write(place, there, values[here])

    def scan(self, box: Box) -> Iterator[tuple[Box, np.ndarray]]:
        """Yield a copy of what is in `box`, chunk by chunk, those left out that hold only zeros.

        What is on disk stays there.
        """
        box = self._within(box)
        for place, there, here in self._parts(box):
            with self._lock:
                chunk = self._peek(place)
                values = None if chunk is None else chunk[there].copy()
            if values is not None:
                yield tuple(_moved(a, b.start) for a, b in zip(here, box, strict=True)), values

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        with self._lock:
            return sum(chunk.nbytes for chunk in self._chunks.values())

    def _within(self, box: Box) -> Box:
        return tuple(
            slice(*axis.indices(size)[:2]) for axis, size in zip(box, self.shape, strict=True)
        )

    def _parts(self, box: Box) -> Iterator[tuple[Place, Box, Box]]:
        """Yield each chunk that lies in `box`, with where in the chunk and where in the box."""
        ranges = (range(a.start // self._side, -(-a.stop // self._side)) for a in box)
        for place in itertools.product(*ranges):
            parts = [self._part(n, axis) for n, axis in zip(place, box, strict=True)]
            yield place, tuple(p[0] for p in parts), tuple(p[1] for p in parts)

    def _part(self, n: int, axis: slice) -> tuple[slice, slice]:
        begin = n * self._side
        low, high = max(axis.start, begin), min(axis.stop, begin + self._side)
        return slice(low - begin, high - begin), slice(low - axis.start, high - axis.start)

    def _write(self, place: Place, there: Box, values: np.ndarray) -> None:
        with self._lock:
            chunk = self._chunk(place)
            something = values.any()
            if chunk is None:
                if not something:
                    return
                chunk = self._keep(place, np.zeros(self._sizes(place), self.dtype))
            chunk[there] = values
            self._changed.add(place)
            if not something and not chunk.any():
                del self._chunks[place]
                self._changed.discard(place)
                self._away.discard(place)

    def _sizes(self, place: Place) -> list[int]:
        return [
            min(self._side, size - n * self._side)
            for n, size in zip(place, self.shape, strict=True)
        ]

    def _chunk(self, place: Place) -> np.ndarray | None:
        """Return a chunk as the one used last; None if it holds only zeros."""
        if place in self._chunks:
            self._chunks.move_to_end(place)
            return self._chunks[place]
        chunk = self._peek(place)
        return None if chunk is None else self._keep(place, chunk)

    def _peek(self, place: Place) -> np.ndarray | None:
        if place in self._chunks:
            return self._chunks[place]
        return self._disk[self._box(place)] if place in self._away else None

    def _box(self, place: Place) -> Box:
        sizes = self._sizes(place)
        begins = (n * self._side for n in place)
        return tuple(slice(n, n + size) for n, size in zip(begins, sizes, strict=True))

    def _keep(self, place: Place, chunk: np.ndarray) -> np.ndarray:
        """Have a chunk in memory, and others no more for which there is no room."""
        self._chunks[place] = chunk
        while len(self._chunks) > self._most:
            oldest = next(iter(self._chunks))
            if not self._put_away(oldest):
                break
            del self._chunks[oldest]
        return chunk

    def _put_away(self, place: Place) -> bool:
        if place in self._changed:
            try:
                self._at_hand()[self._box(place)] = self._chunks[place]
            except OSError as error:  # what was painted matters more than the memory
                log.warning("Labels could not be put on disk and stay in memory: %s", error)
                return False
            self._changed.discard(place)
            self._away.add(place)
        return True

    def _at_hand(self) -> zarr.Array:
        if self._disk is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            own = tempfile.mkdtemp(prefix="labels-", dir=self._folder)
            weakref.finalize(self, shutil.rmtree, own, ignore_errors=True)
            side = (self._side,) * 3
            self._disk = stored.create(Path(own) / "chunks", self.shape, self.dtype, side)
        return self._disk


def _moved(part: slice, by: int) -> slice:
    return slice(part.start + by, part.stop + by)
