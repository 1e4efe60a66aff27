"""Superpixel ids in a file of the case's folder, in records that tell damage."""

from __future__ import annotations

import json
import math
import zlib
from pathlib import Path

import numpy as np

from dashboard.cases import record_file
from workers.storage import atomic_write

PIECE = 4 << 20
DTYPES = ("<u2", "<u4")


class DamagedIds(ValueError):
    """The file is not what was written."""


def write(path: Path, ids: np.ndarray) -> None:
    """Write ids so that they are there as a whole, and for good, or not at all.

    Parameters
    ----------
    path : Path
    ids : (I, J, K) ndarray of uint16 or uint32

    Raises
    ------
    OSError
        If the folder cannot be written to or the disk is full.
    """
    dtype = ids.dtype.newbyteorder("<")
    head = {"dtype": dtype.str, "shape": ids.shape}
    content = np.ascontiguousarray(ids, dtype).reshape(-1).view(np.uint8)
    pieces = (content[at : at + PIECE] for at in range(0, content.size, PIECE))
    packed = [zlib.compress(piece, 1) for piece in pieces]
    atomic_write.replace(path, record_file.encode_file([json.dumps(head).encode(), *packed]), 0o600)


def read(path: Path, shape: tuple[int, int, int]) -> np.ndarray:
    """Return the ids (I, J, K) of a file.

    Raises
    ------
    Damaged
        If it does not hold ids of `shape`, all of them, as they were written.
    OSError
        If it cannot be read.
    """
    content = path.read_bytes()
    try:
        sound = record_file.read(content)
        if not sound.is_whole or sound.end != len(content):
            raise ValueError("cut short")
        return _ids(sound.payloads, shape)
    except (LookupError, TypeError, ValueError, zlib.error) as error:
        raise DamagedIds(
            f"Expected superpixels of shape {shape} in {path.name}; it is damaged ({error})."
        ) from error


def _ids(payloads: tuple[bytes, ...], shape: tuple[int, int, int]) -> np.ndarray:
    head, *pieces = payloads
    told = json.loads(head)
    if told["dtype"] not in DTYPES or tuple(told["shape"]) != shape:
        raise ValueError(f"{told['dtype']}, {told['shape']}")
    dtype = np.dtype(told["dtype"])
    content = b"".join(map(_inflate, pieces))
    if len(content) != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{len(content):,} bytes")
    return np.frombuffer(content, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def _inflate(piece: bytes) -> bytes:
    inflater = zlib.decompressobj()
    content = inflater.decompress(piece, PIECE)
    if not inflater.eof:
        raise ValueError("a piece that is too large")
    return content
