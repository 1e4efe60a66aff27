"""When to do what a change calls for but must not hold up the next one."""

from __future__ import annotations

import time
from collections.abc import Callable

import panel as pn

SOON_MS = 20  # what tells the page of the change itself leaves first
QUICK_MS = 1000
REST_MS = 700


class Rest:
    """Does something soon after a change; of changes in quick succession, when the hand rests.

    Parameters
    ----------
    do : callable
        What is done.
    """

    def __init__(self, do: Callable[[], None]) -> None:
        self._do = do
        self._timer: object = None
        self._is_soon = False
        self._latest = -float("inf")
        self._may, self._waits = True, False

    def note(self) -> None:
        """Something has changed."""
        now = 1000 * time.monotonic()
        is_quick, self._latest = now - self._latest < QUICK_MS, now
        if self._timer is not None and self._is_soon:
            return
        document = pn.state.curdoc
        if self._timer is not None:
            document.remove_timeout_callback(self._timer)
        self._is_soon = not is_quick
        wait_ms = REST_MS if is_quick else SOON_MS
        self._timer = document.add_timeout_callback(self._end, wait_ms)

    def let(self, value: bool) -> None:
        """Do what has waited, and what comes from now on; or let it all wait."""
        self._may = value
        if value and self._waits:
            self._end()

    def _end(self) -> None:
        self._timer = None
        self._waits = not self._may
        if self._may:
            self._do()
