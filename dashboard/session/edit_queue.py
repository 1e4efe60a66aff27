"""Changes of the labels one after the other, though some wait for what a task finds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Future
from functools import partial
from typing import NamedTuple

from dashboard.session.messages import unexpected
from dashboard.session.request import Request, current

Function = Callable[[], None]


class _Step(NamedTuple):
    act: Function
    awaited: Future
    done: Future
    request: Request


class EditQueue:
    """Does at once what nothing has to be waited for; else it waits for its turn.

    Parameters
    ----------
    schedule : callable
        Runs a function later in the page's thread, where everything is done.
    show : callable
        Told how many steps wait when that changes.
    tell : callable
        Told a sentence when a step that had to wait fails.
    """

    def __init__(
        self,
        schedule: Callable[[Function], None],
        show: Callable[[int], None],
        tell: Callable[[str], None],
    ) -> None:
        self._schedule, self._show, self._tell = schedule, show, tell
        self._steps: deque[_Step] = deque()

    def do(self, act: Function, awaited: Future | None = None) -> Future:
        """Call `act` when `awaited` is done and all that was asked for before.

        Returns
        -------
        Future
            Done when `act` has returned; with what it raised, if it had to wait.

        Raises
        ------
        Exception
            What `act` raises, if it need not wait.
        """
        awaited = awaited or finished()
        if not self._steps and awaited.done():
            act()
            return finished()
        step = _Step(act, awaited, Future(), current().hold())
        step.done.add_done_callback(lambda done: step.request.release(done.exception()))
        self._steps.append(step)
        self._show(len(self._steps))
        awaited.add_done_callback(lambda _: self._schedule(self._go))
        return step.done

    def do_with(self, start: Callable[[], Future], act: Callable[[Future], None]) -> Future:
        """Call `start` in its turn, and `act` with the future that it returned when that is done.

        What is asked for later waits for both. Returns and raises as `do`; where `start` fails,
        there is no `act`.
        """
        started: Future = Future()
        self.do(partial(_start, start, started))
        return self.do(lambda: None if started.cancelled() else act(started), started)

    def clear(self, why: str) -> int:
        """Do nothing of what waits; returns how many steps that were."""
        left = len(self._steps)
        while self._steps:
            step = self._steps.popleft()
            step.awaited.cancel()
            step.done.set_exception(ValueError(why))
        return left

    def _go(self) -> None:
        before = len(self._steps)
        while self._steps and self._steps[0].awaited.done():
            self._end(self._steps.popleft())
        if len(self._steps) != before:
            self._show(len(self._steps))

    def _end(self, step: _Step) -> None:
        try:
            step.request.run(step.act)
        except (ValueError, BrokenExecutor) as refused:
            self._fail(step, refused, str(refused))
        except CancelledError as cancelled:
            self._fail(step, cancelled, "That was cancelled, and is not done.")
        except Exception as error:  # noqa: BLE001 - nobody else is there to show it
            self._fail(step, error, unexpected(error))
        else:
            step.done.set_result(None)

    def _fail(self, step: _Step, error: BaseException, text: str) -> None:
        self._tell(text)
        step.done.set_exception(error)


def _start(start: Callable[[], Future], started: Future) -> None:
    try:
        work = start()
    except BaseException:
        started.cancel()
        raise
    work.add_done_callback(partial(_end_as, started))


def _end_as(started: Future, work: Future) -> None:
    if not started.set_running_or_notify_cancel():
        return
    if work.cancelled():
        started.set_exception(CancelledError())
    elif error := work.exception():
        started.set_exception(error)
    else:
        started.set_result(work.result())


def finished(result: object = None) -> Future:
    """Return a future that is done."""
    done: Future = Future()
    done.set_result(result)
    return done
