"""Threads of our own that do one thing after the other, and what keeps their errors."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable


class Lane:
    """A thread that does one thing after the other and does not outlive the interpreter."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def do(self, job: Callable, *args) -> None:
        """Call ``job(*args)`` after all that was asked before; it must not raise."""
        self._jobs.put((job, args))

    def close(self) -> None:
        """Do what was asked so far and end; may be called again."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        for job, args in iter(self._jobs.get, None):
            job(*args)
            # While it waits for the next, it must keep no volume of the last.
            del job, args


class Trap(contextlib.AbstractContextManager):
    """Hands any exception of its block to `handle`: in a thread, nobody else would see it."""

    def __init__(self, handle: Callable[[Exception], None]) -> None:
        self._handle = handle

    def __exit__(self, kind, error, trace) -> bool:
        if isinstance(error, Exception):
            self._handle(error)
        return isinstance(error, Exception)
