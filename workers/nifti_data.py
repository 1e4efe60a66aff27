"""The voxels of a NIfTI file, as an array."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from workers.nifti_error import UnreadableFile
from workers.nifti_header import Layout
from workers.nifti_stream import PIECE, Stream


def voxels(stream: Stream, found: Layout, index: int, passed: int) -> np.ndarray:
    """Return one volume, and read the stream to its end.

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

    Returns
    -------
    data : (I, J, K) ndarray
        C-contiguous, native byte order, read-only, scaled.

    Raises
    ------
    UnreadableFile
        If the stream holds less or more than the header says.
    """
    wanted = found.offset + found.volumes * found.volume_bytes
    if stream.most < wanted:
        raise UnreadableFile(
            f"expected {wanted:,} bytes; the file can hold at most {stream.most:,}."
        )
    data = np.empty(found.shape, _target(found))
    stream.skip(found.offset - passed + index * found.volume_bytes)
    for part in _parts(data, found.dtype.itemsize):
        stored = np.frombuffer(stream.exactly(part.size * found.dtype.itemsize), found.dtype)
        part[...] = _values(stored, found).reshape(part.shape, order="F")
    stream.skip((found.volumes - 1 - index) * found.volume_bytes)
    stream.end()
    data.flags.writeable = False
    return data


def _parts(data: np.ndarray, itemsize: int) -> Iterator[np.ndarray]:
    """Yield views of some megabytes, in the order of the file, in which I is fastest."""
    most, step = PIECE // itemsize, []
    for size in data.shape:
        step.append(min(size, max(1, most)))
        most //= size
    starts = (range(0, size, n) for size, n in zip(data.shape, step, strict=True))
    for k, j, i in itertools.product(*reversed(tuple(starts))):
        yield data[i : i + step[0], j : j + step[1], k : k + step[2]]


def _target(found):
    """Return the dtype of the values: the stored one, or a float for what scaling makes."""
    if (found.slope, found.inter) == (1, 0):
        return found.dtype.newbyteorder("=")
    exact = np.result_type(found.dtype.newbyteorder("="), np.float16)
    return np.promote_types(exact, np.float32)


def _values(stored, found):
    if (found.slope, found.inter) == (1, 0):
        return stored
    with np.errstate(over="ignore", invalid="ignore"):
        return (stored.astype(np.float64) * found.slope + found.inter).astype(_target(found))
