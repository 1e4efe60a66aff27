"""A case as it was read back: from its folder, or from what this process still has of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from dashboard.cases.case import Case
from dashboard.cases.case_folder import CaseKey, read_back
from dashboard.cases.held_edits import Fewer, HeldEdits, Side
from dashboard.cases.journal import Journal
from dashboard.cases.lease import status
from dashboard.cases.process_id import ProcessId, this_process
from dashboard.cases.recovery import Recovered

Begin = Callable[[], Case]


class Opened(NamedTuple):
    """A case as it was read back.

    Attributes
    ----------
    case : Case
    folder : Path or None
        Where it is kept; None if it is not.
    journal : Journal or None
        Where its changes are written; None if somebody else writes, or nothing is kept.
    holder : str
        Who writes, if somebody else does.
    found : Recovered
        What was read.
    unread : str
        Why what is kept could not be read, if it could not: then the case is a fresh one.
    """

    case: Case
    folder: Path | None = None
    journal: Journal | None = None
    holder: str = ""
    found: Recovered = Recovered()
    unread: str = ""

    @property
    def writes(self) -> bool:
        """Whether it may be changed here."""
        return not self.holder


def read_only(folder: Path, key: CaseKey, begin: Begin) -> Opened:
    """Read a case back that somebody else holds.

    Raises
    ------
    ValueError, OSError
        As `read_back`.
    """
    case, found = read_back(folder, key, begin)
    return Opened(case, folder, None, _describe_holder(status(folder).holder), found)


def look_beside(journal: Journal, begin: Begin) -> Opened:
    """Show what another page of this process holds, where the disk has less."""
    case = replay(journal.log, begin)
    return Opened(case, journal.folder, None, _describe_holder(this_process()))


def replay(payloads: Sequence[bytes], begin: Begin) -> Case:
    """Return the case to which the payloads of a journal lead."""
    case = begin()
    case.replay(payloads[1:])
    return case


def chosen(mine: HeldEdits | None, kept: Case, begin: Begin) -> Case:
    """Return with which case to go on: the one that is kept, or what a page holds beside it.

    Raises
    ------
    Fewer
        If edits would be lost either way, and the user does not know.
    """
    side = mine.beside(kept.history.payloads) if mine else Side.THEIRS
    if side is Side.NEITHER and not mine.is_asked:
        raise Fewer(len(mine.edits), len(kept.history.titles))
    return replay(mine.entries, begin) if side is Side.MINE else kept


def _describe_holder(holder: ProcessId | None) -> str:
    return f"{holder.user} on {holder.host}" if holder else "Somebody"
