"""One connection to one Dask scheduler, from when it is open until it is lost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import BrokenExecutor, CancelledError
from pathlib import Path
from typing import Any

from distributed import Client

from dashboard.cluster.call import Lost
from dashboard.cluster.check_workers import WorkerCheck
from dashboard.cluster.dask_internals import connection_of, leave
from dashboard.cluster.local_process import SLOT, SPARE, ClusterProcess
from dashboard.cluster.running_calls import RunningCalls
from dashboard.cluster.thread_executor import in_thread

SILENCE_S = 10.0
GREET_S = 20.0
SIGHT_S = 30.0
FAREWELL_S = 3.0
log = logging.getLogger("supervox")


class Connection:
    """A client, and what runs over it. All of its waits end as soon as it is lost.

    Parameters
    ----------
    client : Client
        Connected, and asynchronous on this loop.
    process : ClusterProcess, optional
        The scheduler's, if it is ours.
    end : callable, optional
        What else is to be ended with the connection.

    Attributes
    ----------
    calls : RunningCalls
        What runs over it.
    """

    def __init__(
        self,
        client: Client,
        process: ClusterProcess | None = None,
        end: Callable[[], object] | None = None,
    ) -> None:
        self.client, self.process, self._end = client, process, end
        self._connection = connection_of(client)
        self._lost = asyncio.get_running_loop().create_future()
        self._check, self._has_greeted = WorkerCheck(client), False
        self.calls = RunningCalls(self, self._check.content)

    @property
    def trouble(self) -> str:
        """A sentence for the user if the connection is lost; it never comes back."""
        if self._lost.done():
            return self._lost.result()
        if self.process is not None and self.process.returncode is not None:
            return f"The compute process has ended (status {self.process.returncode})."
        # A client that has reconnected by itself has forgotten what it was to watch.
        if connection_of(self.client) is not self._connection:
            return "The connection to the Dask scheduler is lost."
        return ""

    def lose(self, why: str) -> None:
        """Take the connection for lost: all that waits for it goes on."""
        if not self._lost.done():
            self._lost.set_result(self.trouble or why)

    async def wait_lost(self, seconds: float) -> None:
        """Wait until it is lost, or for some seconds."""
        await asyncio.wait([self._lost], timeout=seconds)

    async def answer(self, question: Coroutine, seconds: float | None = None) -> Any:
        """Return what a coroutine returns.

        Raises
        ------
        Lost
            As soon as the connection is lost.
        concurrent.futures.CancelledError
            Dask has cancelled it.
        TimeoutError
            After so many seconds.
        """
        asked = asyncio.ensure_future(question)
        asked.add_done_callback(_take_note)
        try:
            waited = {asked, self._lost}
            await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if asked.cancelled():
                raise CancelledError
            if asked.done():
                return asked.result()
        finally:
            asked.cancel()
        if self._lost.done():
            raise Lost(self.trouble)
        raise TimeoutError(f"Dask did not answer within {seconds:.0f} s.")

    async def greet(self) -> None:
        """See that a cluster of others can work with us, and have our kernels sent to its workers.

        Raises
        ------
        OSError
            With a sentence.
        """
        await self.answer(self._check.greet(), GREET_S)
        self._has_greeted = True

    async def threads(self) -> dict[str, int]:
        """Return how many kernels each worker may run at a time, by its address."""
        threads = await self.answer(self.client.nthreads(), SILENCE_S)
        spare = 0 if self.process is None else SPARE
        return {address: count - spare for address, count in threads.items()}

    @property
    def slot(self) -> dict[str, int]:
        """What of Dask's resources a kernel asks for, unless a hand waits for it."""
        return {} if self.process is None else {SLOT: 1}

    async def examine(self, addresses: Iterable[str]) -> str:
        """Look at the workers that are new; return a sentence if one cannot work with us.

        Those of our own can: they are started from the same files.
        """
        if self.process is not None:
            return ""
        return await self.answer(self._check.examine(addresses), SILENCE_S)

    async def blind(self, token: Path) -> list[str]:
        """Return the addresses of workers that do not see a file, or cannot write beside it."""
        return await self.answer(self._check.blind(token), SIGHT_S)

    def kill_worker(self, pid: int | None) -> None:
        """Kill a worker process of ours."""
        if pid is not None and self.process is not None:
            self.process.kill_worker(pid)

    async def close(self) -> None:
        """Leave the scheduler, and end the process if it is ours; waits for some seconds."""
        self.calls.clear()
        if self._has_greeted and not self.trouble:
            with contextlib.suppress(OSError, ValueError, BrokenExecutor):
                await self.answer(self._check.part(), FAREWELL_S)
        self.lose("The connection is closed.")
        with contextlib.suppress(TimeoutError, OSError):
            await asyncio.wait_for(leave(self.client), FAREWELL_S)
        if self.process is not None:
            await in_thread(self.process.close)
        if self._end is not None:
            await in_thread(end_safely, self._end)


def end_safely(end: Callable[[], object]) -> None:
    """End what somebody made for a connection, whatever it says."""
    try:
        end()
    except Exception as error:  # noqa: BLE001 - it is theirs, and nobody waits for it
        log.warning("The Dask cluster was not closed: %s", error)


def _take_note(asked: asyncio.Future) -> None:
    """Take an error for known, though nobody may wait for the answer any more."""
    if not asked.cancelled():
        asked.exception()
