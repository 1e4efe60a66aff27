"""What a page holds of a case, beside what is kept of it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from typing import NamedTuple

from dashboard.cases.case import Case


class Side(Enum):
    """With which of the two to go on."""

    THEIRS = auto()
    MINE = auto()
    NEITHER = auto()


class Fewer(ValueError):
    """What is kept lacks edits that are held, and has others, or a page has not asked for it."""

    def __init__(self, held: int, kept: int) -> None:
        super().__init__(f"{kept:,} edits are kept, and {held:,} are held.")
        self.held, self.kept = held, kept


class HeldEdits(NamedTuple):
    """What a page holds of a case, to go on with if nothing is lost by that.

    Attributes
    ----------
    entries : tuple of bytes
        The journal that leads to it.
    edits : tuple of bytes
        Those of its history, as they are in the journal.
    is_unsaved : bool
        Whether some of it was not on disk when the page last wrote.
    is_asked : bool
        Whether the user knows that edits may be lost, and wants what is kept.
    """

    entries: tuple[bytes, ...]
    edits: tuple[bytes, ...]
    is_unsaved: bool = False
    is_asked: bool = False

    @classmethod
    def of(
        cls, case: Case, digest: str, name: str, *, is_unsaved: bool, is_asked: bool
    ) -> HeldEdits:
        """Return what is held of a case as it is now."""
        entries = tuple(case.entries(digest, name))
        return cls(entries, case.history.payloads, is_unsaved, is_asked)

    def beside(self, kept: Iterable[bytes]) -> Side:
        """Return with what to go on, by the edits that are kept: with those that lose nothing."""
        here, there = set(self.edits), set(kept)
        if here <= there:
            return Side.THEIRS
        if there <= here:
            return Side.MINE
        if not self.is_unsaved and len(there) >= len(here):  # whoever wrote had all that is here
            return Side.THEIRS
        return Side.NEITHER

    def may_follow(self, kept: Iterable[bytes]) -> bool:
        """Tell whether a page may go on by itself, with what is kept or with what it has written.

        One that has only read does not write anew what somebody may have removed on purpose.
        """
        side = self.beside(kept)
        return side is Side.THEIRS or (side is Side.MINE and self.is_unsaved)
