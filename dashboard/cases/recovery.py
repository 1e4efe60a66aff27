"""What a case's journals hold after whatever has happened to them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from dashboard.cases import journal_entry, record_file

KEPT = 2
_TRIES = 9


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
    is_whole : bool
        Whether all that the journal was made with is there.
    damaged : tuple of Path
        The journals from which records were lost that had been saved, the newest first.
    """

    path: Path | None = None
    payloads: tuple[bytes, ...] = ()
    dropped: int = 0
    is_cut: bool = False
    is_whole: bool = False
    damaged: tuple[Path, ...] = ()

    @property
    def is_damaged(self) -> bool:
        """Whether records were lost that had been saved."""
        return bool(self.damaged)


def name(epoch: int, move: int) -> str:
    """Return the name of the journal that the holder of `epoch` begins after `move` others."""
    return f"{epoch}-{move}.journal"


def number(path: Path) -> tuple[int, int] | None:
    """Return the epoch and the move in the name of a journal; None if it is none."""
    found = re.fullmatch(r"(\d+)-(\d+)\.journal", path.name, re.ASCII)
    return found and (int(found[1]), int(found[2]))


def journals(folder: Path) -> list[Path]:
    """Return the journals of a case, the newest first."""
    numbered = [path for path in folder.glob("*.journal") if number(path)]
    return sorted(numbered, key=number, reverse=True)


def recover(folder: Path) -> Recovered:
    """Return what can be read back of a case, from the newest of its journals.

    That was made with all that the one before held. If what it was made with is damaged, the one
    before holds more.

    Raises
    ------
    record_file.LaterFile
        If a later version wrote it.
    OSError
        If a journal is there and cannot be read.
    """
    for _ in range(_TRIES):
        found = journals(folder)[:KEPT]
        try:
            return _longest(found)
        except FileNotFoundError:  # whoever writes has begun another, and removed this one
            if found == journals(folder)[:KEPT]:
                raise
    return _longest(journals(folder)[:KEPT])


def read(path: Path) -> Recovered:
    """Return what one journal holds.

    Raises
    ------
    record_file.LaterFile
        If a later version wrote it.
    OSError
        If it cannot be read.
    """
    content = path.read_bytes()
    sound = record_file.read(content)
    dropped, is_cut = len(content) - sound.end, record_file.is_cut(content, sound)
    is_damaged = not sound.is_whole or (dropped > 0 and not is_cut)
    damaged = (path,) if is_damaged else ()
    return Recovered(path, sound.payloads, dropped, is_cut, sound.is_whole, damaged)


def is_of(payloads: tuple[bytes, ...], digest: str, shape: tuple[int, int, int]) -> bool:
    """Tell whether a journal begins by naming the volume of `digest`.

    Raises
    ------
    journal_entry.Unreadable
        If its first record is none of ours, or of a later version.
    """
    begin = journal_entry.unpack(payloads[0])
    return isinstance(begin, journal_entry.Begin) and (begin.digest, begin.shape) == (digest, shape)


def _longest(paths: list[Path]) -> Recovered:
    """Return what the first journal of `paths` holds of which the beginning is whole."""
    found = []
    for path in paths:
        found.append(read(path))
        if found[-1].is_whole:
            break
    else:
        found.sort(key=lambda each: len(each.payloads))
    damaged = tuple(path for path in paths for each in found if path in each.damaged)
    return found[-1]._replace(damaged=damaged) if found else Recovered()
