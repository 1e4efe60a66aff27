"""One piece of work that a user waits for, with progress and an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from typing import NamedTuple

_TELLING_S = 5.0  # before, the pace is a guess


class Job(NamedTuple):
    """What the user is shown of work under way: what it is, and how far (0 to 1).

    The title ends with what the kernel says that it does now: ``Partitioning · iteration 3 of 10``.
    `left_s` is about how many seconds it still takes; None as long as that cannot be told.
    """

    title: str
    fraction: float = 0.0
    left_s: float | None = None


class Speed:
    """How fast work goes on, from its first fraction; that may be far, of work taken up again."""

    def __init__(self) -> None:
        self._began: tuple[float, float] | None = None

    def left_s(self, fraction: float, now: float) -> float | None:
        """Return about how many seconds are left at `now`; None if too little is known."""
        if not fraction:
            return None
        if self._began is None:
            self._began = fraction, now
        done, took = fraction - self._began[0], now - self._began[1]
        return (1 - fraction) * took / done if took >= _TELLING_S and done > 0 else None


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
    on_again : callable, optional
        Called there with the task and a sentence when the kernel has to begin anew.
    """

    def __init__(
        self,
        title: str,
        schedule: Callable[[Callable[[], None]], None],
        on_progress: Callable[[Task, Job], None],
        on_end: Callable[[Task], None],
        on_again: Callable[[Task, str], None] = lambda *_: None,
    ) -> None:
        self.title = title
        self._schedule = schedule
        self._on_progress = on_progress
        self._on_end = on_end
        self._on_again = on_again
        self._future: Future = Future()
        self._cancelled = False
        self._job = Job(title)
        self._pace = Speed()

    def start(self, executor: Executor, kernel: Callable, *args, **kwargs) -> None:
        """Hand `kernel` to `executor`; it is given a ``report`` to call as it goes."""
        self._on_progress(self, self._job)
        try:
            self._future = executor.submit(kernel, *args, report=Report(self), **kwargs)
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

    def progress(self, fraction: float) -> None:
        """Tell how far the kernel is; in any thread.

        Raises
        ------
        CancelledError
            If it was cancelled: a thread that runs cannot be stopped from outside.
        """
        left_s = self._pace.left_s(fraction, time.monotonic())
        self._tell(self._job._replace(fraction=fraction, left_s=left_s))

    def say(self, text: str) -> None:
        """Tell what the kernel does now, until it says something else; in any thread.

        Raises
        ------
        CancelledError
            As `progress`.
        """
        self._tell(self._job._replace(title=f"{self.title} · {text}" if text else self.title))

    def again(self, why: str) -> None:
        """Tell that the kernel begins anew, and why; in any thread."""
        self._job, self._pace = Job(self.title), Speed()
        self._schedule(lambda: self._on_progress(self, Job(self.title)))
        self._schedule(lambda: self._on_again(self, why))

    def _tell(self, job: Job) -> None:
        if self._cancelled:
            raise CancelledError
        self._job = job
        self._schedule(lambda: self._on_progress(self, job))


class Report:
    """What a kernel calls as it goes; an executor that has to begin anew calls `again`."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def __call__(self, fraction: float) -> None:
        """Tell that a fraction of the work is done."""
        self._task.progress(fraction)

    def say(self, text: str) -> None:
        """Tell what is being done now, such as ``iteration 3 of 10``."""
        self._task.say(text)

    def again(self, why: str) -> None:
        """Tell why the work begins anew."""
        self._task.again(why)
