"""How often one tries to open a connection again."""

from __future__ import annotations

from collections import deque

MOST = 12
WINDOW_S = 60.0
LONGEST_S = 10.0


class RetryPace:
    """At once after a loss, then after 1, 2, 4 … 10 s of failures; never above 12 times a minute.

    Times are on one clock, in seconds.
    """

    def __init__(self) -> None:
        self._tries: deque[float] = deque(maxlen=MOST)
        self._failures = 0

    def wait_s(self, now: float) -> float:
        """Return for how long one has to wait before the next try."""
        if not self._tries:
            return 0.0
        pause = min(2.0 ** (self._failures - 1), LONGEST_S) if self._failures else 0.0
        until = self._tries[-1] + pause
        if len(self._tries) == MOST:
            until = max(until, self._tries[0] + WINDOW_S)
        return max(0.0, until - now)

    def note_try(self, now: float) -> None:
        """One tries."""
        self._tries.append(now)

    def note_success(self) -> None:
        """Begin the next pause from the start: it is open."""
        self._failures = 0

    def note_failure(self, now: float) -> None:
        """Begin a longer pause now: it could not be opened."""
        self._tries[-1] = now
        self._failures += 1
