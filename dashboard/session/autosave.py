"""What a session has done, and how much of it is on disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from dashboard.cases.journal import Journal, Progress

Function = Callable[[], None]


class Saved(NamedTuple):
    """What the user is told: how many changes are not on disk yet, and why.

    With a trouble, nothing is known to be there: not even what was saved before.
    """

    pending: int = 0
    trouble: str = ""


class Autosave:
    """Hands a session's records to the journal, and tells in the page's thread how far it is.

    Parameters
    ----------
    schedule : callable
        Runs a function later in the page's thread.
    on_saved : callable
        Told there the Saved when it changes.
    on_lost : callable
        Told there, once, how many changes were not saved when somebody else took the case, and why
        the others are not, if they are not.
    on_anew : callable
        Called there when all was written to another file, perhaps in a folder that was made anew.
    """

    def __init__(
        self,
        schedule: Callable[[Function], None],
        on_saved: Callable[[Saved], None],
        on_lost: Callable[[int, str], None],
        on_anew: Callable[[], None] = lambda: None,
    ) -> None:
        self._schedule, self._on_saved, self._on_lost = schedule, on_saved, on_lost
        self._on_anew, self._begun = on_anew, 0
        self._journal: Journal | None = None
        self._holds = False
        self._last = self._saved = 0
        self._trouble = self._file_trouble = ""
        self._files = self._strokes = 0
        self._waiting: list[tuple[int, Function]] = []

    @property
    def holds(self) -> bool:
        """Whether the case may be changed."""
        return self._holds

    def writes_to(self, journal: Journal) -> bool:
        """Tell whether it writes to this journal."""
        return self._holds and journal is self._journal

    def hold(self, journal: Journal | None) -> None:
        """Begin with a case that may be changed; without a journal nothing is kept."""
        self.let_go()
        self._journal, self._holds = journal, True
        self._begun = journal.files if journal else 0
        if journal is None:
            self._on_saved(self.state)
        else:  # it may have been lost while it was being opened
            self._hear(journal)

    def let_go(self) -> None:
        """Stop: nothing of the case is changed or told any more."""
        self._journal, self._holds = None, False
        self._last = self._saved = 0
        self._trouble = self._file_trouble = ""
        self._files = self._strokes = 0
        self._waiting.clear()

    @property
    def state(self) -> Saved:
        """How far it is."""
        unsaved = max(0, self._last - self._saved)
        trouble = self._trouble or self._file_trouble
        return Saved(unsaved + self._files + self._strokes, trouble)

    def expect_file(self) -> None:
        """Count a file that is being written beside the journal as not saved yet."""
        self._files += 1
        self._on_saved(self.state)

    def miss_file(self, why: str) -> None:
        """Say why it could not be written; it is tried again."""
        self._file_trouble = why
        self._on_saved(self.state)

    def have_file(self) -> None:
        """Count it no longer."""
        self._files -= 1
        self._file_trouble = ""
        self._on_saved(self.state)

    def expect_strokes(self, count: int) -> None:
        """Count so many strokes, which are not painted yet, as not saved."""
        self._strokes = count
        self._on_saved(self.state)

    def write(self, payload: bytes) -> None:
        """Have a change written that the user must not lose."""
        if self._journal is not None:
            self._last = self._journal.append(payload)
            self._on_saved(self.state)

    def note(self, payload: bytes) -> None:
        """Have something written that nobody waits for."""
        if self._journal is not None:
            self._journal.append(payload)

    def look(self) -> None:
        """See how far the journal is: one whose disk does not answer cannot tell."""
        if self._journal is not None:
            self._hear(self._journal)

    def when_saved(self, then: Function) -> None:
        """Call `then` once all that was written so far is on disk."""
        if self._saved >= self._last and not self._trouble:
            then()
        else:
            self._waiting.append((self._last, then))

    def hear(self, journal: Journal | None, _: Progress) -> None:
        """Take what a journal says, in its thread."""
        self._schedule(partial(self._hear, journal))

    def _hear(self, journal: Journal | None) -> None:
        if journal is not self._journal or journal is None:
            return
        progress = journal.progress  # since what was told may be older than what was looked up
        self._saved, self._trouble = progress.saved, progress.trouble
        if progress.lost:
            self._end()
            return
        self._on_saved(self.state)
        for then in self._ready():
            then()
        if journal.files != self._begun and not progress.trouble:
            self._begun = journal.files
            self._on_anew()

    def _ready(self) -> list[Function]:
        """Return what was to be called when all was on disk that now is, and forget it."""
        if self._trouble:
            return []
        ready = [then for number, then in self._waiting if number <= self._saved]
        self._waiting = [each for each in self._waiting if each[0] > self._saved]
        return ready

    def _end(self) -> None:
        ready, (unsaved, why) = self._ready(), self.state
        for then in ready:
            then()
        self.let_go()
        self._on_lost(unsaved, why)
