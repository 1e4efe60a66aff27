"""A connection to a scheduler that is kept: opened, watched, given up when lost, opened again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import BrokenExecutor
from typing import TYPE_CHECKING

from dashboard.cluster.retry import RetryPace
from workers.runtime.passes import Unreachable

if TYPE_CHECKING:
    from dashboard.cluster.call import PatientWork
    from dashboard.cluster.connection import Connection

WATCH_S = 0.5


class Reconnector:
    """Keeps a connection, and tells who asks how it stands; all of it on one loop.

    Parameters
    ----------
    open_connection : coroutine function
        Opens one; raises OSError with a sentence if it cannot.
    looked : callable
        Called each time that the workers were looked at.

    Attributes
    ----------
    connection : Connection or None
        None while there is none.
    state : str
        A line for the user; see `DaskExecutor.state`.
    refusal : str
        Why nothing is computed though there are workers; "" if it is.
    trouble : str
        Why there is no connection.
    idle_since : float or None
        Since when, on the monotonic clock, there is no worker; None if there is one.
    losses : int
        How many schedulers were lost.
    """

    def __init__(
        self, open_connection: Callable[[], Awaitable[Connection]], looked: Callable[[], None]
    ) -> None:
        self._open_connection, self._looked = open_connection, looked
        self.connection: Connection | None = None
        self.state, self.refusal, self.trouble = "starting", "", ""
        self.idle_since: float | None = time.monotonic()
        self.losses = 0
        self._is_opening = True
        self._pace = RetryPace()
        self._changed = asyncio.Event()
        self._farewells: set[asyncio.Task] = set()

    @property
    def is_within_reach(self) -> bool:
        """Whether there is a connection, or one is being opened."""
        return self.connection is not None or self._is_opening

    async def connected(self) -> Connection:
        """Wait for a connection that is being opened.

        Raises
        ------
        BrokenExecutor
            There is none.
        """
        while self.connection is None:
            if not self._is_opening:
                raise Unreachable(self.trouble)
            await self._changed.wait()
        return self.connection

    async def ready(self, patience: PatientWork | None, *, runs_again: bool) -> Connection:
        """Wait for a connection with workers.

        Raises
        ------
        Unreachable
            There is no connection, or its workers are refused; or the scheduler was lost amid a
            patient work, which then ends at once, save one that `runs_again`.
        """
        while True:
            is_over = patience and patience.losses != self.losses and not runs_again
            if is_over and self.connection is None:
                raise Unreachable(self.trouble)
            connection = await self.connected()
            if connection.trouble:
                self.lose(connection)
            elif self.refusal:
                raise Unreachable(self.refusal)
            elif self.idle_since is None:
                return connection
            else:
                await self._changed.wait()

    async def run(self) -> None:
        """Keep a connection until cancelled."""
        while True:
            if await self._open():
                await self._watch(self.connection)
            await asyncio.sleep(self._pace.wait_s(time.monotonic()))
            self._is_opening = True

    async def close(self) -> None:
        """Close the connection, and wait until those that were lost are closed, too."""
        if self.connection is not None:
            self._say_farewell(self.connection)
        self.connection = None
        if self._farewells:
            await asyncio.wait(self._farewells)
        self.state = "closed"

    def lose(self, connection: Connection) -> None:
        """Give up a connection; once."""
        connection.lose("")
        if self.connection is not connection:
            return
        self.connection, self.trouble, self.refusal = None, connection.trouble, ""
        self.losses += 1
        self._is_opening = not self._pace.wait_s(time.monotonic())
        self.idle_since = time.monotonic()
        self.state = f"lost: {self.trouble}"
        self._say_farewell(connection)
        self._note_change()

    async def _open(self) -> bool:
        self._pace.note_try(time.monotonic())
        try:
            self.connection = await self._open_connection()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is said and tried again
            self._pace.note_failure(time.monotonic())
            self.trouble, self._is_opening = str(error), False
            self.state = f"lost: {error}"
        else:
            self._pace.note_success()
            self.trouble, self._is_opening = "", False
        self._note_change()
        return self.connection is not None

    async def _watch(self, connection: Connection) -> None:
        while not connection.trouble:
            try:
                await self._look(connection)
            except BrokenExecutor as error:
                connection.lose(str(error))
            except Exception:  # noqa: BLE001 - it is silent, or closes in this moment
                connection.lose("The Dask scheduler does not answer.")
            else:
                await connection.wait_lost(WATCH_S)
        self.lose(connection)

    async def _look(self, connection: Connection) -> None:
        threads = await connection.threads()
        self.refusal = await connection.examine(threads)
        if self.connection is not connection:
            return
        if threads and not self.refusal:
            self.idle_since = None
            self.state = _ready([*threads.values()])
        else:
            self.idle_since = self.idle_since or time.monotonic()
            self.state = f"lost: {self.refusal}" if self.refusal else "starting"
        self._looked()
        self._note_change()

    def _note_change(self) -> None:
        """Let all who wait look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    def _say_farewell(self, connection: Connection) -> None:
        farewell = asyncio.create_task(connection.close())
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)


def _ready(threads: list[int]) -> str:
    return f"ready: {_count(len(threads), 'worker')}, {_count(sum(threads), 'thread')}"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
