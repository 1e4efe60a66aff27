"""Boxes of an array on disk, read without a second copy of them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable

import numpy as np

from workers.runtime.box import Box
from workers.storage.foreign_zarr.array import ZarrArray, image_at
from workers.storage.stored_array import packed_chunk, raw_chunk


class BoxReader:
    """Reads an array chunk by chunk, in any thread; those that are not compressed are mapped.

    Parameters
    ----------
    path : path
        Of a zarr array (I, J, K).
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path, self._array = path, image_at(path)
        self.shape: tuple[int, int, int] = self._array.shape
        self.chunks: tuple[int, int, int] = self._array.chunks
        self.dtype: np.dtype = self._array.dtype.newbyteorder("=")
        self._chunk = _quickly(self._array)

    def read(self, box: Box, out: np.ndarray | None = None) -> np.ndarray:
        """Return a box: C-contiguous, in native byte order; cut where the array ends.

        It is written to `out` if that is given, which need not be contiguous.
        """
        ends = [(side.start, min(side.stop, size))
                for side, size in zip(box, self.shape, strict=True)]  # fmt: skip
        sizes = [stop - start for start, stop in ends]
        values = np.empty(sizes, self.dtype) if out is None else out
        for part in itertools.product(*map(_within, ends, self.chunks)):
            place = tuple(slice(a - at, b - at)
                          for (a, b), (at, _) in zip(part, ends, strict=True))  # fmt: skip
            values[place] = self._read(part)
        return values

    def _read(self, part):
        if self._chunk is None:
            return self._array[tuple(slice(*side) for side in part)]
        starts = [a // chunk * chunk for (a, _), chunk in zip(part, self.chunks, strict=True)]
        whole = [(at, min(at + chunk, size)) for at, chunk, size
                 in zip(starts, self.chunks, self.shape, strict=True)]  # fmt: skip
        found = self._chunk(self.path, sum(whole, ()), self.chunks, self.dtype)
        if found is None:
            return 0
        return found[tuple(slice(a - at, b - at)
                           for (a, b), at in zip(part, starts, strict=True))]  # fmt: skip


def _within(ends, chunk):
    """Return the parts of a range that lie in one chunk each."""
    start, stop = ends
    cuts = [start, *range((start // chunk + 1) * chunk, stop, chunk), stop]
    return list(itertools.pairwise(cuts))


def _quickly(array: ZarrArray) -> Callable | None:
    """Return what reads a chunk of an array as `stored_array.create` makes them; else None."""
    layout = array.layout
    is_plain = layout.codecs.turned == (0, 1, 2) and layout.dtype.str[0] in "<|"
    is_found = (layout.prefix, layout.separator, layout.shards) == ("c", "/", None)
    if not (is_plain and is_found and layout.fill == 0):
        return None
    steps = tuple(name for name, _ in layout.codecs.steps)
    return {(): raw_chunk, ("blosc",): packed_chunk}.get(steps)
