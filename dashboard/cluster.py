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

from dashboard.cluster_arrays import aligned
from dashboard.cluster_pace import Pace
from dashboard.cluster_patient import Patient
from dashboard.cluster_task import Task
from dashboard.cluster_thread import Lane, Trap
from dashboard.cluster_waiting import WaitingRoom
from workers.passes import Unreachable
from workers.progress import say
from workers.team import usable

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.cluster_link import Link

_KERNELS = 4  # at a time: each has a volume in memory
GRACE_S = 1.0
REACH_S = 10.0
WATCH_S = 0.5
NO_WORKER_S = 30.0


class DaskExecutor(Executor):
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
        self._pace = Pace()
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
        task = Task((fn, args, kwargs), report, future, **of_work)
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

    def _open(self) -> None:
        self._pace.note_try(time.monotonic())
        with Trap(self._cannot_open):
            link = self._open_link().listen(self._heard, self._landed)
            self._pace.note_success()
            with self._lock:
                self._link, self._trouble, self._opening = link, "", False
            self._look()

    def _cannot_open(self, error: Exception) -> None:
        self._pace.note_failure(time.monotonic())
        with self._lock:
            self._trouble, self._opening = str(error), False
        self._state = f"lost: {error}"
        for task in self._room.empty():
            task.fail(Unreachable(self._trouble))

    def _launch(self, task: Task) -> None:
        if task.future.done():
            return
        with Trap(task.fail):
            link = self._link
            if link is not None and link.trouble:
                self._part(link)
                link = None
            was_lost = task.told and task.losses != self._losses and not self._runs_again
            if link is None and self._opening and not was_lost:
                # That stands in this lane: come after it.
                self._launches.do(self._launch, task)
            elif link is None or self._refusal:
                raise Unreachable(self._refusal or self._trouble)
            elif not self._room.hold(task):
                self._send_by(link, task)

    def _send_by(self, link: Link, task: Task) -> None:
        if not task.told:
            self._send(link, task)
        elif link.crowd.add(task):
            self._launches.do(self._send_crowd, link)

    def _send(self, link: Link, task: Task) -> None:
        try:
            if not link.start(task):
                return
        except (OSError, BrokenExecutor):  # the worker or the scheduler died under our hands
            link.send_anew(task)
            self._start_over(task, link)
            return
        link.later(self._follow, link, task, task.running)
        if task.future.done():  # cancelled before it could be seen that there is one to stop
            self._stop(task)

    def _send_crowd(self, link: Link, returned: int = 0) -> None:
        link.crowd.note_return(returned)
        if link.trouble:
            for task in link.crowd.clear():
                self._launch(task)
        while tasks := link.crowd.take():
            self._send_together(link, tasks)

    def _send_together(self, link: Link, tasks: list[Task]) -> None:
        with Trap(partial(self._cannot_send, link, tasks)):
            link.start_together([task for task in tasks if not task.future.done()])
            sent = [(task, task.running) for task in tasks if task.running]
            link.crowd.note_return(len(tasks) - len(sent))
            link.later(link.arrivals.expect, sent)
            for task in tasks:
                if task.future.done():
                    self._stop(task)

    def _cannot_send(self, link: Link, tasks: list[Task], error: Exception) -> None:
        link.crowd.note_return(len(tasks))
        for task in tasks:
            link.tasks.pop(task.key, None)
            if isinstance(error, OSError | BrokenExecutor):
                link.send_anew(task)
                self._start_over(task, link)
            else:
                task.fail(error)

    # When something was lost: any thread

    def _part(self, link: Link) -> None:
        """Give up a connection, and seek or start another; once."""
        with self._lock:
            if self._link is not link:
                return
            self._link, self._trouble = None, link.trouble
            self._losses += 1
            self._opening = not self._ended.is_set() and not self._pace.wait_s(time.monotonic())
            held = self._room.empty()
        self._refusal = ""
        self._state = f"lost: {self._trouble}"
        self._farewells.do(link.close)
        self._launches.do(self._send_crowd, link)
        if self._opening:
            self._launches.do(self._open)
        running = [task for key, task in [*link.tasks.items()] if link.tasks.pop(key, None)]
        for task in [*held, *running]:
            self._start_over(task, link)

    def _start_over(self, task: Task, link: Link) -> None:
        """Launch a task anew that was under way on `link`, or let it fail."""
        with Trap(task.fail):
            task.raise_if_hopeless()
            if why := link.trouble:
                self._part(link)
                if not self._runs_again or not self._opening:
                    raise Unreachable(why)
                self._answers.do(task.tell_again, why)
            task.running = None
            self._launches.do(self._launch, task)

    # The thread of Dask's event loop

    async def _follow(self, link: Link, task: Task, running: Any) -> None:
        with Trap(partial(self._answers.do, self._deliver_error, link, task, running.key)):
            how, value = await running
            self._answers.do(self._deliver, link, task, running.key, how, value)

    def _landed(self, link: Link, there: list[tuple[Task, Any]], values: list | None) -> None:
        self._launches.do(self._send_crowd, link, len(there))
        for (task, running), value in zip(there, values or there, strict=True):
            if values is None:
                link.later(self._follow, link, task, running)
            else:
                self._answers.do(self._deliver, link, task, running.key, *value)

    def _heard(self, link: Link, said: tuple) -> None:
        key, what, value = said
        task = link.tasks.get(key)
        if task is None:
            return
        if what == "pid":
            task.pid = value
        elif what == "ended":
            task.pid = None
        elif not task.future.done():
            self._answers.do(self._say if what == "say" else self._report, task, value)

    async def _cancel(self, task: Task, running: Any) -> None:
        task.link.client.loop.call_later(GRACE_S, self._kill, task)
        await task.link.client.cancel([running], asynchronous=True)

    def _kill(self, task: Task) -> None:
        task.link.tasks.pop(task.key, None)
        task.running = None
        task.link.kill_worker(task.pid)

    # The thread of the answers

    def _report(self, task: Task, fraction: float) -> None:
        report = task.report
        with Trap(task.fail):
            if not task.future.done():
                report(fraction)

    def _say(self, task: Task, text: str) -> None:
        report = task.report
        with Trap(task.fail):
            if not task.future.done():
                say(report, text)

    def _deliver(self, link: Link, task: Task, key: str, how: str, value: Any) -> None:
        if self._claims(link, task, key):
            with Trap(task.fail):
                task.settle(how, aligned(value))

    def _deliver_error(self, link: Link, task: Task, key: str, error: Exception) -> None:
        from dashboard.cluster_link import CUT_OFF, GIVEN_UP, UNSERVED, given_up

        if not self._claims(link, task, key):
            return
        with Trap(task.fail):
            if isinstance(error, UNSERVED):
                task.attempts = 0
            # Its data or its answer were lost on the way, or it rather waits.
            if isinstance(error, CUT_OFF) or (task.told and isinstance(error, GIVEN_UP)):
                link.send_anew(task)
                self._start_over(task, link)
                return
            raise given_up(error) if isinstance(error, GIVEN_UP) else error

    def _claims(self, link: Link, task: Task, key: str) -> bool:
        """Tell whether the answer is still waited for, and by nobody else."""
        if task.future.done():  # `_kill` still has to know it
            return False
        is_mine = link.tasks.pop(key, None) is task
        if is_mine:
            task.running = None  # there is nothing left to stop
        return is_mine

    # Any thread

    def _settled(self, task: Task, future: Future) -> None:
        if future.cancelled():
            future.set_running_or_notify_cancel()  # wakes who is in concurrent.futures.wait
        with self._lock:
            self._pending.discard(future)
        task.forget()
        self._stop(task)

    def _stop(self, task: Task) -> None:
        running, link = task.running, task.link
        if running is not None and not self._shut.is_set() and not link.trouble:
            link.later(self._cancel, task, running)

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

    # The watcher's thread

    def _watch(self) -> None:
        while not self._ended.wait(WATCH_S):
            self._look()

    def _look(self) -> None:
        link = self._link
        if link is None:
            self._try_again()
        elif link.trouble:
            self._part(link)
        else:
            with Trap(partial(self._give_up, link)):
                threads = link.threads()
                self._refuse(link, link.examine(threads))
                self._count(link, [] if self._refusal else [*threads.values()])

    def _refuse(self, link: Link, why: str) -> None:
        """Let all fail while a worker is not fit: Dask gives any kernel to any worker."""
        self._refusal = why
        if why:
            for task in [*self._room.empty(), *link.crowd.clear(), *link.tasks.values()]:
                task.fail(BrokenExecutor(why))

    def _give_up(self, link: Link, error: Exception) -> None:
        link.give_up(str(error))
        self._part(link)

    def _try_again(self) -> None:
        with self._lock:
            wanted = not self._opening and not self._pace.wait_s(time.monotonic())
            self._opening = self._opening or wanted
        if wanted:
            self._launches.do(self._open)

    def _count(self, link: Link, threads: list[int]) -> None:
        if threads:
            self._state = (
                f"ready: {_count(len(threads), 'worker')}, {_count(sum(threads), 'thread')}"
            )
            link.crowd.fit(sum(threads))
            for task in self._room.empty(has_workers=True):
                self._launches.do(self._launch, task)
            return
        self._state = f"lost: {self._refusal}" if self._refusal else "starting"
        for task in self._room.overdue([*link.crowd, *link.tasks.values()]):
            if task.told:
                self._answers.do(task.tell, _waiting(self._worker_deadline))
            else:
                task.fail(BrokenExecutor(_no_worker(self._worker_deadline)))


def _open_embedded(workers: int, threads_per_worker: int) -> Link:
    from dashboard.cluster_link import open_embedded

    return open_embedded(workers, threads_per_worker)


def _open(how: str, where: Any, deadline: float) -> Link:
    return getattr(import_module("dashboard.cluster_open"), how)(where, deadline)


def _no_worker(seconds: float) -> str:
    return f"No Dask worker has been there for {seconds:.0f} s: start one, then try again."


def _waiting(seconds: float) -> str:
    return f"No Dask worker has been there for {seconds:.0f} s; waiting for one."


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
