"""Verbs written as coroutines: they run at once up to the first thing they have to wait for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future
from functools import wraps
from typing import Any

Result = Callable[[], Any]
"""Returns what was waited for, or raises why it did not come."""


class Wait:
    """Awaits what a function begins.

    Parameters
    ----------
    begin : callable
        Called with two functions. The first is to be called once, perhaps at once, when the verb
        may go on: with a `Result`, or with nothing; it raises what the verb raises then, for its
        caller to tell the user. The second drops the verb instead.
    """

    def __init__(self, begin: Callable[[Callable[..., None], Callable[[], None]], object]) -> None:
        self._begin = begin

    def __await__(self) -> Generator[Callable, Result | None, Any]:
        result = yield self._begin
        return result() if result else None


def start(verb: Coroutine) -> Future:
    """Run a verb up to the first thing it has to wait for; it goes on where that comes.

    Returns
    -------
    Future
        Of what the verb returns; of None, where it failed after it had to wait, or was dropped.

    Raises
    ------
    Exception
        What the verb raises before it has to wait.
    """
    under_way = _Verb(verb)
    under_way.go_on()
    return under_way.done


class _Verb:
    """A verb under way."""

    def __init__(self, verb: Coroutine) -> None:
        self._verb = verb
        self.done: Future = Future()

    def go_on(self, result: Result | None = None) -> None:
        """Run up to the next thing to wait for."""
        try:
            begin = self._verb.send(result)
        except StopIteration as end:
            self._settle(end.value)
        except BaseException:  # told by whoever goes on with it
            self._settle(None)
            raise
        else:
            begin(self.go_on, self.drop)

    def drop(self) -> None:
        """End where it is."""
        self._verb.close()
        self._settle(None)

    def _settle(self, value: object) -> None:
        if self.done.set_running_or_notify_cancel():
            self.done.set_result(value)


async def arrival(future: Future, schedule: Callable[[Callable[[], None]], None]) -> Future:
    """Wait for a future, and go on in the page's thread, by `schedule`; returns it when it is done.

    What it raised is in it.
    """
    await Wait(lambda go_on, _: future.add_done_callback(lambda _: schedule(go_on)))
    return future


def at_once(verb: Callable[..., Coroutine]) -> Callable[..., Future]:
    """Make a coroutine a verb that is called like any function, and returns as `start` does."""

    @wraps(verb)
    def run(*args, **kwargs) -> Future:
        return start(verb(*args, **kwargs))

    return run
