"""One piece of work that a user waits for, with progress and an end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from typing import NamedTuple


class Job(NamedTuple):
    """What the user is shown of work under way: what it is, and how far (0 to 1)."""

    title: str
    fraction: float = 0.0


class Task:
    """A kernel on an executor whose progress, result or failure arrives on the page's thread.

    Parameters
    ----------
    title : str
        What the user is told is being done.
    schedule : callable
        Runs a function later in the page's thread.
    on_progress : callable
        Called there with each Job.
    on_end : callable
        Called there once, with the task; `result` then tells how it ended.
    """

    def __init__(
        self,
        title: str,
        schedule: Callable[[Callable[[], None]], None],
        on_progress: Callable[[Task, Job], None],
        on_end: Callable[[Task], None],
    ) -> None:
        self.title = title
        self._schedule = schedule
        self._on_progress = on_progress
        self._on_end = on_end
        self._future: Future = Future()
        self._cancelled = False

    def start(self, executor: Executor, kernel: Callable, *args, **kwargs) -> None:
        """Hand `kernel` to `executor`; it is given a ``report`` to call as it goes."""
        self._on_progress(self, Job(self.title))
        try:
            self._future = executor.submit(kernel, *args, report=self._report, **kwargs)
        except RuntimeError as closed:
            self._future.set_exception(closed)
        self._future.add_done_callback(lambda _: self._schedule(lambda: self._on_end(self)))

    def cancel(self) -> None:
        """Ask the executor to stop, and the kernel at its next report; `on_end` is still called."""
        self._cancelled = True
        self._future.cancel()

    def result(self):
        """Return what the kernel returned, or raise what it raised.

        Raises
        ------
        CancelledError
            If it was cancelled, even when the kernel was too far on to notice.
        """
        if self._cancelled:
            raise CancelledError
        return self._future.result()

    def _report(self, fraction: float) -> None:
        # A thread that runs cannot be cancelled from outside, so its kernel is told here.
        if self._cancelled:
            raise CancelledError
        self._schedule(lambda: self._on_progress(self, Job(self.title, fraction)))
