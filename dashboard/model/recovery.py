"""What a case's journals hold after whatever has happened to them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from dashboard.model import entry, records

KEPT = 2


class Recovered(NamedTuple):
    """The longest sound beginning of a journal.

    Attributes
    ----------
    path : Path or None
        The journal; None if there is none.
    payloads : tuple of bytes
        Its records, the first of which says of which volume.
    dropped : int
        Bytes behind them that are no sound records.
    is_cut : bool
        Whether these are but the beginning of a record: it was being written, and nobody was told
        that it is saved.
    """

    path: Path | None = None
    payloads: tuple[bytes, ...] = ()
    dropped: int = 0
    is_cut: bool = False

    @property
    def is_damaged(self) -> bool:
        """Whether records were lost that had been saved."""
        return self.dropped > 0 and not self.is_cut


def recover(folder: Path) -> Recovered:
    """Return what can be read back of a case, from the newest of its journals.

    If that is damaged and the one before holds more, from that.

    Raises
    ------
    OSError
        If a journal is there and cannot be read.
    """
    found = [read(path) for path in journals(folder)[:KEPT]]
    if not found:
        return Recovered()
    newest, *older = found
    if not newest.is_damaged:
        return newest
    return max([newest, *older], key=lambda each: len(each.payloads))


def journals(folder: Path) -> list[Path]:
    """Return the journals of a case, the newest first."""
    numbered = [path for path in folder.glob("*.journal") if path.stem.isdigit()]
    return sorted(numbered, key=lambda path: int(path.stem), reverse=True)


def read(path: Path) -> Recovered:
    """Return what one journal holds.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    content = path.read_bytes()
    sound = tuple(records.scan(content))
    end = sound[-1].end if sound else 0
    payloads = tuple(record.payload for record in sound)
    is_cut = records.is_cut(content, end, len(payloads))
    return Recovered(path, payloads, len(content) - end, is_cut)


def is_of(payloads: tuple[bytes, ...], digest: str, shape: tuple[int, int, int]) -> bool:
    """Tell whether a journal begins by naming the volume of `digest`.

    Raises
    ------
    entry.Unreadable
        If its first record is none of ours, or of a later version.
    """
    begin = entry.unpack(payloads[0])
    return isinstance(begin, entry.Begin) and (begin.digest, begin.shape) == (digest, shape)
