"""The voxels of a NIfTI file, piece by piece."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from workers.formats.nifti.gzip_stream import PIECE, Stream
from workers.formats.nifti.header import VoxelLayout
from workers.storage.unreadable import UnreadableFile

if TYPE_CHECKING:
    from workers.runtime.box import Box


def check_length(stream: Stream, found: VoxelLayout) -> None:
    """See whether a stream can hold what its header says.

    Raises
    ------
    UnreadableFile
        If it cannot.
    """
    wanted = found.offset + found.volumes * found.volume_bytes
    if stream.most < wanted:
        raise UnreadableFile(
            f"expected {wanted:,} bytes; the file can hold at most {stream.most:,}."
        )


def parts(
    stream: Stream, found: VoxelLayout, index: int, passed: int, depth: int
) -> Iterator[tuple[Box, np.ndarray]]:
    """Yield one volume in pieces of some megabytes, and read the stream to its end.

    Parameters
    ----------
    stream : Stream
        Of the file that holds the voxels.
    found : Layout
        What its header says.
    index : int
        Which volume, from 0.
    passed : int
        How many bytes of the stream have been read.
    depth : int
        No piece crosses a multiple of it along K.

    Yields
    ------
    box : tuple of slice
        In the order of the file, in which I is fastest.
    values : ndarray
        In Fortran order; scaled, and then in native byte order.

    Raises
    ------
    UnreadableFile
        If the stream holds less or more than the header says.
    """
    stream.skip(found.offset - passed + index * found.volume_bytes)
    for box, shape in _boxes(found.shape, found.dtype.itemsize, depth):
        count = shape[0] * shape[1] * shape[2]
        stored = np.frombuffer(stream.exactly(count * found.dtype.itemsize), found.dtype)
        yield box, _values(stored, found).reshape(shape, order="F")
    stream.skip((found.volumes - 1 - index) * found.volume_bytes)
    stream.end()


def _boxes(shape, itemsize, depth):
    most, steps = PIECE // itemsize, []
    for size in shape:
        steps.append(min(size, max(1, most)))
        most //= size
    sides = [_spans(*each) for each in zip(shape, steps, (*shape[:2], depth), strict=True)]
    for k, j, i in itertools.product(*reversed(sides)):
        yield (i, j, k), tuple(side.stop - side.start for side in (i, j, k))


def _spans(size, step, bound):
    """Return slices of `step` that cover `size`; none crosses a multiple of `bound`."""
    spans, start = [], 0
    while start < size:
        stop = min(start + step, size, (start // bound + 1) * bound)
        spans.append(slice(start, stop))
        start = stop
    return spans


def target(found: VoxelLayout) -> np.dtype:
    """Return the dtype of the values: the stored one, or a float for what scaling makes."""
    if (found.slope, found.inter) == (1, 0):
        return found.dtype.newbyteorder("=")
    exact = np.result_type(found.dtype.newbyteorder("="), np.float16)
    return np.promote_types(exact, np.float32)


def _values(stored, found):
    if (found.slope, found.inter) == (1, 0):
        return stored
    with np.errstate(over="ignore", invalid="ignore"):
        return (stored.astype(np.float64) * found.slope + found.inter).astype(target(found))
