"""Dask as an executor: the process's one client, and the cluster it talks to."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dashboard.cluster.loop_thread import Lane
from dashboard.cluster.patient import Patient
from dashboard.cluster.retry import RetryPace
from dashboard.cluster.standing import WATCH_S, Standing
from dashboard.cluster.task import ClusterTask
from dashboard.cluster.waiting import WaitingRoom
from workers.runtime.team import usable

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.cluster.connection import Link

_KERNELS = 4  # at a time: each has a volume in memory
REACH_S = 10.0
NO_WORKER_S = 30.0


class DaskExecutor(Standing, Executor):
    """Runs kernels on Dask workers; made by `local` or `connect`, which return at once.

    No method but `shutdown` waits. Callbacks of the futures and ``report`` are called one after the
    other in a thread of the executor's, so they must not wait for another of its futures; the
    callbacks of one that is cancelled run in the thread that cancels.

    A scheduler that is lost is sought again, or started again, without end; `state` says how it
    stands. Kernels are pure functions, so what is computed twice has the same bits.

    Parameters
    ----------
    open_link : callable
        Called in the launcher's thread; returns the connection to a scheduler, or raises OSError.
    runs_again : bool
        Whether what was under way when the scheduler was lost waits for the next one; else it
        fails.
    worker_deadline : float
        Seconds without any worker after which what waits for one fails.
    """

    def __init__(
        self,
        open_link: Callable[[], Link],
        *,
        runs_again: bool = False,
        worker_deadline: float = NO_WORKER_S,
    ) -> None:
        self._open_link = open_link
        self._runs_again = runs_again
        self._worker_deadline = worker_deadline
        self._link: Link | None = None
        self._trouble = self._refusal = ""
        self._opening, self._losses = True, 0
        self._state = "starting"
        self._lock = threading.RLock()
        self._closing = threading.Lock()
        self._shut, self._ended = threading.Event(), threading.Event()
        self._pending: set[Future] = set()
        self._room = WaitingRoom(worker_deadline)
        self._pace = RetryPace()
        self._answers = Lane("supervox-answers")
        self._launches = Lane("supervox-launches")
        self._farewells = Lane("supervox-farewells")
        self._launches.do(self._open)
        self._watcher = threading.Thread(target=self._watch, name="supervox-watch", daemon=True)
        self._watcher.start()
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
        return cls(partial(_open_embedded, workers, threads), runs_again=True)

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
        return self._take((fn, args, kwargs))

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
        of_work = {"told": told, "folder": str(folder or ""), "losses": self._losses}
        return Patient(partial(self._take, **of_work))

    def blind(self, folder: Path) -> list[str]:
        """Look whether all workers that are there can read and write in `folder`.

        Waits for a connection that is being opened and for the workers' answers, so it is for a
        thread of its own.

        Returns
        -------
        list of str
            Addresses of those that cannot.

        Raises
        ------
        BrokenExecutor
            There is no connection.
        OSError
            This process cannot write there, or a worker does not answer within half a minute.
        """
        while (link := self._link) is None and self._opening:
            time.sleep(WATCH_S / 10)
        if link is None:
            raise BrokenExecutor(self._trouble)
        return link.blind(folder)

    def _take(self, call: tuple, **of_work) -> Future:
        fn, args, kwargs = call
        report = kwargs.pop("report") if callable(kwargs.get("report")) else None
        future: Future = Future()
        task = ClusterTask((fn, args, kwargs), report, future, **of_work)
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

    def _close(self, pending: set[Future]) -> None:
        wait(pending)
        self._ended.set()
        with self._closing:
            self._launches.close()
            self._watcher.join()
            self._answers.close()
            if self._link is not None:
                self._farewells.do(self._link.close)
            self._farewells.close()
            self._link = None
            self._state = "closed"


def _open_embedded(workers: int, threads_per_worker: int) -> Link:
    from dashboard.cluster.connection import open_embedded

    return open_embedded(workers, threads_per_worker)


def _open(how: str, where: Any, deadline: float) -> Link:
    return getattr(import_module("dashboard.cluster.connect"), how)(where, deadline)
