"""What a session has under way: at most one task a lane, and what the user is told of each."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

from dashboard.session.flow import Wait
from dashboard.session.messages import unexpected
from dashboard.session.request import Request, current
from dashboard.session.task import Job, Task

OUTLIVING = "download of"  # lanes whose work holds all that it needs, whatever is opened meanwhile


@dataclass
class Executors:
    """Who runs what: kernels on Dask, and in threads of this process what they must not do.

    Attributes
    ----------
    kernels : Executor
        Runs kernels; Dask's in the app, an inline one in tests.
    files : Executor
        Reads files; a call may be given up or cancelled at once, so it must change nothing.
    threads : Executor
        For what takes minutes.
    keeping : Executor
        For cases on disk: no file that hangs holds them up.
    """

    kernels: Executor
    files: Executor
    threads: Executor
    keeping: Executor


class Jobs:
    """Owns what runs, as tasks by lane: a new one replaces the last in its lane, others go on.

    Parameters
    ----------
    schedule : callable
        Runs a function later in the page's thread.
    show : callable
        Told the Job that the user waits for; None when there is none.
    tell : callable
        Told a sentence, and its kind, when a task ends without a result.
    """

    def __init__(
        self,
        schedule: Callable[[Callable[[], None]], None],
        show: Callable[[Job | None], None],
        tell: Callable[[str, str], None],
    ) -> None:
        self._schedule, self._show, self._tell = schedule, show, tell
        self._tasks: dict[str, Task] = {}
        self._jobs: dict[str, Job] = {}

    def start(
        self, lane: str, title: str, then: Callable, executor: Executor, kernel, *args, **kwargs
    ) -> None:
        """Begin a task; `then` is given a function that returns its result, or raises."""
        self.cancel(lane)
        end = partial(self._end, lane, then, current().hold())
        show = partial(self._show_progress, lane)
        task = Task(title, self._schedule, show, end, partial(self._tell_again, lane))
        self._tasks[lane] = task
        task.start(executor, kernel, *args, **kwargs)

    async def run(
        self, lane: str, title: str, executor: Executor, kernel: Callable, /, *args, **kwargs
    ) -> Any:
        """Run a kernel as the task of a lane; returns what it returns.

        A verb that fails when it goes on has failed like the task, and the user is told so.
        """
        return await Wait(
            lambda go_on, _: self.start(lane, title, go_on, executor, kernel, *args, **kwargs)
        )

    def show(self, lane: str, job: Job | None) -> None:
        """Show what is under way without a task; None at its end."""
        if job is None:
            self._jobs.pop(lane, None)
        else:
            self._jobs[lane] = job
        self._show(job or next(iter(self._jobs.values()), None))

    def cancel(self, lane: str | None = None, *, but: str | None = None) -> None:
        """Stop what is under way in a lane, or in all but those whose names begin with `but`."""
        for name, task in list(self._tasks.items()):
            if lane in (None, name) and not (but and name.startswith(but)):
                task.cancel()

    def _show_progress(self, lane: str, task: Task, job: Job) -> None:
        if task is self._tasks.get(lane):
            self._jobs[lane] = job
            self._show(job)

    def _tell_again(self, lane: str, task: Task, why: str) -> None:
        if task is self._tasks.get(lane):
            self._tell(f"{task.title} begins anew: {why}", "info")

    def _end(self, lane: str, then: Callable, request: Request, task: Task) -> None:
        try:
            if task is self._tasks.get(lane):
                self._end_latest(lane, partial(request.run, then), task)
        finally:
            request.release()

    def _end_latest(self, lane: str, then: Callable, task: Task) -> None:
        del self._tasks[lane], self._jobs[lane]
        try:
            then(task.result)
        except CancelledError:
            self._tell(f"{task.title} was cancelled; nothing has changed.", "info")
        except (ValueError, BrokenExecutor) as refused:
            about = task.title.partition(" ")[2]  # the file's name, with which its refusal begins
            self._tell(f"{task.title} failed: {str(refused).removeprefix(f'{about}: ')}", "error")
        except Exception as error:  # noqa: BLE001 - the one place where work's failures are shown
            self._tell(f"{task.title} failed. {unexpected(error)}", "error")
        # What followed may be waited for in turn: then the page stays busy without a gap.
        self._show(next(iter(self._jobs.values()), None))
