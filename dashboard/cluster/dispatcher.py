"""Calls seen through on a cluster, whatever becomes of its workers and its scheduler."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import BrokenExecutor
from typing import TYPE_CHECKING

from dashboard.cluster.call import Call, Interrupted
from dashboard.cluster.reconnect import Reconnector
from workers.runtime.passes import Unreachable

if TYPE_CHECKING:
    from dashboard.cluster.connection import Connection


class Dispatcher:
    """Gives each call a task on one event loop, which settles its future; used on that loop only.

    Parameters
    ----------
    open_connection : coroutine function
        Opens a connection to a scheduler; raises OSError with a sentence if it cannot.
    runs_again : bool
        Whether what was under way when the scheduler was lost waits for the next one; else it
        fails.
    worker_deadline : float
        Seconds without any worker after which what waits for one fails.

    Attributes
    ----------
    cluster : Reconnector
        How the cluster stands.
    """

    def __init__(
        self,
        open_connection: Callable[[], Awaitable[Connection]],
        *,
        runs_again: bool,
        worker_deadline: float,
    ) -> None:
        self._runs_again, self._worker_deadline = runs_again, worker_deadline
        self.cluster = Reconnector(open_connection, self._look_at_calls)
        self._calls: set[Call] = set()
        self._told: set[tuple[Callable, int]] = set()
        self._ended = asyncio.Event()

    async def serve(self) -> None:
        """Keep a connection until `end`, then close it."""
        keeping = asyncio.create_task(self.cluster.run())
        ended = asyncio.create_task(self._ended.wait())
        await asyncio.wait([keeping, ended], return_when=asyncio.FIRST_COMPLETED)
        keeping.cancel()
        await asyncio.wait([keeping])
        await self.cluster.close()

    def end(self) -> None:
        """Have `serve` return; all futures are settled."""
        self._ended.set()

    def begin(self, call: Call) -> None:
        """See a call through until its future is settled."""
        if not call.future.done():
            self._calls.add(call)
            call.task = asyncio.create_task(self._see_through(call))

    def drop(self, call: Call) -> None:
        """Stop what a settled future needs no more."""
        self._calls.discard(call)
        if call.task is not None:
            call.task.cancel()
            call.task = None

    async def _see_through(self, call: Call) -> None:
        try:
            while not call.future.done():
                connection = await self.cluster.ready(call.patience, runs_again=self._runs_again)
                try:
                    call.settle(*await connection.calls.run(call))
                except Interrupted:
                    self._begin_anew(call, connection)
        except Exception as error:  # noqa: BLE001 - whoever waits for the call is told
            call.fail(error)

    def _begin_anew(self, call: Call, connection: Connection) -> None:
        """Let a call that was under way wait for its next turn, or fail."""
        call.raise_if_hopeless()
        if why := connection.trouble:
            self.cluster.lose(connection)
            if not self._runs_again:
                raise Unreachable(why)
            if not self.cluster.is_within_reach:  # the next one was tried in vain already
                raise Unreachable(self.cluster.trouble)
            call.tell_again(why)

    def _look_at_calls(self) -> None:
        """Let go of calls that wait in vain: Dask gives any kernel to any worker."""
        if self.cluster.refusal:
            for call in [*self._calls]:
                call.fail(BrokenExecutor(self.cluster.refusal))
        if self.cluster.idle_since is None:
            self._told.clear()
        else:
            self._look_at_overdue()

    def _look_at_overdue(self) -> None:
        """Fail what has waited too long for a worker, or tell it, once for each patient work."""
        late = time.monotonic() - self._worker_deadline
        if self.cluster.idle_since >= late:
            return
        for call in [call for call in self._calls if call.since < late]:
            if call.patience is None:
                call.fail(BrokenExecutor(_no_worker(self._worker_deadline)))
            elif (told := (call.patience.tell, self.cluster.losses)) not in self._told:
                self._told.add(told)
                self._tell(call)

    def _tell(self, call: Call) -> None:
        try:
            call.patience.tell(_waiting(self._worker_deadline))
        except Exception as error:  # noqa: BLE001 - whoever waits for the call is told
            call.fail(error)


def _no_worker(seconds: float) -> str:
    return f"No Dask worker has been there for {seconds:.0f} s: start one, then try again."


def _waiting(seconds: float) -> str:
    return f"No Dask worker has been there for {seconds:.0f} s; waiting for one."
