"""How tasks go to a cluster, each once; anew where something was lost on the way."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor
from functools import partial
from typing import TYPE_CHECKING

from dashboard.cluster.answering import Answering
from dashboard.cluster.loop_thread import Trap
from dashboard.cluster.waiting import WaitingRoom
from workers.runtime.passes import Unreachable

if TYPE_CHECKING:
    from dashboard.cluster.connection import Link
    from dashboard.cluster.task import ClusterTask


class Sending(Answering):
    """The part of `DaskExecutor` that launches tasks, in the launcher's thread."""

    _link: Link | None
    _losses: int
    _opening: bool
    _refusal: str
    _room: WaitingRoom
    _runs_again: bool
    _trouble: str

    def _launch(self, task: ClusterTask) -> None:
        if task.future.done():
            return
        with Trap(task.fail):
            link = self._link
            if link is not None and link.trouble:
                self._part(link)
                link = None
            was_lost = task.told and task.losses != self._losses and not self._runs_again
            if link is None and self._opening and not was_lost:
                # That stands in this lane: come after it.
                self._launches.do(self._launch, task)
            elif link is None or self._refusal:
                raise Unreachable(self._refusal or self._trouble)
            elif not self._room.hold(task):
                self._send_by(link, task)

    def _send_by(self, link: Link, task: ClusterTask) -> None:
        if not task.told:
            self._send(link, task)
        elif link.crowd.add(task):
            self._launches.do(self._send_crowd, link)

    def _send(self, link: Link, task: ClusterTask) -> None:
        try:
            if not link.start(task):
                return
        except (OSError, BrokenExecutor):  # the worker or the scheduler died under our hands
            link.send_anew(task)
            self._start_over(task, link)
            return
        link.later(self._follow, link, task, task.running)
        if task.future.done():  # cancelled before it could be seen that there is one to stop
            self._stop(task)

    def _send_crowd(self, link: Link, returned: int = 0) -> None:
        link.crowd.note_return(returned)
        if link.trouble:
            for task in link.crowd.clear():
                self._launch(task)
        while tasks := link.crowd.take():
            self._send_together(link, tasks)

    def _send_together(self, link: Link, tasks: list[ClusterTask]) -> None:
        with Trap(partial(self._cannot_send, link, tasks)):
            link.start_together([task for task in tasks if not task.future.done()])
            sent = [(task, task.running) for task in tasks if task.running]
            link.crowd.note_return(len(tasks) - len(sent))
            link.later(link.arrivals.expect, sent)
            for task in tasks:
                if task.future.done():
                    self._stop(task)

    def _cannot_send(self, link: Link, tasks: list[ClusterTask], error: Exception) -> None:
        link.crowd.note_return(len(tasks))
        for task in tasks:
            link.tasks.pop(task.key, None)
            if isinstance(error, OSError | BrokenExecutor):
                link.send_anew(task)
                self._start_over(task, link)
            else:
                task.fail(error)

    # In any thread

    def _start_over(self, task: ClusterTask, link: Link) -> None:
        """Launch a task anew that was under way on `link`, or let it fail."""
        with Trap(task.fail):
            task.raise_if_hopeless()
            if why := link.trouble:
                self._part(link)
                if not self._runs_again or not self._opening:
                    raise Unreachable(why)
                self._answers.do(task.tell_again, why)
            task.running = None
            self._launches.do(self._launch, task)
