"""One connection to one Dask scheduler, from when it is open until it is lost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import BrokenExecutor, CancelledError
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import cloudpickle
from distributed import Client
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker, NoWorkerError

from dashboard.cluster.batches import Crowd, Outstanding
from dashboard.cluster.check_workers import Roll
from dashboard.cluster.local_process import ClusterProcess
from dashboard.cluster.loop_thread import Trap
from dashboard.cluster.run_kernel import kernel_runner
from dashboard.cluster.scatter import Shelf, is_big, is_shared
from dashboard.cluster.sight import blind
from dashboard.cluster.task import ClusterTask

SILENCE_S = 10.0
WORKER_S = 5.0  # to be taken by a worker; then it may take longer
SEND_S = 600.0
GREET_S = 20.0
SIGHT_S = 30.0
FAREWELL_S = 3.0
_GLANCE_S = 0.2
UNSERVED = (NoWorkerError,)
GIVEN_UP = (KilledWorker, *UNSERVED)
CUT_OFF = (CancelledError, CommClosedError)
log = logging.getLogger("supervox")


class Link:
    """A client, and what is at work over it. Any of its waits ends soon after it is lost.

    Parameters
    ----------
    client : Client
        Connected.
    process : ClusterProcess, optional
        The scheduler's, if it is ours.
    """

    def __init__(self, client: Client, process: ClusterProcess | None = None) -> None:
        self.client, self.process = client, process
        self.tasks: dict[str | tuple, ClusterTask] = {}
        self.name, self.crowd = uuid4().hex, Crowd()
        self.shelf = Shelf(self._scatter)
        self._comm = client.scheduler_comm
        self.arrivals: Outstanding | None = None
        self._run: Callable | None = None
        self._given_up = ""
        self._roll, self._has_greeted = Roll(client), False
        self._made, self._end = None, None

    def listen(self, heard: Callable[[Link, tuple], None], landed: Callable) -> Link:
        """Have `heard` told, on Dask's loop, of each thing that a kernel's runner says.

        And `landed` of results that have come together; see `Arrivals`.
        """
        self.arrivals = Outstanding(self, landed)
        topic = f"supervox-{self.name}"
        self.client.subscribe_topic(topic, lambda event: heard(self, event[1]))
        self._run = kernel_runner(topic, self._roll.content)
        return self

    @property
    def trouble(self) -> str:
        """A sentence for the user if the connection is lost; it never comes back."""
        if self._given_up:
            return self._given_up
        if self.process is not None and self.process.returncode is not None:
            return f"The compute process has ended (status {self.process.returncode})."
        # A client that has reconnected by itself has forgotten what it was to watch.
        if self.client.status != "running" or self.client.scheduler_comm is not self._comm:
            return "The connection to the Dask scheduler is lost."
        return ""

    def give_up(self, why: str) -> None:
        """Take the connection for lost."""
        self._given_up = self.trouble or why

    def greet(self) -> Link:
        """See that a cluster of others can work with us, and have our kernels sent to its workers.

        Raises
        ------
        OSError
            With a sentence.
        """
        self._wait(self._roll.greet(), GREET_S)
        self._has_greeted = True
        return self

    def keep(self, made: Any, end: Callable[[], object] | None) -> Link:
        """Hold on to what somebody made for this connection, and end it with the connection."""
        self._made, self._end = made, end
        return self

    def examine(self, addresses: Iterable[str]) -> str:
        """Look at the workers that are new; return a sentence if one cannot work with us.

        Those of our own can: they are started from the same files.

        Raises
        ------
        BrokenExecutor
            The scheduler is lost or does not answer.
        """
        if self.process is not None:
            return ""
        return self._ask(self._roll.examine(addresses))

    def blind(self, folder: Path) -> list[str]:
        """Return the addresses of workers that cannot read and write in `folder`."""
        return [] if self.process else self._wait(blind(self.client, folder), SIGHT_S)

    def threads(self) -> dict[str, int]:
        """Return how many threads each worker has, by its address.

        Raises
        ------
        BrokenExecutor
            The scheduler is lost or does not answer.
        """
        return self._ask(self.client.scheduler.ncores())

    def start(self, task: ClusterTask) -> bool:
        """Send a task's kernel and arrays to the workers; False if it is settled meanwhile.

        Raises
        ------
        OSError
            Nobody took the arrays: a worker died under our hands.
        BrokenExecutor
            The connection is lost.
        """
        kernel = task.call and task.call[0]
        if (sent := self._message(task)) is None:
            return False
        soon = {"priority": getattr(kernel, "priority", 0)}
        task.running = self.client.submit(self._run, *sent, key=task.key, pure=False, **soon)
        return True

    def start_together(self, tasks: list[ClusterTask]) -> None:
        """Send several tasks in one message; whoever is settled meanwhile has no future there.

        Raises
        ------
        OSError, BrokenExecutor
            As `start`.
        """
        sent = [(task, message) for task in tasks if (message := self._message(task))]
        if not sent:
            return
        keys, columns = (
            [task.key for task, _ in sent],
            zip(*(each for _, each in sent), strict=True),
        )
        futures = self.client.map(self._run, *map(list, columns), key=keys, pure=False)
        for (task, _), running in zip(sent, futures, strict=True):
            task.running = running

    def _message(self, task: ClusterTask) -> tuple | None:
        """Return what `kernel_runner`'s function takes; None if the task is settled."""
        if (wanted := task.call) is None:
            return None
        fn, args, kwargs = wanted
        task.begin(self, getattr(fn, "__name__", "kernel"))
        given = {**dict(enumerate(args)), **kwargs}
        big = {name: given.pop(name) for name in list(given) if is_big(given[name])}
        with Trap(task.fail):
            pickled = cloudpickle.dumps((fn, given, task.report is not None))
        if task.future.done():
            return None
        call = self.shelf.place(pickled)
        shared = {name: is_shared(value) for name, value in big.items()}
        arrays = [self.shelf.place(value) for value in big.values()]
        self.tasks[task.key] = task
        return call, shared, arrays, task.told is not None, task.folder

    def send_anew(self, task: ClusterTask) -> None:
        """Keep nothing of what a task was given: some of it went with a worker."""
        if (wanted := task.call) is not None:
            for value in (*wanted[1], *wanted[2].values()):
                self.shelf.forget(value)

    def later(self, function: Callable, *args) -> None:
        """Call a function on Dask's loop, if it still runs."""
        with contextlib.suppress(RuntimeError):
            self.client.loop.add_callback(function, *args)

    def kill_worker(self, pid: int | None) -> None:
        """Kill a worker process of ours."""
        if pid is not None and self.process is not None:
            self.process.kill_worker(pid)

    def close(self) -> None:
        """Leave the scheduler, and end the process if it is ours; waits for some seconds."""
        self.shelf.clear()
        if self._has_greeted and not self.trouble:
            with contextlib.suppress(OSError, ValueError, BrokenExecutor):
                self._wait(self._roll.part(), FAREWELL_S)
        with contextlib.suppress(TimeoutError, OSError):
            self.client.close(FAREWELL_S)
        if self.process is not None:
            self.process.close()
        if self._end is not None:
            with Trap(partial(log.warning, "The Dask cluster was not closed: %s")):
                self._end()

    def _scatter(self, value: Any) -> Any:
        sending = self.client.scatter(value, hash=False, timeout=WORKER_S, asynchronous=True)
        return self._wait(sending, SEND_S)

    def _ask(self, question: Coroutine) -> Any:
        try:
            return self._wait(question, SILENCE_S)
        except (OSError, AttributeError) as error:  # it closes in this moment
            raise BrokenExecutor("The Dask scheduler does not answer.") from error

    def _wait(self, coroutine: Coroutine, seconds: float) -> Any:
        if sentence := self.trouble:
            coroutine.close()
            raise BrokenExecutor(sentence)
        answer = asyncio.run_coroutine_threadsafe(coroutine, self.client.loop.asyncio_loop)
        deadline = time.monotonic() + seconds
        while not answer.done():
            with contextlib.suppress(TimeoutError):
                return answer.result(_GLANCE_S)
            if sentence := self.trouble:
                answer.cancel()
                raise BrokenExecutor(sentence)
            if time.monotonic() > deadline:
                answer.cancel()
                raise TimeoutError(f"Dask did not answer within {seconds:.0f} s.")
        return answer.result()


def open_embedded(workers: int, threads_per_worker: int) -> Link:
    """Start a cluster of our own, and return the connection to it.

    Raises
    ------
    OSError
        It did not start in time.
    """
    process = ClusterProcess(workers, threads_per_worker)
    try:
        return Link(process.wait_until_ready().client(), process)
    except OSError:
        process.close()
        raise


def given_up(error: Exception) -> BrokenExecutor:
    """Say in a sentence for the user why Dask gave up a task: `error` is one of `GIVEN_UP`."""
    if isinstance(error, NoWorkerError):
        return BrokenExecutor(f"No Dask worker came within {error.timeout:.0f} s.")
    return BrokenExecutor(
        "The computation was given up: its worker process died again and again, "
        "perhaps for want of memory."
    )
