"""What was done to the labels, in order."""

from __future__ import annotations

from dashboard.model.labels import Edit


class Journal:
    """The edits of a session, with a cursor between the done and the undone."""

    def __init__(self) -> None:
        self._edits: list[Edit] = []
        self._done = 0

    @property
    def titles(self) -> tuple[str, ...]:
        """What each edit did, oldest first, the undone ones last."""
        return tuple(edit.title for edit in self._edits)

    @property
    def done(self) -> int:
        """How many edits are in force; the later ones are undone."""
        return self._done

    def record(self, edit: Edit) -> None:
        """Add `edit`; whatever was undone before it is forgotten."""
        self._edits[self._done :] = [edit]
        self._done += 1

    def step_back(self) -> Edit | None:
        """Return the edit to revert, or None at the beginning."""
        if self._done == 0:
            return None
        self._done -= 1
        return self._edits[self._done]

    def step_forward(self) -> Edit | None:
        """Return the edit to apply again, or None at the end."""
        if self._done == len(self._edits):
            return None
        self._done += 1
        return self._edits[self._done - 1]
