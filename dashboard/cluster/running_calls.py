"""The calls that are under way over one connection: sent, listened to, received, stopped."""

from __future__ import annotations

import asyncio
from concurrent.futures import BrokenExecutor, CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import cloudpickle
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker, NoWorkerError

from dashboard.cluster.by_value import WithCode
from dashboard.cluster.call import Call, Interrupted, Lost
from dashboard.cluster.run_kernel import run_kernel
from dashboard.cluster.scatter import Shelf, align, is_big, is_shared

if TYPE_CHECKING:
    from distributed import Future

    from dashboard.cluster.connection import Connection

WORKER_S = 5.0  # for an array to be taken by a worker; then it may take longer
SEND_S = 600.0
GRACE_S = 1.0


@dataclass(eq=False)
class Running:
    """A call that was sent.

    Attributes
    ----------
    key : str or tuple
        Dask's.
    held : distributed.Future or None
        The answer, once the call is sent.
    pid : int or None
        Of the worker process, while the kernel runs there.
    stopping : asyncio.Task or None
        What stops it, if nobody waits for it any more.
    """

    call: Call
    key: str | tuple
    held: Future | None = None
    pid: int | None = None
    stopping: asyncio.Task | None = None


class RunningCalls:
    """Runs calls over a connection.

    Parameters
    ----------
    connection : Connection
        Over which they go.
    content : str
        Digest of the kernels that a worker must have.

    Attributes
    ----------
    running : dict
        What was sent and is not over, by Dask's keys.
    """

    def __init__(self, connection: Connection, content: str) -> None:
        self._connection, self._content = connection, content
        self._group = uuid4().hex
        self._topic = f"supervox-{self._group}"
        self._kernel = WithCode(run_kernel)
        self._shelf = Shelf(self._scatter)
        self.running: dict[str | tuple, Running] = {}
        connection.client.subscribe_topic(self._topic, lambda event: self._hear(*event[1]))

    async def run(self, call: Call) -> tuple[str, Any]:
        """Return what `run_kernel` answers; who is cancelled here has the kernel stopped.

        Raises
        ------
        Interrupted
            It is to be sent anew, here or to another scheduler.
        BrokenExecutor
            Dask gave it up.
        """
        try:
            running = await self._send(call)
            return await self._receive(running)
        except Interrupted:
            self._forget_arrays(call)
            raise

    async def _send(self, call: Call) -> Running:
        if call.work is None:  # settled in this moment
            raise Interrupted
        fn, args, kwargs = call.work
        call.attempts += 1
        given = {**dict(enumerate(args)), **kwargs}
        big = {name: given.pop(name) for name in list(given) if is_big(given[name])}
        shared = {name: is_shared(value) for name, value in big.items()}
        pickled = cloudpickle.dumps((fn, given, call.report is not None))
        try:
            packed, *arrays = [await self._shelf.place(each) for each in (pickled, *big.values())]
        except (OSError, BrokenExecutor, CancelledError) as error:  # a worker or all died meanwhile
            raise Interrupted from error
        return self._submit(call, packed, shared, arrays)

    async def _scatter(self, value: Any) -> Future:
        sending = self._connection.client.scatter(value, hash=False, timeout=WORKER_S)
        return await self._connection.answer(sending, SEND_S)

    def _submit(self, call: Call, packed: Any, shared: dict, arrays: list) -> Running:
        if self._connection.trouble or call.work is None:
            raise Interrupted
        fn, patience = call.work[0], call.patience
        name, number = getattr(fn, "__name__", "kernel"), uuid4().hex
        priority = getattr(fn, "priority", 0)
        # The scheduler holds back what is of one group instead of heaping it on the workers.
        key = (f"{name}-{self._group}", number) if patience and not priority else f"{name}-{number}"
        how = {"key": key, "pure": False, "priority": priority}
        if not priority:
            how["resources"] = self._connection.slot
        sent = (packed, shared, arrays, patience is not None, patience.folder if patience else "")
        running = self.running[key] = Running(call, key)
        running.held = self._connection.client.submit(
            self._kernel, self._topic, self._content, *sent, **how
        )
        return running

    async def _receive(self, running: Running) -> tuple[str, Any]:
        try:
            how, value = await self._connection.answer(running.held.result())
            return how, align(value)
        except asyncio.CancelledError:
            running.stopping = asyncio.create_task(self._stop(running))
            raise
        except (CancelledError, CommClosedError, Lost) as error:
            raise Interrupted from error
        except (KilledWorker, NoWorkerError) as error:
            if isinstance(error, NoWorkerError):
                running.call.attempts = 0
            if running.call.patience:
                raise Interrupted from error
            raise BrokenExecutor(_given_up(error)) from error
        finally:
            if running.stopping is None:
                self.running.pop(running.key)

    async def _stop(self, running: Running) -> None:
        """Stop a kernel; one that does not report within a second loses its worker."""
        if not self._connection.trouble:
            await self._connection.client.cancel([running.held])
        await asyncio.sleep(GRACE_S)
        self.running.pop(running.key)
        self._connection.kill_worker(running.pid)

    def _hear(self, key: str | tuple, what: str, value: Any) -> None:
        """Take what `run_kernel` tells of a call."""
        if running := self.running.get(key):
            if what in {"pid", "ended"}:
                running.pid = value
            else:
                running.call.hear(what, value)

    def _forget_arrays(self, call: Call) -> None:
        """Send anew what a call was given: some of it went with a worker."""
        if (work := call.work) is not None:
            for value in (*work[1], *work[2].values()):
                self._shelf.forget(value)

    def clear(self) -> None:
        """Have the workers keep nothing of ours."""
        self._shelf.clear()


def _given_up(error: Exception) -> str:
    """Say in a sentence for the user why Dask gave up a call."""
    if isinstance(error, NoWorkerError):
        return f"No Dask worker came within {error.timeout:.0f} s."
    return (
        "The computation was given up: its worker process died again and again, "
        "perhaps for want of memory."
    )
