"""What is on its way to the page."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sized

log = logging.getLogger(__name__)

# What leaves together passes any proxy: so many messages, in none of which anything is longer.
MOST_TOGETHER, MOST_LENGTH = 20, 500


class Outbox:
    """Messages that leave one after the other; small ones that wait leave together.

    What a message holds is taken when it leaves. One that cannot be sent is logged, and holds up
    no other: the page then misses a revision, and asks.

    Parameters
    ----------
    send : callable
        Sends a message to the page: a dict with its ``kind``. That of several at once is
        ``"several"``.
    """

    def __init__(self, send: Callable[[dict], None]) -> None:
        self._send = send
        self._waiting: deque[dict | Callable[[], Awaitable[None]]] = deque()
        self._arrived = asyncio.Event()

    def put(self, item: dict | Callable[[], Awaitable[None]]) -> None:
        """Let a message leave in its turn, or what sends some when it is called."""
        self._waiting.append(item)
        self._arrived.set()

    async def deliver(self) -> None:
        """Send what is put here, for as long as the page lives."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            await self.empty()

    async def empty(self) -> None:
        """Send all that waits."""
        while self._waiting:
            first = self._waiting.popleft()
            if callable(first):
                await _tried(first)
            else:
                await self._leave([first, *(self._others() if _is_small(first) else ())])

    def _others(self) -> list[dict]:
        others = []
        while self._waiting and len(others) < MOST_TOGETHER - 1 and _is_small(self._waiting[0]):
            others.append(self._waiting.popleft())
        return others

    async def _leave(self, messages: list[dict]) -> None:
        try:
            self._send(messages[0] if len(messages) == 1 else together(messages))
        except Exception:
            log.exception("A message could not be sent to the page")
            for message in messages if len(messages) > 1 else ():
                await self._leave([message])


def together(messages: list[dict]) -> dict:
    """Return one message that brings several."""
    return {"kind": "several", "messages": messages}


def _is_small(item: dict | Callable) -> bool:
    if callable(item) or "data" in item:
        return False
    return all(len(value) <= MOST_LENGTH for value in item.values() if isinstance(value, Sized))


async def _tried(send: Callable[[], Awaitable[None]]) -> None:
    try:
        await send()
    except Exception:
        log.exception("A message could not be sent to the page")
