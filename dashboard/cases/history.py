"""What was done to the labels, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dashboard.annotation.label_map import Edit
from dashboard.annotation.split import Split
from dashboard.cases import journal_entry


class Done(NamedTuple):
    """One edit as it is kept: what it did, whether it split superpixels, and itself, packed."""

    title: str
    payload: bytes
    splits: bool = False


class History:
    """The edits of a case, with a cursor between the done and the undone.

    They are held packed, at the size they have on disk: an edit of 32 superpixels takes a kilobyte
    where its masks would take a hundred.
    """

    def __init__(self) -> None:
        self._edits: list[Done] = []
        self._done = 0

    @property
    def titles(self) -> tuple[str, ...]:
        """What each edit did, oldest first, the undone ones last."""
        return tuple(edit.title for edit in self._edits)

    @property
    def payloads(self) -> tuple[bytes, ...]:
        """Each edit as it was recorded, in the order of `titles`."""
        return tuple(edit.payload for edit in self._edits)

    @property
    def done(self) -> int:
        """How many edits are in force; the later ones are undone."""
        return self._done

    def edit(self, n: int) -> Edit:
        """Return the edit that was recorded as number `n`, from 0."""
        return journal_entry.unpack_edit(self._edits[n].payload)

    @property
    def splits(self) -> Iterator[Split]:
        """What was split, by the edits in force, in their order."""
        for edit in self._edits[: self._done]:
            if edit.splits:
                yield journal_entry.unpack_edit(edit.payload).split

    def record(self, title: str, payload: bytes, *, splits: bool = False) -> None:
        """Add an edit, packed by `journal_entry.pack_edit`; what was undone is forgotten."""
        self._edits[self._done :] = [Done(title, payload, splits)]
        self._done += 1

    def step_back(self) -> Edit | None:
        """Return the edit to revert, or None at the beginning."""
        if self._done == 0:
            return None
        self._done -= 1
        return journal_entry.unpack_edit(self._edits[self._done].payload)

    def step_forward(self) -> Edit | None:
        """Return the edit to apply again, or None at the end."""
        if self._done == len(self._edits):
            return None
        self._done += 1
        return journal_entry.unpack_edit(self._edits[self._done - 1].payload)
