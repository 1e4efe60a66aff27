"""Where kernels wait while there is no worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboard.cluster.task import ClusterTask


class WaitingRoom:
    """Holds tasks while there is no worker, and knows who has waited too long; any thread.

    Parameters
    ----------
    deadline : float
        Seconds without any worker after which that is said.
    """

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._lock = threading.Lock()
        self._held: list[ClusterTask] = []
        self._idle_since: float | None = time.monotonic()
        self._told: set[Callable] = set()

    def hold(self, task: ClusterTask) -> bool:
        """Keep a task if there is no worker; tell whether it is kept."""
        with self._lock:
            if self._idle_since is not None:
                self._held.append(task)
            return self._idle_since is not None

    def empty(self, *, has_workers: bool = False) -> list[ClusterTask]:
        """Let go of all tasks, and hold the next or not; the time without a worker begins anew."""
        with self._lock:
            self._idle_since = None if has_workers else time.monotonic()
            held, self._held = self._held, []
            self._told.clear()
        return held

    def overdue(self, under_way: Iterable[ClusterTask]) -> list[ClusterTask]:
        """Return who has waited too long now that there is no worker, here or under way.

        Of those who rather wait than fail, one for each who is to be told of it; and only once
        while there is none. The others are let go.
        """
        with self._lock:
            self._idle_since = self._idle_since or time.monotonic()
            late = time.monotonic() - self._deadline
            waiting = [*self._held, *under_way] if self._idle_since < late else []
            waiting = [task for task in waiting if task.waits_since < late]
            to_tell = {task.told: task for task in waiting if task.told not in self._told}
            self._told |= to_tell.keys() - {None}
            given_up = [task for task in waiting if not task.told]
            self._held = [task for task in self._held if task not in given_up]
        return [*given_up, *(task for told, task in to_tell.items() if told)]
