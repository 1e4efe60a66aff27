"""Dask as an executor: the process's one client, and the cluster it talks to."""

from __future__ import annotations

import atexit
import contextlib
import queue
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    InvalidStateError,
    wait,
)
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from workers.team import usable

if TYPE_CHECKING:
    from dashboard.cluster_process import ClusterProcess

BIG = 1_000_000
_KERNELS = 4  # at a time: each has a volume in memory
GRACE_S = 1.0
REACH_S = 10.0
WATCH_S = 0.5
ATTEMPTS = 5


class DaskExecutor(Executor):
    """Runs kernels on Dask workers; made by `local` or `connect`, which return at once.

    No method but `shutdown` waits. Callbacks of the futures and ``report`` are called one after the
    other in a thread of the executor's, so they must not wait for another of its futures; the
    callbacks of one that is cancelled run in the thread that cancels.

    Parameters
    ----------
    open_client : callable
        Called with the executor in the launcher's thread; returns the Dask client.
    """

    def __init__(self, open_client: Callable[[DaskExecutor], Any]) -> None:
        self._client: Any = None
        self._process: ClusterProcess | None = None
        self._trouble = ""
        self._state = "starting"
        self._lock = threading.Lock()
        self._closing = threading.Lock()
        self._shut = threading.Event()
        self._pending: set[Future] = set()
        self._tasks: dict[str, _Task] = {}
        self._kept: dict[int, Any] = {}
        self._run: Callable | None = None
        self._watcher: threading.Thread | None = None
        self._answers = Lane("supervox-answers")
        self._launches = Lane("supervox-launches")
        self._launches.do(self._open, open_client)
        atexit.register(self.shutdown, cancel_futures=True)

    @classmethod
    def local(cls, workers: int = 1, threads_per_worker: int | None = None) -> DaskExecutor:
        """Start a cluster of our own on this machine, closed to all other users of it.

        Parameters
        ----------
        workers : int
            Number of worker processes.
        threads_per_worker : int, optional
            Kernels that one of them runs at a time; by default one for each core that this process
            may use, at most 4. Kernels let go of the GIL, so a surface is built beside a partition.
            Each may take as many threads as there are cores.
        """
        threads = threads_per_worker or min(_KERNELS, usable())
        return cls(partial(cls._open_local, workers=workers, threads_per_worker=threads))

    @classmethod
    def connect(cls, address: str, *, deadline: float = REACH_S) -> DaskExecutor:
        """Use the scheduler at `address`, such as ``tls://host:8786``; TLS as Dask's config says.

        Parameters
        ----------
        address : str
            Where the scheduler listens. Its workers must be able to import `workers`.
        deadline : float
            Seconds after which a scheduler that does not answer is taken for lost.
        """
        return cls(partial(_open_remote, address, deadline))

    @property
    def state(self) -> str:
        """``starting``, ``ready: 1 worker, 2 threads``, ``lost: <sentence>`` or ``closed``."""
        return self._state

    def submit(self, fn: Callable, /, *args, **kwargs) -> Future:
        """Have ``fn(*args, **kwargs)`` run on a worker.

        Parameters
        ----------
        fn : callable
            A kernel. A function that the workers cannot import must be one cloudpickle can send.
        *args, **kwargs
            Sent after this method has returned: hand over a copy of what will be written to.
            A read-only array of 1 MB or more is sent once and kept on the workers for as long as
            this very object lives; its memory must no longer change. A callable ``report`` stays
            here: the kernel gets a stand-in, which passes on at most 20 fractions a second and
            raises `concurrent.futures.CancelledError` once the future is settled.

        Returns
        -------
        Future
            Is never *running*, so it can be cancelled until it is done. Then a kernel that reports
            stops at its next report; on a cluster of our own one that does not is stopped after a
            second by killing its worker process, whose other tasks start anew. A kernel that raises
            CancelledError, or whose ``report`` does here, makes it cancelled. Its exception is
            `BrokenExecutor` with a sentence for the user if the cluster failed, not the kernel.

        Raises
        ------
        RuntimeError
            After `shutdown`.
        """
        future: Future = Future()
        report = kwargs.pop("report") if callable(kwargs.get("report")) else None
        task = _Task((fn, args, kwargs), report, future)
        with self._lock:
            if self._shut.is_set():
                raise RuntimeError("The executor is shut down and takes no more kernels.")
            self._pending.add(future)
        future.add_done_callback(partial(self._settled, task))
        self._launches.do(self._launch, task)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the cluster, or leave the one connected to; also done at interpreter exit.

        Parameters
        ----------
        wait : bool
            Return only when all futures are done and no process is left.
        cancel_futures : bool
            Cancel what is not yet done instead of waiting for it.
        """
        atexit.unregister(self.shutdown)
        with self._lock:
            self._shut.set()
            pending = set(self._pending)
        if cancel_futures:
            for future in pending:
                future.cancel()
        if wait:
            self._close(pending)
        else:
            threading.Thread(target=self._close, args=(pending,), daemon=True).start()

    # The launcher's thread

    def _open(self, open_client: Callable) -> None:
        with Trap(self._lose):
            client = open_client(self)
            self._run = self._listen(client)
            self._client = client
            self._watcher = threading.Thread(target=self._watch, name="supervox-watch", daemon=True)
            self._watcher.start()

    def _open_local(self, workers: int, threads_per_worker: int) -> Any:
        from dashboard.cluster_process import ClusterProcess

        self._process = ClusterProcess(workers, threads_per_worker)
        return self._process.wait_until_ready().client()

    def _listen(self, client: Any) -> Callable:
        from dashboard.cluster_process import kernel_runner

        topic = f"supervox-{uuid4().hex}"
        client.subscribe_topic(topic, self._heard)
        return kernel_runner(topic)

    def _launch(self, task: _Task) -> None:
        with Trap(task.fail):
            self._raise_if_broken()
            try:
                self._send(task)
            except TimeoutError as error:
                raise BrokenExecutor("There is no Dask worker to send data to.") from error
            except OSError:  # the worker died under our hands
                self._launch_again(task)

    def _send(self, task: _Task) -> None:
        if (wanted := task.call) is None:
            return
        task.begin(getattr(wanted[0], "__name__", "kernel"))
        call, shared, arrays = self._pack(*wanted, reports=task.report is not None)
        self._tasks[task.key] = task
        task.running = self._client.submit(
            self._run, call, shared, *arrays, key=task.key, pure=False
        )
        self._client.loop.add_callback(self._follow, task, task.running)
        if task.future.done():  # cancelled before it could be seen that there is one to stop
            self._stop(task)

    def _pack(
        self, fn: Callable, args: tuple, kwargs: dict, *, reports: bool
    ) -> tuple[Any, dict, list]:
        import cloudpickle

        given = {**dict(enumerate(args)), **kwargs}
        big = {name: given.pop(name) for name in list(given) if _is_big(given[name])}
        call = cloudpickle.dumps((fn, given, reports))
        shared = {name: _is_shared(value) for name, value in big.items()}
        return self._scattered(call), shared, [self._scattered(value) for value in big.values()]

    def _scattered(self, value: Any) -> Any:
        if not _is_big(value):
            return value
        if not _is_shared(value):
            return self._client.scatter(value, hash=False)
        if id(value) not in self._kept:
            self._kept[id(value)] = self._client.scatter(value, hash=False)
            weakref.finalize(value, self._kept.pop, id(value), None).atexit = False
        return self._kept[id(value)]

    def _launch_again(self, task: _Task) -> None:
        self._raise_if_broken()
        if task.attempts >= ATTEMPTS:
            raise BrokenExecutor(f"The computation was given up: {ATTEMPTS} workers were lost.")
        if (wanted := task.call) is not None:  # None: cancelled meanwhile
            for value in (*wanted[1], *wanted[2].values()):
                self._kept.pop(id(value), None)
            self._launches.do(self._launch, task)

    # The thread of Dask's event loop

    async def _follow(self, task: _Task, running: Any) -> None:
        with Trap(partial(self._answers.do, self._deliver_error, task, running.key)):
            how, value = await running
            self._answers.do(self._deliver, task, running.key, how, value)

    def _heard(self, event: tuple) -> None:
        key, what, value = event[1]
        task = self._tasks.get(key)
        if task is None:
            return
        if what == "pid":
            task.pid = value
        elif what == "ended":
            task.pid = None
        elif not task.future.done():
            self._answers.do(self._report, task, value)

    async def _cancel(self, task: _Task, running: Any) -> None:
        self._client.loop.call_later(GRACE_S, self._kill, task)
        await self._client.cancel([running], asynchronous=True)

    def _kill(self, task: _Task) -> None:
        self._tasks.pop(task.key, None)
        task.running = None
        if task.pid is not None and self._process is not None:
            self._process.kill_worker(task.pid)

    # The thread of the answers

    def _report(self, task: _Task, fraction: float) -> None:
        with Trap(task.fail):
            if not task.future.done():
                task.report(fraction)

    def _deliver(self, task: _Task, key: str, how: str, value: Any) -> None:
        self._forget(task, key)
        with Trap(task.fail):
            task.settle(how, _aligned(value))

    def _deliver_error(self, task: _Task, key: str, error: Exception) -> None:
        from dashboard.cluster_process import GIVEN_UP, given_up

        self._forget(task, key)
        with Trap(task.fail):
            if isinstance(error, CancelledError):  # data that it needs went with a worker
                self._launch_again(task)
                return
            raise given_up(error) if isinstance(error, GIVEN_UP) else error

    def _forget(self, task: _Task, key: str) -> None:
        if not task.future.done():  # else `_kill` still has to know it
            task.running = None
            self._tasks.pop(key, None)

    # Any thread

    def _settled(self, task: _Task, future: Future) -> None:
        if future.cancelled():
            future.set_running_or_notify_cancel()  # wakes who is in concurrent.futures.wait
        with self._lock:
            self._pending.discard(future)
        task.call = None  # who keeps the future does not keep the volume
        self._stop(task)

    def _stop(self, task: _Task) -> None:
        running = task.running
        if running is not None and not self._shut.is_set() and not self._broken():
            self._client.loop.add_callback(self._cancel, task, running)

    def _close(self, pending: set[Future]) -> None:
        wait(pending)
        with self._closing:
            self._launches.close()
            self._answers.close()
            self._kept.clear()
            if self._watcher is not None:
                self._watcher.join()
            if self._client is not None:
                self._client.close()
            if self._process is not None:
                self._process.close()
            self._state = "closed"

    # What the status line says

    def _watch(self) -> None:
        with Trap(self._lose):
            self._look()
        while not self._shut.wait(WATCH_S):
            with Trap(self._lose):
                self._look()

    def _look(self) -> None:
        self._raise_if_broken()
        try:
            threads = self._client.nthreads()
        except OSError as error:
            raise BrokenExecutor("The Dask scheduler does not answer.") from error
        self._state = (
            f"ready: {_count(len(threads), 'worker')}, {_count(sum(threads.values()), 'thread')}"
            if threads
            else "starting"
        )

    def _lose(self, error: Exception) -> None:
        if self._client is None:
            self._trouble = str(error)
        self._state = f"lost: {error}"

    def _raise_if_broken(self) -> None:
        if sentence := self._broken():
            raise BrokenExecutor(sentence)

    def _broken(self) -> str:
        if self._trouble:
            return self._trouble
        if self._process is not None and self._process.returncode is not None:
            return f"The compute process has ended (status {self._process.returncode})."
        if self._client is not None and self._client.status != "running":
            return "The connection to the Dask scheduler is lost."
        return ""


@dataclass(eq=False)
class _Task:
    """A submitted call and what is known of it on the cluster."""

    call: tuple[Callable, tuple, dict] | None
    report: Callable[[float], object] | None
    future: Future
    running: Any = None
    key: str = ""
    pid: int | None = None
    attempts: int = 0

    def begin(self, name: str) -> None:
        self.attempts += 1
        self.pid = None
        self.key = f"{name}-{uuid4().hex}"

    def settle(self, how: str, value: Any) -> None:
        if how == "cancelled":
            raise CancelledError
        if how == "unknown":
            raise BrokenExecutor(
                f"The Dask workers do not know this kernel ({value}): install supervox on them, "
                "in the version that is used here."
            )
        with contextlib.suppress(InvalidStateError):  # cancelled in this moment
            self.future.set_result(value)

    def fail(self, error: Exception) -> None:
        if isinstance(error, CancelledError):
            self.future.cancel()
            return
        with contextlib.suppress(InvalidStateError):
            self.future.set_exception(error)


class Lane:
    """A thread that does one thing after the other and does not outlive the interpreter."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def do(self, job: Callable, *args) -> None:
        """Call ``job(*args)`` after all that was asked before; it must not raise."""
        self._jobs.put((job, args))

    def close(self) -> None:
        """Do what was asked so far and end; may be called again."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        for job, args in iter(self._jobs.get, None):
            job(*args)


class Trap(contextlib.AbstractContextManager):
    """Hands any exception of its block to `handle`: in a thread, nobody else would see it."""

    def __init__(self, handle: Callable[[Exception], None]) -> None:
        self._handle = handle

    def __exit__(self, kind, error, trace) -> bool:
        if isinstance(error, Exception):
            self._handle(error)
        return isinstance(error, Exception)


def _open_remote(address: str, deadline: float, _: DaskExecutor) -> Any:
    from dashboard.cluster_process import connected

    return connected(address, deadline)


def _is_big(value: Any) -> bool:
    size = value.nbytes if isinstance(value, np.ndarray) else 0
    return (len(value) if isinstance(value, bytes) else size) >= BIG


def _is_shared(value: Any) -> bool:
    return isinstance(value, np.ndarray) and not value.flags.writeable


def _aligned(value: Any) -> Any:
    """Return what came from Dask with arrays, also in a tuple, as compiled code takes them.

    Dask leaves them where its message has them; those at odds with their type there are copied.
    """
    if isinstance(value, tuple):
        parts = tuple(map(_aligned, value))
        return value._make(parts) if hasattr(value, "_make") else parts
    if not isinstance(value, np.ndarray) or value.flags.aligned:
        return value
    moved = value.copy("K")
    moved.flags.writeable = value.flags.writeable
    return moved


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
