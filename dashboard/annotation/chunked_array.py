"""A 3D array in memory where something was written, and on disk where that is too much."""

from __future__ import annotations

import logging
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dashboard.annotation.scratch_file import Scratch
from dashboard.annotation.tiling import Place, Tiling
from workers.runtime.box import Box
from workers.storage import stored_array

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
        Chunks that were not used for long are put on disk here, in a file that goes with the array.
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
        side: int = stored_array.CHUNK[0],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.shape, self.dtype = tuple(shape), np.dtype(dtype)
        self._folder, self._tiling = folder, Tiling(self.shape, side)
        self._most = max(1, most_bytes // (side**3 * self.dtype.itemsize))
        self._chunks: OrderedDict[Place, np.ndarray] = OrderedDict()
        self._changed: set[Place] = set()  # since they were put on disk
        self._away: dict[Place, int] = {}  # in which slot
        self._disk: Scratch | None = None
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
            now = Frozen(self._tiling, dict(self._chunks), dict(self._away), self._disk, self.dtype)
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
                chunk = self._keep(place, np.zeros(self._tiling.sizes(place), self.dtype))
        elif any(now.chunks.get(place) is chunk for now in self._frozen):
            chunk = self._chunks[place] = chunk.copy()
        if chunk is None:
            return
        chunk[there] = values
        self._changed.add(place)
        if not something and not chunk.any():
            del self._chunks[place]
            self._changed.discard(place)
            self._away.pop(place, None)

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
        slot = self._away.get(place)
        return None if slot is None else self._disk.get(slot, self._tiling.sizes(place), self.dtype)

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
        # What somebody has frozen is not written over.
        slot = None if self._frozen else self._away.get(place)
        try:
            self._away[place] = self._at_hand().put(self._chunks[place], slot)
        except OSError as error:  # what was painted matters more than the memory
            log.warning("Labels could not be put on disk and stay in memory: %s", error)
            return False
        self._changed.discard(place)
        return True

    def _at_hand(self) -> Scratch:
        if self._disk is None:
            size = self._tiling.side**3 * self.dtype.itemsize
            self._disk = Scratch(self._folder, size)
        return self._disk


class Frozen:
    """A chunked array as it was at one moment; in any thread.

    Attributes
    ----------
    chunks : dict
        Those that were in memory: nobody writes to them any more.
    """

    def __init__(
        self,
        tiling: Tiling,
        chunks: dict[Place, np.ndarray],
        away: dict[Place, int],
        disk: Scratch | None,
        dtype: np.dtype,
    ) -> None:
        self.shape, self.dtype = tiling.shape, dtype
        self.chunks = chunks
        self._tiling, self._away, self._disk = tiling, away, disk

    def scan(self, box: Box) -> Iterator[tuple[Box, np.ndarray]]:
        """Yield what was in `box`, as `ChunkedArray.scan` does; not to be written to."""
        for place, there, here in self._tiling.parts(self._tiling.within(box)):
            if place in self.chunks:
                yield here, self.chunks[place][there]
            elif place in self._away:
                sizes = self._tiling.sizes(place)
                yield here, self._disk.get(self._away[place], sizes, self.dtype)[there]
