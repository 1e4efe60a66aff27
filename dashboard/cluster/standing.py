"""How a cluster stands: it is opened, watched, given up when it is lost, and sought again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from functools import partial
from typing import TYPE_CHECKING

from dashboard.cluster.loop_thread import Lane, Trap
from dashboard.cluster.retry import RetryPace
from dashboard.cluster.sending import Sending
from workers.runtime.passes import Unreachable

if TYPE_CHECKING:
    from dashboard.cluster.connection import Link

WATCH_S = 0.5


class Standing(Sending):
    """The part of `DaskExecutor` that has a connection, or seeks one."""

    _ended: threading.Event
    _farewells: Lane
    _open_link: Callable[[], Link]
    _pace: RetryPace
    _state: str
    _worker_deadline: float

    # In the launcher's thread

    def _open(self) -> None:
        self._pace.note_try(time.monotonic())
        with Trap(self._cannot_open):
            link = self._open_link().listen(self._heard, self._landed)
            self._pace.note_success()
            with self._lock:
                self._link, self._trouble, self._opening = link, "", False
            self._look()

    def _cannot_open(self, error: Exception) -> None:
        self._pace.note_failure(time.monotonic())
        with self._lock:
            self._trouble, self._opening = str(error), False
        self._state = f"lost: {error}"
        for task in self._room.empty():
            task.fail(Unreachable(self._trouble))

    # In the watcher's thread, or the launcher's

    def _watch(self) -> None:
        while not self._ended.wait(WATCH_S):
            self._look()

    def _look(self) -> None:
        link = self._link
        if link is None:
            self._try_again()
        elif link.trouble:
            self._part(link)
        else:
            with Trap(partial(self._give_up, link)):
                threads = link.threads()
                self._refuse(link, link.examine(threads))
                self._count(link, [] if self._refusal else [*threads.values()])

    def _refuse(self, link: Link, why: str) -> None:
        """Let all fail while a worker is not fit: Dask gives any kernel to any worker."""
        self._refusal = why
        if why:
            for task in [*self._room.empty(), *link.crowd.clear(), *link.tasks.values()]:
                task.fail(BrokenExecutor(why))

    def _give_up(self, link: Link, error: Exception) -> None:
        link.give_up(str(error))
        self._part(link)

    def _try_again(self) -> None:
        with self._lock:
            wanted = not self._opening and not self._pace.wait_s(time.monotonic())
            self._opening = self._opening or wanted
        if wanted:
            self._launches.do(self._open)

    def _count(self, link: Link, threads: list[int]) -> None:
        if threads:
            self._state = (
                f"ready: {_count(len(threads), 'worker')}, {_count(sum(threads), 'thread')}"
            )
            link.crowd.fit(sum(threads))
            for task in self._room.empty(has_workers=True):
                self._launches.do(self._launch, task)
            return
        self._state = f"lost: {self._refusal}" if self._refusal else "starting"
        for task in self._room.overdue([*link.crowd, *link.tasks.values()]):
            if task.told:
                self._answers.do(task.tell, _waiting(self._worker_deadline))
            else:
                task.fail(BrokenExecutor(_no_worker(self._worker_deadline)))

    # In any thread

    def _part(self, link: Link) -> None:
        """Give up a connection, and seek or start another; once."""
        with self._lock:
            if self._link is not link:
                return
            self._link, self._trouble = None, link.trouble
            self._losses += 1
            self._opening = not self._ended.is_set() and not self._pace.wait_s(time.monotonic())
            held = self._room.empty()
        self._refusal = ""
        self._state = f"lost: {self._trouble}"
        self._farewells.do(link.close)
        self._launches.do(self._send_crowd, link)
        if self._opening:
            self._launches.do(self._open)
        running = [task for key, task in [*link.tasks.items()] if link.tasks.pop(key, None)]
        for task in [*held, *running]:
            self._start_over(task, link)


def _no_worker(seconds: float) -> str:
    return f"No Dask worker has been there for {seconds:.0f} s: start one, then try again."


def _waiting(seconds: float) -> str:
    return f"No Dask worker has been there for {seconds:.0f} s; waiting for one."


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
