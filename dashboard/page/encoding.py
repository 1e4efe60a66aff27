"""Arrays as compressed pieces that pass any proxy."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator

import numpy as np

PIECE = 4 << 20  # bytes before compression: a JupyterHub's proxy ends a session at 10 MiB
SAMPLE, NOISE = 1 << 16, 0.8
EXACT = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32")


def shown(data: np.ndarray) -> np.ndarray:
    """Return intensities in a type that a browser has: exact up to 32 bits, else float32."""
    if data.dtype.name in EXACT:
        return data
    with np.errstate(over="ignore"):  # what float32 cannot hold is shown as infinite
        return data.astype(np.float32)


async def pieces(array: np.ndarray) -> AsyncIterator[tuple[int, bytes]]:
    """Yield (start in bytes, deflated bytes) of a C-ordered `array`, compressed in a thread."""
    content = memoryview(np.ascontiguousarray(array)).cast("B")
    for start in range(0, len(content), PIECE):
        piece = content[start : start + PIECE]
        yield start, await asyncio.to_thread(zlib.compress, piece, 1)


def planes(array: np.ndarray) -> np.ndarray:
    """Return the bytes of an array in another order: of all values the first, then the second.

    Noise fills the low bytes alone, the others then take next to nothing.

    Returns
    -------
    planes : (b, n) ndarray of uint8
        Of `n` values of `b` bytes.
    """
    return np.ascontiguousarray(array.reshape(-1, 1).view(np.uint8).T)


def deflated(content: bytes | memoryview) -> dict:
    """Return `content` deflated, as ``data``; as it is, and ``raw``, if a sample gains little."""
    sample = content[:SAMPLE]
    is_noise = len(zlib.compress(sample, 1)) > NOISE * len(sample)
    data = bytes(content) if is_noise else zlib.compress(content, 1)
    return {"data": data, "raw": is_noise}


def pack(boxes: tuple, values: np.ndarray, dtype: str = "<u2") -> bytes:
    """Return the deflated values in all `boxes`, one after the other in C order."""
    values = [np.empty(0, dtype), *(values[box].ravel() for box in boxes)]
    return zlib.compress(np.concatenate(values).astype(dtype), 1)


def corners(boxes: tuple) -> list[list[int]]:
    """Return boxes as the page reads them: first and end along i, j and k."""
    return [[n for axis in box for n in (axis.start, axis.stop)] for box in boxes]


def split_message(content: bytes) -> list[bytes]:
    """Return `content` in pieces that pass any proxy; at least one."""
    return [content[at : at + PIECE] for at in range(0, len(content), PIECE)] or [b""]
