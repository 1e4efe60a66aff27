"""A text and arrays as one deflated payload, and the same back from whatever is read.

Deflated are the length of a JSON text (4 bytes), the text, then the arrays that it lists.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

import numpy as np

FORMAT = 1
MOST_BYTES = 1 << 30  # an edit of all voxels of the largest volume that is shown has half of it
_LEVEL = 1  # half a millisecond for a stroke; more takes three times as long for a tenth less
_DTYPES = {name: np.dtype(name) for name in ("|u1", "<u2", "<u4")}


class Unreadable(ValueError):
    """A payload that is none of ours."""


class LaterPayload(Unreadable):
    """A payload that a later version wrote."""


def deflate(head: dict, arrays: list[np.ndarray]) -> bytes:
    """Return the payload of a head, which JSON can tell, and arrays of 1, 2 or 4 byte numbers."""
    head = head | {"format": FORMAT}
    listed = [[array.dtype.str, array.size] for array in arrays]
    text = json.dumps(head | {"arrays": listed}, separators=(",", ":")).encode()
    parts = [len(text).to_bytes(4, "little"), text, *(array.tobytes() for array in arrays)]
    return zlib.compress(b"".join(parts), _LEVEL)


def inflate(payload: bytes, most_bytes: int = MOST_BYTES) -> tuple[dict, Iterator[np.ndarray]]:
    """Return the head and the arrays of a payload.

    Raises
    ------
    Later
        If a later version wrote it.
    ValueError, LookupError, TypeError, RecursionError, zlib.error
        If it is none, or inflates to more than `most_bytes`.
    """
    content = _inflate(payload, most_bytes)
    at = 4 + int.from_bytes(content[:4], "little")
    head = json.loads(content[4:at])
    if integer(head["format"]) > FORMAT:
        raise LaterPayload(
            "Expected a journal that this version can read; a later version of supervox wrote it "
            f"(format {head['format']}): open the volume with that."
        )
    arrays = []
    for dtype, size in head["arrays"]:
        array = np.frombuffer(content, _DTYPES[dtype], integer(size), at)
        at += array.nbytes
        arrays.append(array)
    if at != len(content):
        raise ValueError("more behind its arrays")
    return head, iter(arrays)


def _inflate(payload: bytes, most_bytes: int) -> bytes:
    inflater = zlib.decompressobj()
    content = inflater.decompress(payload, most_bytes)
    if not inflater.eof or inflater.unused_data:
        raise ValueError("cut short, or too large")
    return content


def integer(value: object, most: int = 2**48) -> int:
    """Return `value` if it is an integer from 0 to `most`.

    Raises
    ------
    ValueError
        If it is not.
    """
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"{value!r:.20} for a number from 0 to {most}")
    return value
