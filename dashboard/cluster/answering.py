"""What comes back from a cluster: reports, results and errors, each handed to who waits for it."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from dashboard.cluster.loop_thread import Lane, Trap
from dashboard.cluster.scatter import aligned
from workers.runtime.progress import say

if TYPE_CHECKING:
    from dashboard.cluster.connection import Link
    from dashboard.cluster.task import ClusterTask

GRACE_S = 1.0


class Answering:
    """The part of `DaskExecutor` that settles futures, and stops what nobody waits for."""

    _answers: Lane
    _launches: Lane
    _lock: threading.RLock
    _pending: set[Future]
    _shut: threading.Event

    # On Dask's loop

    async def _follow(self, link: Link, task: ClusterTask, running: Any) -> None:
        with Trap(partial(self._answers.do, self._deliver_error, link, task, running.key)):
            how, value = await running
            self._answers.do(self._deliver, link, task, running.key, how, value)

    def _landed(
        self, link: Link, there: list[tuple[ClusterTask, Any]], values: list | None
    ) -> None:
        self._launches.do(self._send_crowd, link, len(there))
        for (task, running), value in zip(there, values or there, strict=True):
            if values is None:
                link.later(self._follow, link, task, running)
            else:
                self._answers.do(self._deliver, link, task, running.key, *value)

    def _heard(self, link: Link, said: tuple) -> None:
        key, what, value = said
        task = link.tasks.get(key)
        if task is None:
            return
        if what == "pid":
            task.pid = value
        elif what == "ended":
            task.pid = None
        elif not task.future.done():
            self._answers.do(self._say if what == "say" else self._report, task, value)

    async def _cancel(self, task: ClusterTask, running: Any) -> None:
        task.link.client.loop.call_later(GRACE_S, self._kill, task)
        await task.link.client.cancel([running], asynchronous=True)

    def _kill(self, task: ClusterTask) -> None:
        task.link.tasks.pop(task.key, None)
        task.running = None
        task.link.kill_worker(task.pid)

    # In the thread of the answers

    def _report(self, task: ClusterTask, fraction: float) -> None:
        report = task.report
        with Trap(task.fail):
            if not task.future.done():
                report(fraction)

    def _say(self, task: ClusterTask, text: str) -> None:
        report = task.report
        with Trap(task.fail):
            if not task.future.done():
                say(report, text)

    def _deliver(self, link: Link, task: ClusterTask, key: str, how: str, value: Any) -> None:
        if self._claims(link, task, key):
            with Trap(task.fail):
                task.settle(how, aligned(value))

    def _deliver_error(self, link: Link, task: ClusterTask, key: str, error: Exception) -> None:
        from dashboard.cluster.connection import CUT_OFF, GIVEN_UP, UNSERVED, given_up

        if not self._claims(link, task, key):
            return
        with Trap(task.fail):
            if isinstance(error, UNSERVED):
                task.attempts = 0
            # Its data or its answer were lost on the way, or it rather waits.
            if isinstance(error, CUT_OFF) or (task.told and isinstance(error, GIVEN_UP)):
                link.send_anew(task)
                self._start_over(task, link)
                return
            raise given_up(error) if isinstance(error, GIVEN_UP) else error

    def _claims(self, link: Link, task: ClusterTask, key: str) -> bool:
        """Tell whether the answer is still waited for, and by nobody else."""
        if task.future.done():  # `_kill` still has to know it
            return False
        is_mine = link.tasks.pop(key, None) is task
        if is_mine:
            task.running = None  # there is nothing left to stop
        return is_mine

    # In any thread

    def _settled(self, task: ClusterTask, future: Future) -> None:
        if future.cancelled():
            future.set_running_or_notify_cancel()  # wakes who is in concurrent.futures.wait
        with self._lock:
            self._pending.discard(future)
        task.forget()
        self._stop(task)

    def _stop(self, task: ClusterTask) -> None:
        running, link = task.running, task.link
        if running is not None and not self._shut.is_set() and not link.trouble:
            link.later(self._cancel, task, running)
