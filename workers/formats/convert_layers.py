"""From pieces in the order of a file to whole layers of chunks."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from workers.storage.convert_error import as_unwritable
from workers.storage.source import Source

if TYPE_CHECKING:
    from workers.runtime.box import Box


def layers(
    source: Source, chunks: tuple[int, int, int], most_bytes: int, folder: str | os.PathLike
) -> Iterator[tuple[Box, np.ndarray]]:
    """Yield a volume in boxes of whole chunks, of at most `most_bytes` where one row of them fits.

    What comes by slices of K is put together to layers as deep as a chunk. A layer that does not
    fit is laid down in a file of `folder` first, and read from it by columns.

    Parameters
    ----------
    source : Source
        Its pieces come either in the order of a NIfTI file, or already by whole chunks.
    chunks : (3,) tuple of int
    most_bytes : int
    folder : path
        The file in it has no name and is gone with the process.
    """
    shape = (*source.shape[:2], min(chunks[2], source.shape[2]))
    if shape[0] * shape[1] * shape[2] * source.dtype.itemsize <= most_bytes:
        yield from _in_memory(source, chunks, np.empty(shape, source.dtype, order="F"))
    else:
        with ExitStack() as stack:
            with as_unwritable(folder):
                file = stack.enter_context(tempfile.TemporaryFile(dir=folder))
            yield from _by_columns(source, chunks, most_bytes, file, folder)


def is_aligned(box: Box, shape: tuple[int, int, int], chunks: tuple[int, int, int]) -> bool:
    """Tell whether a box holds whole chunks only."""
    return all(
        side.start % chunk == 0 and (side.stop % chunk == 0 or side.stop == size)
        for side, size, chunk in zip(box, shape, chunks, strict=True)
    )


def _in_memory(source, chunks, layer):
    for box, values in source.parts(chunks):
        if is_aligned(box, source.shape, chunks):
            yield box, values
            continue
        k, start = box[2], box[2].start - box[2].start % chunks[2]
        layer[box[0], box[1], k.start - start : k.stop - start] = values
        if _fills(box, source.shape, chunks):
            yield (*_whole_layer(source.shape), slice(start, k.stop)), layer[:, :, : k.stop - start]


def _by_columns(source, chunks, most_bytes, file, folder):
    for box, values in source.parts(chunks):
        if is_aligned(box, source.shape, chunks):
            yield box, values
            continue
        with as_unwritable(folder):
            file.write(values.astype(source.dtype, copy=False).tobytes(order="F"))
            file.flush()
        if _fills(box, source.shape, chunks):
            start = box[2].start - box[2].start % chunks[2]
            yield from _columns(file, source, slice(start, box[2].stop), chunks[1], most_bytes)
            file.seek(0)


def _fills(box, shape, chunks):
    """Tell whether a box is the last one of its layer."""
    ends = [side.stop for side in box]
    return ends[:2] == list(shape[:2]) and (ends[2] == shape[2] or ends[2] % chunks[2] == 0)


def _whole_layer(shape):
    return slice(0, shape[0]), slice(0, shape[1])


def _columns(file, source, k, chunk, most_bytes):
    """Read a layer of (I, J, K') in Fortran order by as many rows of chunks along J as fit."""
    I, J, _ = source.shape
    depth, size = k.stop - k.start, source.dtype.itemsize
    step = max(chunk, most_bytes // (I * depth * size) // chunk * chunk)
    for j in range(0, J, step):
        width = min(step, J - j)
        column = np.empty((I, width, depth), source.dtype, order="F")
        for n in range(depth):
            file.seek((n * J + j) * I * size)
            file.readinto(memoryview(column[:, :, n].T).cast("B"))
        yield (slice(0, I), slice(j, j + width), k), column
