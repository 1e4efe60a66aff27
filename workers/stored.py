"""Arrays on disk: zarr v3, in chunks, so that a box is read without the rest."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import zarr
from numcodecs import blosc
from zarr.codecs import BloscCodec

CHUNK = (64, 64, 64)
"""Of what is looked at: a slice reads no more than these many voxels behind and before it."""

Box = tuple[slice, slice, slice]


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


def opened(path: str | os.PathLike, mode: str = "r") -> zarr.Array:
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
    """Return one chunk of an uncompressed array that `create` made, five times as fast as zarr.

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
    """
    try:
        values = np.memmap(_file(path, box, chunks), np.dtype(dtype).newbyteorder("<"), "r")
    except FileNotFoundError:
        return None
    return _within(values.view(np.ndarray), box, chunks)


def packed_chunk(
    path: str | os.PathLike,
    box: tuple[int, int, int, int, int, int],
    chunks: tuple[int, int, int],
    dtype: np.dtype | type,
) -> np.ndarray | None:
    """Return one chunk of a compressed array that `create` made, twice as fast as zarr.

    Parameters and what is returned are those of `raw_chunk`, but that it is a copy.
    """
    try:
        content = _file(path, box, chunks).read_bytes()
    except FileNotFoundError:
        return None
    values = np.empty(chunks, np.dtype(dtype).newbyteorder("<"))
    blosc.decompress(content, values)
    return _within(values, box, chunks)


def has_chunk(
    path: str | os.PathLike,
    box: tuple[int, int, int, int, int, int],
    chunks: tuple[int, int, int],
) -> bool:
    """Tell whether something was written to a chunk; the parameters are those of `raw_chunk`."""
    return _file(path, box, chunks).exists()


def _within(values, box, chunks):
    """Return the part of a chunk that lies in the array."""
    sizes = (slice(end - start) for start, end in zip(box[::2], box[1::2], strict=True))
    return values.reshape(chunks)[tuple(sizes)]


def _file(path, box, chunks):
    names = (str(start // side) for start, side in zip(box[::2], chunks, strict=True))
    return Path(path, "c", *names)
