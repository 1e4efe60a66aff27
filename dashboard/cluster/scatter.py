"""Arrays on their way to the workers and back: what is sent by itself, and what is kept there."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np

BIG = 1_000_000


def is_big(value: Any) -> bool:
    """Whether an argument is sent by itself and not with the call."""
    size = value.nbytes if isinstance(value, np.ndarray) else 0
    return (len(value) if isinstance(value, bytes) else size) >= BIG


def is_shared(value: Any) -> bool:
    """Whether an array is kept on the workers for as long as it lives here."""
    return isinstance(value, np.ndarray) and not value.flags.writeable


def align(value: Any) -> Any:
    """Return what came from Dask with arrays, also in a tuple, as compiled code takes them.

    Dask leaves them where its message has them; those at odds with their type there are copied.
    """
    if isinstance(value, tuple):
        parts = tuple(map(align, value))
        return value._make(parts) if hasattr(value, "_make") else parts
    if not isinstance(value, np.ndarray) or value.flags.aligned:
        return value
    moved = value.copy("K")
    moved.flags.writeable = value.flags.writeable
    return moved


class Shelf:
    """What the workers keep of ours, by the array here: gone there when it is gone here.

    Parameters
    ----------
    send : coroutine function
        Sends a value to a worker; returns Dask's future, which holds it there.
    """

    def __init__(self, send: Callable[[Any], Coroutine]) -> None:
        self._send = send
        self._kept: dict[int, asyncio.Task] = {}

    async def place(self, value: Any) -> Any:
        """Return what stands for `value` in a call: itself if it is small."""
        if not is_big(value):
            return value
        if not is_shared(value):
            return await self._send(value)
        if id(value) not in self._kept:
            self._keep(value)
        # Others wait for it, too: who is cancelled must not take it from them.
        return await asyncio.shield(self._kept[id(value)])

    def _keep(self, value: Any) -> None:
        sending = asyncio.create_task(self._send(value))
        sending.add_done_callback(_note_failure)
        self._kept[id(value)] = sending
        weakref.finalize(value, self._kept.pop, id(value), None).atexit = False

    def forget(self, value: Any) -> None:
        """Send `value` anew when it is next wanted: it went with a worker."""
        self._kept.pop(id(value), None)

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()


def _note_failure(sending: asyncio.Task) -> None:
    """Take an error for known, though all who waited may have been cancelled."""
    if not sending.cancelled():
        sending.exception()
