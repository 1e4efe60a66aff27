"""Threads for what takes minutes and must not keep the process from ending."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class Threads(Executor):
    """Runs each call at once in a thread of its own, which ends with the process."""

    def submit(self, fn: Callable, /, *args, **kwargs) -> Future:
        """Begin a call; it cannot be cancelled from outside."""
        future: Future = Future()
        future.set_running_or_notify_cancel()
        call = (future, fn, args, kwargs)
        threading.Thread(target=_run, args=call, name="supervox-long", daemon=True).start()
        return future


async def in_thread(fn: Callable, /, *args) -> Any:
    """Call a function in such a thread; who is cancelled meanwhile does not wait for it."""
    return await asyncio.wrap_future(Threads().submit(fn, *args))


def _run(future: Future, fn: Callable, args: tuple, kwargs: dict) -> None:
    try:
        found = fn(*args, **kwargs)
    except BaseException as error:  # noqa: BLE001 - an executor hands over whatever was raised
        future.set_exception(error)
    else:
        future.set_result(found)
