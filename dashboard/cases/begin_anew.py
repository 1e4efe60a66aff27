"""Whether a journal whose folder went away may begin anew in what is there now."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from dashboard.cases import journal_entry, recovery
from dashboard.cases.lease import Lease, author_of, status
from workers.storage.private_folder import make

ELSEWHERE = "the labels of this volume are written elsewhere now"
OTHERS = "other labels of this volume lie in its folder now"
LATER = "a later version of supervox has written in its folder"


class NoLease(NamedTuple):
    """Stands for a lease that could not be taken.

    Attributes
    ----------
    folder : Path
        Of the case.
    why : str
        What is the matter with it.
    epoch : int
        The number of the last lease of whoever goes on here.
    author : str
        What the words of his leases begin with.
    """

    folder: Path
    why: str
    epoch: int = 0
    author: str = ""


class Taken(Exception):
    """A case that somebody else has, and that must not be written over; says in which way."""


def settle(folder: Path, log: Sequence[bytes], author: str, above: int) -> Lease:
    """Take the lease of a folder in which a journal is to be written anew.

    Parameters
    ----------
    folder : Path
        Of the case; made, if it is not there.
    log : sequence of bytes
        All payloads that the journal ever had.
    author : str
        Of its former leases: what these have signed is its own.
    above : int
        Their highest number.

    Raises
    ------
    Taken
        If somebody else writes there, or there is an edit that the journal does not know.
    OSError
        If the folder cannot be made, read or written to.
    """
    prepare(folder)
    with tempfile.TemporaryFile(dir=folder) as probe:  # before all is read, at each try
        probe.write(b"supervox")
    _must_be_free(folder, author)
    _must_be_known(folder, log)
    lease = Lease.take(folder, above=above, author=author)
    try:  # whoever wrote meanwhile did so before this lease, or hears that it came too late
        _must_be_known(folder, log)
    except BaseException:
        with contextlib.suppress(OSError):
            lease.release()
        raise
    return lease


def lacks(folder: Path, log: Sequence[bytes]) -> bool:
    """Tell whether an edit of a journal is not in the folder, as far as can be told.

    One that was forgotten, since others were made after an undo, counts too.
    """
    try:
        there = recovery.recover(folder).payloads
    except (OSError, ValueError):
        return True
    return _has_unknown_edit(log, there)


def prepare(folder: Path) -> None:
    """Make the folder of a case.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    try:
        make(folder)
    except OSError as error:
        why = f"the folder of its labels cannot be made: {error.strerror or error}"
        raise OSError(error.errno, why) from error


def _must_be_free(folder: Path, author: str) -> None:
    found = status(folder)
    if found.writer.word and author_of(found.writer.word) != author and not found.is_free:
        raise Taken(ELSEWHERE)


def _must_be_known(folder: Path, log: Sequence[bytes]) -> None:
    try:
        there = recovery.recover(folder).payloads
    except ValueError as later:
        raise Taken(LATER) from later
    if there and (not _is_of_volume(there, log) or _has_unknown_edit(there, log)):
        raise Taken(OTHERS)


def _is_of_volume(there: tuple[bytes, ...], log: Sequence[bytes]) -> bool:
    if there[0] == log[0]:
        return True
    try:
        begin = journal_entry.unpack(log[0])
        return recovery.is_of(there, begin.digest, begin.shape)
    except ValueError:
        return False


def _has_unknown_edit(payloads: Iterable[bytes], known: Iterable[bytes]) -> bool:
    known = set(known)
    return any(_may_be_edit(payload) for payload in payloads if payload not in known)


def _may_be_edit(payload: bytes) -> bool:
    try:
        return isinstance(journal_entry.unpack(payload), journal_entry.Edited)
    except ValueError:
        return True
