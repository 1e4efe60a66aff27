"""Dask as an executor: what the rest of the house knows of a cluster."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import tempfile
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Executor, Future, wait
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.cluster.call import Call, PatientWork
from dashboard.cluster.dispatcher import Dispatcher
from workers.runtime.team import usable

if TYPE_CHECKING:
    from dashboard.cluster.connection import Connection

_KERNELS = 4  # at a time: each has a volume in memory
REACH_S = 10.0
NO_WORKER_S = 30.0


class DaskExecutor(Executor):
    """Runs kernels on Dask workers; made by `local` or `connect`, which return at once.

    No method but `shutdown` waits. Callbacks of the futures and ``report`` are called one after the
    other in the one thread of the executor's, so they must be short and not wait for another of
    its futures; the callbacks of one that is cancelled run in the thread that cancels.

    A scheduler that is lost is sought again, or started again, without end; `state` says how it
    stands. Kernels are pure functions, so what is computed twice has the same bits.

    Parameters
    ----------
    open_connection : coroutine function
        Opens a connection to a scheduler, or raises OSError.
    runs_again : bool
        Whether what was under way when the scheduler was lost waits for the next one; else it
        fails.
    worker_deadline : float
        Seconds without any worker after which what waits for one fails.
    """

    def __init__(
        self,
        open_connection: Callable[[], Awaitable[Connection]],
        *,
        runs_again: bool = False,
        worker_deadline: float = NO_WORKER_S,
    ) -> None:
        self._dispatcher = Dispatcher(
            open_connection, runs_again=runs_again, worker_deadline=worker_deadline
        )
        self._lock = threading.Lock()
        self._is_shut = False
        self._pending: set[Future] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="supervox-cluster", daemon=True)
        self._thread.start()
        atexit.register(self.shutdown, cancel_futures=True)

    @classmethod
    def local(cls, workers: int = 1, threads_per_worker: int | None = None) -> DaskExecutor:
        """Start a cluster of our own on this machine, closed to all other users of it.

        When it dies it is started again, and what it was at work on runs again.

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
        return cls(partial(_open, "open_embedded", workers, threads), runs_again=True)

    @classmethod
    def connect(
        cls, address: str, *, deadline: float = REACH_S, worker_deadline: float = NO_WORKER_S
    ) -> DaskExecutor:
        """Use the scheduler at `address`, such as ``tls://host:8786``; TLS as Dask's config says.

        When it is lost, what runs there fails, and it is sought again. Its workers are looked at
        before they are counted on, and are sent our kernels if they have none.

        Parameters
        ----------
        address : str
            Where the scheduler listens.
        deadline : float
            Seconds after which a scheduler that does not answer is taken for lost.
        worker_deadline : float
            Seconds without any worker after which a kernel that waits for one fails.
        """
        return cls(
            partial(_open, "open_remote", address, deadline), worker_deadline=worker_deadline
        )

    @classmethod
    def at(
        cls,
        address: str | None = None,
        file: Path | None = None,
        function: Callable[[], Any] | None = None,
        workers: int | None = None,
    ) -> DaskExecutor:
        """Use a scheduler of others as `connect` does, or else start a cluster as `local` does.

        Parameters
        ----------
        address : str, optional
            Where a scheduler listens.
        file : Path, optional
            What ``dask scheduler --scheduler-file`` has written; read each time that it is sought.
        function : callable, optional
            Returns a Dask cluster, which is closed in the end, a client or an address. Called in a
            thread, and again when its scheduler was lost.
        workers : int, optional
            How many worker processes `local` starts.
        """
        ways = {"open_remote": address, "open_file": file, "open_function": function}
        for name, where in ways.items():
            if where is not None:
                return cls(partial(_open, name, where, REACH_S))
        return cls.local() if workers is None else cls.local(workers)

    @property
    def state(self) -> str:
        """``starting``, ``ready: 1 worker, 2 threads``, ``lost: <sentence>`` or ``closed``."""
        return self._dispatcher.cluster.state

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
            here: the kernel gets a stand-in, which passes on at most 20 fractions a second, and
            what is to be said, and raises `concurrent.futures.CancelledError` once the future is
            settled. If it has a method ``again``, that is told a sentence when the kernel has to
            begin anew because the scheduler was lost.

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
        return self._take(None, fn, args, kwargs)

    def patient(self, told: Callable[[str], object] = str, folder: Path | None = None) -> Executor:
        """Return a view for work of many short kernels, such as a partition out of core.

        Without a worker its kernels wait instead of failing, and run when one comes. They run
        again, too, where others fail because worker after worker died under them; a few times.
        What is cancelled while it runs goes on to its end or its next report: its worker process
        is never killed. A scheduler that is lost fails them as it does others, and at once those
        that come before there is another; a view that is made later waits for that.

        Parameters
        ----------
        told : callable
            Told a sentence, in the thread of the answers, each time that there has been no worker
            for `worker_deadline` seconds.
        folder : Path, optional
            What every kernel needs. One that comes to a worker which does not see it fails with a
            sentence; `blind` tells before.
        """
        losses = self._dispatcher.cluster.losses
        return PatientView(partial(self._take, PatientWork(told, str(folder or ""), losses)))

    def blind(self, folder: Path) -> list[str]:
        """Look whether all workers that are there can read and write in `folder`.

        Waits for a connection that is being opened and for the workers' answers, so it is for a
        thread of its own. Returns the addresses of those that cannot.

        Raises
        ------
        BrokenExecutor
            There is no connection.
        OSError
            This process cannot write there, or a worker does not answer within half a minute.
        """
        connection = self._ask(self._dispatcher.cluster.connected())
        if connection.process is not None:
            return []
        # A folder of the same name may be there on another machine: a file of random name tells.
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".supervox-") as token:
            return self._ask(connection.blind(Path(token.name)))

    def _take(
        self, patience: PatientWork | None, fn: Callable, args: tuple, kwargs: dict
    ) -> Future:
        report = kwargs.pop("report") if callable(kwargs.get("report")) else None
        call = Call((fn, args, kwargs), report, Future(), patience)
        with self._lock:
            if self._is_shut:
                raise RuntimeError("The executor is shut down and takes no more kernels.")
            self._pending.add(call.future)
        call.future.add_done_callback(partial(self._settle, call))
        self._on_loop(self._dispatcher.begin, call)
        return call.future

    def _settle(self, call: Call, future: Future) -> None:
        """Let go of a call whose future is done; in any thread."""
        if future.cancelled():
            future.set_running_or_notify_cancel()  # wakes who is in concurrent.futures.wait
        with self._lock:
            self._pending.discard(future)
        call.forget()
        self._on_loop(self._dispatcher.drop, call)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the cluster, or leave the one connected to; also done at interpreter exit.

        Parameters
        ----------
        wait, cancel_futures : bool
            Return only when all futures are done and no process is left; cancel them first.
        """
        atexit.unregister(self.shutdown)
        with self._lock:
            self._is_shut = True
            pending = set(self._pending)
        if cancel_futures:
            for future in pending:
                future.cancel()
        if wait:
            self._close(pending)
        else:
            threading.Thread(target=self._close, args=(pending,), daemon=True).start()

    def _close(self, pending: set[Future]) -> None:
        wait(pending)
        self._on_loop(self._dispatcher.end)
        self._thread.join()

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._dispatcher.serve())

    def _on_loop(self, function: Callable, *args: Any) -> None:
        with contextlib.suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(function, *args)

    def _ask(self, question: Coroutine) -> Any:
        return asyncio.run_coroutine_threadsafe(question, self._loop).result()


class PatientView(Executor):
    """Hands kernels on; the executor behind it lives longer.

    Parameters
    ----------
    take : callable
        Takes a function, its arguments and its named ones; returns the future.
    """

    def __init__(self, take: Callable[[Callable, tuple, dict], Future]) -> None:
        self._take = take

    def submit(self, fn: Callable, /, *args, **kwargs) -> Future:
        """Have ``fn(*args, **kwargs)`` run on a worker; see `DaskExecutor.patient`."""
        return self._take(fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do nothing: who began the executor ends it."""


async def _open(how: str, *where: Any) -> Connection:
    # Dask is slow to import: the thread that needs it does.
    return await getattr(import_module("dashboard.cluster.connect"), how)(*where)
