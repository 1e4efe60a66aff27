"""A 3D array in memory where something was written, and on disk where that is too much."""

from __future__ import annotations

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

from dashboard.model.tiling import Box, Place, Tiling
from workers import stored

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
        self._folder, self._tiling = folder, Tiling(self.shape, side)
        self._most = max(1, most_bytes // (side**3 * self.dtype.itemsize))
        self._chunks: OrderedDict[Place, np.ndarray] = OrderedDict()
        self._changed: set[Place] = set()  # since they were put on disk
        self._away: set[Place] = set()
        self._disk: zarr.Array | None = None
        self._frozen: weakref.WeakSet[Frozen] = weakref.WeakSet()
        self._lock = threading.RLock()

    def __getitem__(self, box: Box) -> np.ndarray:
        """Return a copy of what is in `box`."""
        box = self._tiling.within(box)
        found = np.zeros([axis.stop - axis.start for axis in box], self.dtype)
        for place, there, here in self._tiling.parts(box):
            with self._lock:
                chunk = self._chunk(place)
                if chunk is not None:
                    found[here] = chunk[there]
        return found

    def __setitem__(self, box: Box, values: np.ndarray) -> None:
        """Write `values` to `box`."""
        for place, there, here in self._tiling.parts(self._tiling.within(box)):
            with self._lock:
                self._write(place, there, values[here])

    def scan(self, box: Box) -> Iterator[tuple[Box, np.ndarray]]:
        """Yield a copy of what is in `box`, chunk by chunk, those left out that hold only zeros.

        Where in the box each lies comes with it. What is on disk stays there.
        """
        for place, there, here in self._tiling.parts(self._tiling.within(box)):
            with self._lock:
                chunk = self._peek(place)
                values = None if chunk is None else chunk[there].copy()
            if values is not None:
                yield here, values

    def frozen(self) -> Frozen:
        """Return it as it is now, for as long as that is kept; what is written later is a copy."""
        with self._lock:
            now = Frozen(self._tiling, dict(self._chunks), self._away - {*self._chunks}, self._disk)
            self._frozen.add(now)
        return now

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        with self._lock:
            return sum(chunk.nbytes for chunk in self._chunks.values())

    # With the lock

    def _write(self, place: Place, there: Box, values: np.ndarray) -> None:
        something = values.any()
        chunk = self._chunk(place)
        if chunk is None:
            if something:
                sizes = [axis.stop - axis.start for axis in self._tiling.box(place)]
                chunk = self._keep(place, np.zeros(sizes, self.dtype))
        elif any(now.chunks.get(place) is chunk for now in self._frozen):
            chunk = self._chunks[place] = chunk.copy()
        if chunk is None:
            return
        chunk[there] = values
        self._changed.add(place)
        if not something and not chunk.any():
            del self._chunks[place]
            self._changed.discard(place)
            self._away.discard(place)

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
        return self._disk[self._tiling.box(place)] if place in self._away else None

    def _keep(self, place: Place, chunk: np.ndarray) -> np.ndarray:
        """Have a chunk in memory, and others no more for which there is no room."""
        self._chunks[place] = chunk
        over = len(self._chunks) - self._most
        for oldest in list(self._chunks)[: max(0, over)]:
            if not self._put_away(oldest):
                break
            del self._chunks[oldest]
        return chunk

    def _put_away(self, place: Place) -> bool:
        """Tell whether a chunk is on disk as it is; it is written there if it has changed."""
        if place not in self._changed:
            return True
        if any(place in now.away for now in self._frozen):
            return False
        try:
            self._at_hand()[self._tiling.box(place)] = self._chunks[place]
        except OSError as error:  # what was painted matters more than the memory
            log.warning("Labels could not be put on disk and stay in memory: %s", error)
            return False
        self._changed.discard(place)
        self._away.add(place)
        return True

    def _at_hand(self) -> zarr.Array:
        if self._disk is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            own = Path(tempfile.mkdtemp(prefix="labels-", dir=self._folder))
            self._disk = stored.create(own, self.shape, self.dtype, (self._tiling.side,) * 3)
            # A frozen one reads there too, and may outlive this.
            weakref.finalize(self._disk, shutil.rmtree, own, ignore_errors=True)
        return self._disk


class Frozen:
    """A chunked array as it was at one moment; in any thread.

    Attributes
    ----------
    chunks : dict
        Those that were in memory: nobody writes to them any more.
    away : set
        Those that were on disk alone: nobody writes over them while this is kept.
    """

    def __init__(
        self,
        tiling: Tiling,
        chunks: dict[Place, np.ndarray],
        away: set[Place],
        disk: zarr.Array | None,
    ) -> None:
        self.shape = tiling.shape
        self.chunks, self.away = chunks, away
        self._tiling, self._disk = tiling, disk

    def scan(self, box: Box) -> Iterator[tuple[Box, np.ndarray]]:
        """Yield what was in `box`, as `ChunkedArray.scan` does; not to be written to."""
        for place, there, here in self._tiling.parts(self._tiling.within(box)):
            if place in self.away:
                yield here, self._disk[self._tiling.box(place)][there]
            elif place in self.chunks:
                yield here, self.chunks[place][there]
