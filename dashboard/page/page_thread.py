"""How other threads hand work to the thread in which a page lives."""

from __future__ import annotations

import threading
from collections.abc import Callable

Function = Callable[[], None]


class PageThread:
    """Runs functions in a page's turn, one after the other, from when it begins until it ends.

    Bokeh loses the callbacks of a document that is touched by another thread before its session
    exists: then the page hangs. So what comes before the page has begun waits here.

    Parameters
    ----------
    run_later : callable
        Runs a function in the page's thread; safe to call from any once the page has begun.
    """

    def __init__(self, run_later: Callable[[Function], object]) -> None:
        self._run_later = run_later
        self._waiting: list[Function] | None = []
        self._lock = threading.RLock()  # `run_later` may run at once, and come back
        self._ended = False

    def __call__(self, function: Function) -> None:
        """Run `function` later; never, once the page has ended."""
        with self._lock:
            if self._waiting is not None:
                self._waiting.append(function)
            elif not self._ended:
                self._run_later(function)

    def begin(self) -> None:
        """Let come what has waited, in its order."""
        with self._lock:
            waiting, self._waiting = self._waiting or [], None
            for function in waiting:
                if not self._ended:
                    self._run_later(function)

    def end(self) -> None:
        """Forget what comes from now on; who is just handing something over is waited for."""
        with self._lock:
            self._ended = True
