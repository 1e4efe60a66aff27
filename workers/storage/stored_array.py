"""Arrays on disk: zarr v3, in chunks, so that a box is read without the rest."""

from __future__ import annotations

import math
import mmap
import os

import numpy as np
import zarr
from numcodecs import blosc
from zarr.codecs import BloscCodec

CHUNK = (64, 64, 64)
"""Of what is looked at: a slice reads no more than these many voxels behind and before it."""

ABOUT = "zarr.json"
"""The file in an array's folder that tells of it."""

_BLOSC_HEADER = 16  # bytes
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def create(
    path: str | os.PathLike,
    shape: tuple[int, int, int],
    dtype: np.dtype | type,
    chunks: tuple[int, int, int] = CHUNK,
    *,
    compressed: bool = True,
    fill: float = 0,
) -> zarr.Array:
    """Make an array of nothing but `fill` at `path`; one that is there already is lost.

    Chunks that hold nothing else take no place. A chunk is written as a whole or not at all. Two
    processes may write to the array at once as long as no chunk is written by both.

    Parameters
    ----------
    path : path
        A folder, made with those above it.
    shape : (3,) tuple of int
        (I, J, K).
    dtype : dtype
    chunks : (3,) tuple of int, optional
        Voxels of a chunk.
    compressed : bool, optional
        Quickly and without loss; intensities with their noise are read faster as they are.
    fill : number, optional
        What is read where nothing was written.
    """
    codec = BloscCodec(cname="lz4", clevel=1, shuffle="bitshuffle")
    return zarr.create_array(
        os.fspath(path),
        shape=shape,
        dtype=dtype,
        chunks=tuple(min(side, max(1, size)) for side, size in zip(chunks, shape, strict=True)),
        compressors=codec if compressed else None,
        fill_value=fill,
        overwrite=True,
    )


def open_array(path: str | os.PathLike, mode: str = "r") -> zarr.Array:
    """Return the array at `path`, to be read by ``array[box]``; written too if `mode` is ``r+``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    return zarr.open_array(os.fspath(path), mode=mode)


def raw_chunk(
    path: str | os.PathLike,
    box: tuple[int, int, int, int, int, int],
    chunks: tuple[int, int, int],
    dtype: np.dtype | type,
) -> np.ndarray | None:
    """Return one chunk of an uncompressed array that `create` made, much faster than zarr.

    Parameters
    ----------
    path : path
    box : tuple of int
        ``i0, i1, j0, j1, k0, k1`` of the chunk, the ends half open.
    chunks, dtype
        As they were given to `create`.

    Returns
    -------
    chunk : ndarray or None
        Of the box's shape, mapped into memory; None if only what it was filled with lies there.

    Raises
    ------
    ValueError
        With a sentence, if the file is not whole.
    """
    file = _file(path, box, chunks)
    dtype = np.dtype(dtype).newbyteorder("<")
    try:
        # Not numpy.memmap, which takes ten times as long for each.
        with open(file, "rb", 0, opener=_plainly) as opened_file:
            content = mmap.mmap(opened_file.fileno(), 0, access=mmap.ACCESS_READ)
        values = np.frombuffer(content, dtype, math.prod(chunks))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ValueError(_describe_damage(file)) from error
    return _within(values.reshape(chunks), box)


def packed_chunk(
    path: str | os.PathLike,
    box: tuple[int, int, int, int, int, int],
    chunks: tuple[int, int, int],
    dtype: np.dtype | type,
) -> np.ndarray | None:
    """Return one chunk of a compressed array that `create` made, twice as fast as zarr.

    Parameters, what is returned and raised are those of `raw_chunk`, but that it is a copy.
    """
    file = _file(path, box, chunks)
    try:
        with open(file, "rb", 0, opener=_plainly) as opened_file:
            content = opened_file.read()
    except FileNotFoundError:
        return None
    values = np.empty(chunks, np.dtype(dtype).newbyteorder("<"))
    if not _is_whole(content, values.nbytes):
        raise ValueError(_describe_damage(file))
    try:
        blosc.decompress(content, values)
    except RuntimeError as error:
        raise ValueError(_describe_damage(file)) from error
    return _within(values, box)


def has_chunk(
    path: str | os.PathLike,
    box: tuple[int, int, int, int, int, int],
    chunks: tuple[int, int, int],
) -> bool:
    """Tell whether something was written to a chunk; the parameters are those of `raw_chunk`."""
    return os.path.exists(_file(path, box, chunks))  # noqa: PTH110 - as `raw_chunk`


def extent(path: str | os.PathLike) -> tuple[int, int]:
    """Return how many files lie in a folder and below, and their bytes: a chunk cut short tells."""
    files = size = 0
    with os.scandir(path) as found:
        for each in found:
            is_folder = each.is_dir(follow_symlinks=False)
            more = extent(each.path) if is_folder else (1, each.stat().st_size)
            files, size = files + more[0], size + more[1]
    return files, size


def _plainly(path, flags):
    """Open no link, and wait for no pipe: others may have written what lies in the folder."""
    return os.open(path, flags | _NO_LINK)


def _within(values, box):
    """Return the part of a chunk that lies in the array."""
    sizes = (slice(end - start) for start, end in zip(box[::2], box[1::2], strict=True))
    return values[tuple(sizes)]


def _is_whole(content, size):
    """Tell whether so much was packed as is here: else memory behind it would be read."""
    if len(content) < _BLOSC_HEADER:
        return False
    unpacked, _, packed = np.frombuffer(content[4:_BLOSC_HEADER], "<u4").tolist()
    return (unpacked, packed) == (size, len(content))


def _describe_damage(file):
    return (
        f"{file} is damaged. If it is part of the cache, close the volume, then remove it with "
        "supervox cache --clear."
    )


def _file(path, box, chunks):
    i, j, k = (start // side for start, side in zip(box[::2], chunks, strict=True))
    return f"{os.fspath(path)}/c/{i}/{j}/{k}"
