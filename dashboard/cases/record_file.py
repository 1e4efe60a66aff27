"""Records in a file, one after the other: a damaged one and all after it are told from sound ones.

A file begins with a line that says what it is, its version (4 bytes), how many bytes of records it
was made with (8), since those were there before it got its name, and the CRC-32C of both (4). A
record is its length (4), its sequence number (8), the CRC-32C of both and of the payload (4), and
the payload. Numbers begin at 0 and have no gaps; all are little endian.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import google_crc32c

MAGIC = b"supervox records\n"
VERSION = 1
MOST_BYTES = 2**32 - 1
_HEAD = struct.Struct("<IQ")
_CRC = struct.Struct("<I")
OVERHEAD = _HEAD.size + _CRC.size
START = len(MAGIC) + OVERHEAD


class LaterFile(ValueError):
    """A file that a later version wrote."""


class Sound(NamedTuple):
    """What of a file is sound.

    Attributes
    ----------
    payloads : tuple of bytes
        Of its records, up to the first that is damaged or cut short.
    end : int
        Where the last of them ends, in bytes; 0 if not even the file's beginning is sound.
    is_whole : bool
        Whether all that the file was made with is there.
    """

    payloads: tuple[bytes, ...] = ()
    end: int = 0
    is_whole: bool = False


def frame(sequence: int, payload: bytes) -> bytes:
    """Return the record of `payload`.

    Raises
    ------
    ValueError
        If the payload has 4 GiB or more.
    """
    if len(payload) > MOST_BYTES:
        raise ValueError(f"Expected a record of less than 4 GiB; got {len(payload):,} bytes.")
    head = _HEAD.pack(len(payload), sequence)
    return head + _checksum(head, payload) + payload


def encode_file(payloads: list[bytes] | tuple[bytes, ...]) -> bytes:
    """Return the content of a file that is made with these records."""
    made = b"".join(frame(n, payload) for n, payload in enumerate(payloads))
    head = _HEAD.pack(VERSION, len(made))
    return MAGIC + head + _checksum(head, b"") + made


def read(content: bytes) -> Sound:
    """Return what of a file is sound.

    Raises
    ------
    Later
        If a later version wrote it.
    """
    head = content[len(MAGIC) : len(MAGIC) + _HEAD.size]
    begins = content.startswith(MAGIC) and len(content) >= START
    if not begins or _checksum(head, b"") != content[START - _CRC.size : START]:
        return Sound()
    version, made = _HEAD.unpack(head)
    if version != VERSION:
        raise LaterFile(
            f"Expected a file of version {VERSION}; a later version of supervox wrote this one "
            f"({version}): open it with that."
        )
    payloads, end = _payloads(content)
    return Sound(payloads, end, end >= START + made)


def is_cut(content: bytes, sound: Sound) -> bool:
    """Tell whether what lies behind the sound records is only the beginning of one more.

    What a file was made with cannot be cut by whoever died while writing; that is damage.
    """
    left = content[sound.end :]
    if not left or not sound.is_whole:
        return False
    if not left.strip(b"\0"):  # grown, but not written yet
        return True
    length = _HEAD.unpack_from(left)[0] if len(left) >= OVERHEAD else len(left)
    return OVERHEAD + length > len(left) and not _has(left, len(sound.payloads) + 1)


def _payloads(content: bytes) -> tuple[tuple[bytes, ...], int]:
    at, found = START, []
    while _is_sound(content, at):
        length, sequence = _HEAD.unpack_from(content, at)
        if sequence != len(found):
            break
        begin, at = at + OVERHEAD, at + OVERHEAD + length
        found.append(content[begin:at])
    return tuple(found), at


def _has(content: bytes, sequence: int) -> bool:
    """Tell whether a sound record of that number lies anywhere in `content`."""
    wanted = struct.pack("<Q", sequence)
    at = content.find(wanted)
    while at >= 0:
        if at >= 4 and _is_sound(content, at - 4):
            return True
        at = content.find(wanted, at + 1)
    return False


def _is_sound(content: bytes, at: int) -> bool:
    begin = at + OVERHEAD
    if begin > len(content):
        return False
    head = content[at : at + _HEAD.size]
    end = begin + _HEAD.unpack(head)[0]
    crc = content[begin - _CRC.size : begin]
    return end <= len(content) and crc == _checksum(head, content[begin:end])


def _checksum(head: bytes, payload: bytes) -> bytes:
    return _CRC.pack(google_crc32c.extend(google_crc32c.value(head), payload))
