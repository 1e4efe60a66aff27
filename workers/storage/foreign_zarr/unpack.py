"""Packed bytes made into as many as are known before, and never into more.

A few bytes may claim to hold gigabytes. What each way of packing says of itself is looked at first,
and where it says nothing, unpacking stops.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zlib

import numpy as np
from numcodecs import blosc, lz4, zstd

from workers.storage.unreadable import UnreadableFile

_LZMA_MEMORY = 2**29
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZSTD_NAMES = (0, 1, 2, 4)  # bytes of a dictionary's name
_WRONG = (ValueError, RuntimeError, EOFError, OSError, struct.error, IndexError,
          zlib.error, lzma.LZMAError)  # fmt: skip


def unpack(way: str, content: bytes, size: int) -> bytes | np.ndarray:
    """Return what was packed.

    Parameters
    ----------
    way : str
        One of `WAYS`.
    content : bytes
        As it was packed.
    size : int
        How many bytes it is unpacked.

    Returns
    -------
    content : bytes or ndarray of uint8
        Just so many.

    Raises
    ------
    UnreadableFile
        If it is more or less, or is damaged; the sentence lacks the name of the file.
    """
    try:
        found = WAYS[way](content, size)
    except _WRONG as error:
        raise UnreadableFile("the compressed data is damaged or cut short.") from error
    if found is None or len(found) != size:
        raise UnreadableFile(
            f"expected {size:,} bytes in a piece of the compressed data; it holds more or less."
        )
    return found


def _gzip(content, size):
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        found = file.read(size)
        return None if file.read(1) else found


def _zlib(content, size):
    return _unpack_up_to(zlib.decompressobj(), content, size)


def _bz2(content, size):
    return _unpack_up_to(bz2.BZ2Decompressor(), content, size)


def _lzma(content, size):
    return _unpack_up_to(lzma.LZMADecompressor(memlimit=_LZMA_MEMORY), content, size)


def _unpack_up_to(unpacker, content, size):
    """Return at most one byte more than is wanted; None if the content goes on or ends before."""
    found = unpacker.decompress(content, size + 1)
    return found if unpacker.eof else None


def _blosc(content, size):
    told, _, packed = struct.unpack("<III", content[4:16])
    if (told, packed) != (size, len(content)):
        return None
    return blosc.decompress(content, np.empty(size, np.uint8))


def _lz4(content, size):
    if struct.unpack("<i", content[:4]) != (size,):
        return None
    return lz4.decompress(content, np.empty(size, np.uint8))


def _zstd(content, size):
    if _told_by_zstd(content) not in (None, size):
        return None
    # Where the content does not say, this sees that it fills the place.
    return zstd.decompress(content, np.empty(size, np.uint8))


def _told_by_zstd(content):
    """Return the size that a frame tells of itself (RFC 8878, 3.1.1.1); None if it does not."""
    if content[:4] != _ZSTD_MAGIC:
        raise ValueError("no frame of zstd")
    head = content[4]
    is_single, told = bool(head & 0x20), head >> 6
    at = 5 + (not is_single) + _ZSTD_NAMES[head & 3]
    width = 1 << told if told else int(is_single)
    if not width:
        return None
    found = content[at : at + width]
    if len(found) < width:
        raise ValueError("cut short")
    return int.from_bytes(found, "little") + (256 if width == 2 else 0)


WAYS = {
    "gzip": _gzip,
    "zlib": _zlib,
    "bz2": _bz2,
    "lzma": _lzma,
    "blosc": _blosc,
    "lz4": _lz4,
    "zstd": _zstd,
}
"""By what zarr calls it."""
