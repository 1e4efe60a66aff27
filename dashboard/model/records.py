"""Records in a file, one after the other: a damaged one and all after it are told from sound ones.

A record is its length (4 bytes), its sequence number (8), the CRC-32C of both and of the payload
(4), little endian, and the payload. Numbers begin at 0 and have no gaps.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import google_crc32c

MAGIC = b"supervox records 1\n"
_HEAD = struct.Struct("<IQ")
_CRC = struct.Struct("<I")
OVERHEAD = _HEAD.size + _CRC.size
MOST_BYTES = 2**32 - 1


class Record(NamedTuple):
    """A sound record; `end` is where it ends in the file, in bytes."""

    payload: bytes
    end: int


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
    return head + _CRC.pack(_checksum(head, payload)) + payload


def whole(payloads: list[bytes]) -> bytes:
    """Return the content of a file with these records."""
    return MAGIC + b"".join(frame(n, payload) for n, payload in enumerate(payloads))


def scan(content: bytes) -> Iterator[Record]:
    """Yield the records of a file, up to the first that is damaged or cut short."""
    if not content.startswith(MAGIC):
        return
    at, sequence = len(MAGIC), 0
    while _is_sound(content, at):
        length, number = _HEAD.unpack_from(content, at)
        if number != sequence:
            return
        begin, at = at + OVERHEAD, at + OVERHEAD + length
        yield Record(content[begin:at], at)
        sequence += 1


def is_cut(content: bytes, end: int, sequence: int) -> bool:
    """Tell whether what lies behind sound records is only the beginning of one more.

    Parameters
    ----------
    content : bytes
        Of the file.
    end : int
        Where the last sound record ends; 0 if there is none.
    sequence : int
        How many are sound.
    """
    left = len(content) - end
    if left <= 0 or not end:
        return False
    length = _HEAD.unpack_from(content, end)[0] if left >= OVERHEAD else left
    return end + OVERHEAD + length > len(content) and not _has(content, end, sequence + 1)


def _has(content: bytes, start: int, sequence: int) -> bool:
    """Tell whether a sound record of that number lies anywhere behind `start`."""
    wanted = struct.pack("<Q", sequence)
    at = content.find(wanted, start)
    while at >= 0:
        if _is_sound(content, at - 4):
            return True
        at = content.find(wanted, at + 1)
    return False


def _is_sound(content: bytes, at: int) -> bool:
    head = content[at : at + _HEAD.size]
    begin = at + OVERHEAD
    if at < 0 or begin > len(content):
        return False
    end = begin + _HEAD.unpack(head)[0]
    crc = _CRC.unpack_from(content, at + _HEAD.size)[0]
    return end <= len(content) and crc == _checksum(head, content[begin:end])


def _checksum(head: bytes, payload: bytes) -> int:
    return google_crc32c.extend(google_crc32c.value(head), payload)
