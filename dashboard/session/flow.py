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
    done: Future = Future()

    def settle(value: object) -> None:
        if done.set_running_or_notify_cancel():
            done.set_result(value)

    def go_on(result: Result | None = None) -> None:
        try:
            begin = verb.send(result)
        except StopIteration as end:
            settle(end.value)
        except BaseException:  # told by whoever goes on with it
            settle(None)
            raise
        else:
            begin(go_on, drop)

    def drop() -> None:
        verb.close()
        settle(None)

    go_on()
    return done


def at_once(verb: Callable[..., Coroutine]) -> Callable[..., Future]:
    """Make a coroutine a verb that is called like any function, and returns as `start` does."""

    @wraps(verb)
    def run(*args, **kwargs) -> Future:
        return start(verb(*args, **kwargs))

    return run
