"""What a user has open: a volume, its case, and where both lie."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from dashboard.cases.case import Case
from dashboard.cases.journal import Journal
from dashboard.cases.opened_case import Opened
from dashboard.session.backing.backing import Backing
from dashboard.volumes.grid import Grid


class Document(NamedTuple):
    """A frozen handle of what is open; another volume, or a take-over, replaces it as a whole.

    Attributes
    ----------
    backing : Backing
        The volume, and how work on it is done where it lies.
    opened : Opened
        Its case as it was read back, with the journal if this page may write to it.
    notes : tuple of (str, str)
        What the user should know of how it was read back, each with its kind.
    """

    backing: Backing
    opened: Opened
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def volume(self) -> Grid:
        """What is annotated."""
        return self.backing.volume

    @property
    def case(self) -> Case:
        """What was done to it."""
        return self.opened.case

    @property
    def folder(self) -> Path | None:
        """Where the case is kept; None if it is not."""
        return self.opened.folder

    @property
    def journal(self) -> Journal | None:
        """Where its changes are written; None if somebody else writes, or nothing is kept."""
        return self.opened.journal
