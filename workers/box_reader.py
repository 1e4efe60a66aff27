"""Boxes of an array on disk, read without a second copy of them."""

from __future__ import annotations

import itertools
import os

import numpy as np
from zarr.codecs import BytesCodec

from workers.stored import Box, opened, raw_chunk


class BoxReader:
    """Reads an array chunk by chunk; those that are not compressed are mapped.

    Parameters
    ----------
    path : path
        Of a zarr array (I, J, K).
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self._path, self._array = path, opened(path)
        self.shape: tuple[int, int, int] = self._array.shape
        self.chunks: tuple[int, int, int] = self._array.chunks
        self.dtype: np.dtype = self._array.dtype.newbyteorder("=")
        self._is_raw = _is_raw(self._array)

    def read(self, box: Box) -> np.ndarray:
        """Return a box: C-contiguous, in native byte order; cut where the array ends."""
        ends = [(side.start, min(side.stop, size))
                for side, size in zip(box, self.shape, strict=True)]  # fmt: skip
        values = np.empty([stop - start for start, stop in ends], self.dtype)
        for part in itertools.product(*map(_within, ends, self.chunks)):
            place = tuple(slice(a - at, b - at)
                          for (a, b), (at, _) in zip(part, ends, strict=True))  # fmt: skip
            values[place] = self._read(part)
        return values

    def _read(self, part):
        if not self._is_raw:
            return self._array[tuple(slice(*side) for side in part)]
        starts = [a // chunk * chunk for (a, _), chunk in zip(part, self.chunks, strict=True)]
        whole = [(at, min(at + chunk, size)) for at, chunk, size
                 in zip(starts, self.chunks, self.shape, strict=True)]  # fmt: skip
        found = raw_chunk(self._path, sum(whole, ()), self.chunks, self.dtype)
        if found is None:
            return 0
        return found[tuple(slice(a - at, b - at)
                           for (a, b), at in zip(part, starts, strict=True))]  # fmt: skip


def _within(ends, chunk):
    """Return the parts of a range that lie in one chunk each."""
    start, stop = ends
    cuts = [start, *range((start // chunk + 1) * chunk, stop, chunk), stop]
    return list(itertools.pairwise(cuts))


def _is_raw(array):
    """Tell whether `raw_chunk` can read an array: as `workers.stored.create` makes them."""
    if array.metadata.zarr_format != 3 or array.compressors or array.filters or array.shards:
        return False
    plain = array.serializer in (BytesCodec(endian="little"), BytesCodec(endian=None))
    keys = array.metadata.encode_chunk_key((1, 2, 3)) == "c/1/2/3"
    return plain and keys and array.metadata.fill_value == 0
