"""Changes of the labels one after the other, though some wait for what a task finds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Future
from typing import NamedTuple

from dashboard.session.messages import unexpected
from dashboard.session.request import Request, current

Function = Callable[[], None]


class _Step(NamedTuple):
    act: Function
    awaited: Future
    done: Future
    request: Request
    drop: Function


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

    def do(
        self, act: Function, awaited: Future | None = None, drop: Function = lambda: None
    ) -> Future:
        """Call `act` when `awaited` is done and all that was asked for before; `drop`, if never.

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
        step = _Step(act, awaited, Future(), current().hold(), drop)
        self._steps.append(step)
        return self._wait(step)

    def go_on(self, act: Function, awaited: Future, drop: Function = lambda: None) -> None:
        """Call `act` when `awaited` is done, for what has its turn: all others wait for that."""
        if awaited.done():
            act()
            return
        step = _Step(act, awaited, Future(), current().hold(), drop)
        self._steps.appendleft(step)
        self._wait(step)

    def _wait(self, step: _Step) -> Future:
        step.done.add_done_callback(lambda done: step.request.release(done.exception()))
        self._show(len(self._steps))
        step.awaited.add_done_callback(lambda _: self._schedule(self._go))
        return step.done

    def clear(self, why: str) -> int:
        """Do nothing of what waits; returns how many steps that were."""
        left = len(self._steps)
        while self._steps:
            step = self._steps.popleft()
            step.awaited.cancel()
            step.drop()
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


def finished(result: object = None) -> Future:
    """Return a future that is done."""
    done: Future = Future()
    done.set_result(result)
    return done
