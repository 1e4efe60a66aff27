"""The embedded cluster: a child process with a scheduler, which keeps the worker processes.

It has a process of its own so that neither Dask's event loop nor its memory is the page's, and so
that a worker, which is spawned from it, never sees the script that serves the page. Request and
answer are one line of JSON each; the child lives as long as its standard input is open, so it ends
with its parent, however that ends. Every connection is mutual TLS on 127.0.0.1 with a certificate
that exists only in the memory of these processes; no HTTP server is started.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from typing import Any, NamedTuple

import dask
import psutil
from distributed import Client, Nanny, Scheduler, Worker
from distributed.core import Status
from distributed.scheduler import KilledWorker, NoWorkerError
from distributed.security import Security

from workers.team import usable

HOST = "127.0.0.1"
START_S = 60.0
STOP_S = 8.0
NO_WORKER_S = 30.0
MAIN = (
    "import json, sys; request = json.loads(sys.stdin.readline()); sys.path[:] = request['path']; "
    "from dashboard.cluster_process import main; main(request)"
)
GIVEN_UP = (KilledWorker, NoWorkerError)
# "Compute Failed" warnings would print arrays of a patient's volume; the user's own setting wins.
LOGGING = {"DASK_LOGGING__DISTRIBUTED": "error"}
# `panel serve` sets one of these for its own log, and Dask then looks at no other setting.
PANELS = "DASK_DISTRIBUTED__LOGGING__"
CONFIG = {
    "distributed.worker.multiprocessing-method": "spawn",
    "distributed.scheduler.no-workers-timeout": f"{NO_WORKER_S}s",
}


class ClusterProcess:
    """The parent's hold on the child process; starts it and does not wait.

    Parameters
    ----------
    workers : int
        Number of worker processes.
    threads_per_worker : int
        Kernels that one of them runs at a time.
    """

    def __init__(self, workers: int, threads_per_worker: int) -> None:
        # A session of its own: Ctrl-C in the terminal is for the page, which then ends this.
        self._child = subprocess.Popen(
            [sys.executable, "-c", MAIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=LOGGING | {k: v for k, v in os.environ.items() if not k.startswith(PANELS)},
            start_new_session=True,
        )
        request = {"path": [*map(str, sys.path)], "workers": workers, "threads": threads_per_worker}
        with contextlib.suppress(OSError):  # it died at once: `wait_until_ready` tells
            self._child.stdin.write(json.dumps(request) + "\n")
            self._child.stdin.flush()

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._child.pid

    @property
    def returncode(self) -> int | None:
        """Exit status of the child; None while it lives."""
        return self._child.poll()

    def wait_until_ready(self) -> Answer:
        """Wait for the first worker.

        Raises
        ------
        OSError
            The child ended, or was not ready within a minute.
        """
        deadline = threading.Timer(START_S, self._child.kill)
        deadline.start()
        line = self._child.stdout.readline()
        deadline.cancel()
        if not line:
            raise OSError("The compute process ended before it was ready; its log says why.")
        return Answer(*json.loads(line))

    def kill_worker(self, pid: int) -> None:
        """Kill the worker process `pid`, if it is one and lives; its nanny starts another."""
        with contextlib.suppress(psutil.NoSuchProcess):
            worker = psutil.Process(pid)
            if worker.ppid() == self.pid:
                worker.kill()

    def close(self) -> None:
        """End the child and its workers, and wait until they have ended; may be called again."""
        with contextlib.suppress(OSError):  # a write to a dead child
            self._child.stdin.close()
        try:
            self._child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._child.kill()  # the workers notice and end themselves
            self._child.wait()
        self._child.stdout.close()


class Answer(NamedTuple):
    """Where the scheduler listens, and what opens it."""

    address: str
    certificate: str
    key: str

    def client(self) -> Client:
        """Return a client that shows the certificate, and expects it of the scheduler."""
        security = Security(
            require_encryption=True,
            tls_ca_file=self.certificate,
            tls_client_cert=self.certificate,
            tls_client_key=self.key,
        )
        return Client(
            self.address,
            security=security,
            timeout=NO_WORKER_S,
            set_as_default=False,
            direct_to_workers=True,
        )


def connected(address: str, deadline: float) -> Client:
    """Return a client of the scheduler at `address`; TLS as Dask's configuration says.

    Raises
    ------
    OSError
        It did not answer within `deadline` seconds.
    """
    try:
        return Client(address, timeout=deadline, set_as_default=False)
    except OSError as error:
        raise OSError(f"The Dask scheduler at {address} cannot be reached.") from error


def given_up(error: Exception) -> BrokenExecutor:
    """Say in a sentence for the user why Dask gave up a task: `error` is one of `GIVEN_UP`."""
    if isinstance(error, NoWorkerError):
        return BrokenExecutor(f"No Dask worker came within {error.timeout:.0f} s.")
    return BrokenExecutor(
        "The computation was given up: its worker process died again and again, "
        "perhaps for want of memory."
    )


class _NoHTTP:
    """Leaves out the HTTP server, which has neither certificate nor password."""

    def start_http_server(self, *args, **kwargs) -> None:
        """Start nothing; Dask has no option for it (None is its default port)."""


class QuietScheduler(_NoHTTP, Scheduler):
    """A scheduler without HTTP server."""


class QuietWorker(_NoHTTP, Worker):
    """A worker without HTTP server, which has all kernels compiled as soon as it is up.

    So does one that takes the place of another. It takes tasks meanwhile. A kernel may take all
    cores, however few kernels the worker runs at a time.
    """

    kernel_threads = usable()

    async def start_unsafe(self) -> QuietWorker:
        """Start, and begin to compile."""
        await super().start_unsafe()
        threading.Thread(target=_warm, name="supervox-warm", daemon=True).start()
        return self


def _warm() -> None:
    from workers.warm import warm

    warm()


def main(request: dict) -> None:
    """Run the cluster that `request` describes until standard input is closed."""
    # Workers inherit the standard output; what a kernel prints must not be taken for the answer.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with dask.config.set(CONFIG):
        asyncio.run(_serve(request, answer))


async def _serve(request: dict, answer) -> None:
    security = Security.temporary()
    parent_ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    async with QuietScheduler(
        host=HOST, port=0, protocol="tls", security=security, dashboard=False
    ) as scheduler:
        nannies = _nannies(scheduler.address, security, request)
        await asyncio.gather(*nannies)
        with answer:
            answer.write(json.dumps([scheduler.address, *_certificate(security)]) + "\n")
        await _keep_alive(nannies, parent_ended, scheduler.address, security, request)
        await asyncio.gather(*(nanny.close(timeout=2) for nanny in nannies))


def _certificate(security: Security) -> tuple[str, str]:
    return security.tls_client_cert, security.tls_client_key


def _nannies(address: str, security: Security, request: dict) -> list[Nanny]:
    return [_nanny(address, security, request["threads"]) for _ in range(request["workers"])]


def _nanny(address: str, security: Security, threads: int) -> Nanny:
    return Nanny(
        address,
        host=HOST,
        protocol="tls",
        security=security,
        nthreads=threads,
        worker_class=QuietWorker,
        memory_limit=0,  # Dask would write the volume to disk at 60 % and stand still at 80 %
        dashboard=False,
    )


async def _keep_alive(nannies, parent_ended, address, security, request) -> None:
    """Replace nannies that gave up: one whose worker dies while it starts does."""
    while not parent_ended.done():
        await asyncio.wait([parent_ended], timeout=0.5)
        for i, nanny in enumerate(nannies):
            if nanny.status in (Status.closed, Status.failed):
                nannies[i] = await _nanny(address, security, request["threads"])


def kernel_runner(topic: str) -> Callable:
    """Return the function that runs a kernel on a worker, and tells of it under `topic`.

    It and all that it calls are nested functions, so that they are pickled by value: a remote
    worker need know only `workers`.
    """
    voices, assembled = _voices(topic), _assembled()

    def run(call: bytes, shared: dict, *arrays) -> tuple[str, Any]:
        import os
        from concurrent.futures import CancelledError

        tell, report, threads = voices()
        tell("pid", os.getpid(), at_once=True)
        try:
            kernel = assembled(call, shared, arrays, report, threads)
            return ("result", kernel()) if callable(kernel) else ("unknown", kernel)
        except CancelledError:
            return "cancelled", None
        finally:
            tell("ended", None)

    return run


def _voices(topic: str) -> Callable:
    def voices() -> tuple[Callable, Callable, int]:
        import threading
        import time
        from concurrent.futures import CancelledError

        from distributed import get_worker

        worker = get_worker()
        key = worker.get_current_task()
        next_time = 0.0

        def tell(what: str, value: float | None, *, at_once: bool = False) -> None:
            worker.log_event(topic, (key, what, value))
            if at_once:  # a kernel that keeps the GIL would keep the message, too
                sent = threading.Event()
                worker.loop.add_callback(worker.loop.call_later, 0.005, sent.set)
                sent.wait(1)

        def report(fraction: float) -> None:
            nonlocal next_time
            task = worker.state.tasks.get(key)
            if task is None or task.state != "executing":
                raise CancelledError
            if time.monotonic() >= next_time:
                next_time = time.monotonic() + 0.05
                tell("report", float(fraction))

        return tell, report, getattr(worker, "kernel_threads", worker.state.nthreads)

    return voices


def _assembled() -> Callable:
    def assembled(
        call: bytes, shared: dict, arrays: tuple, report: Callable, threads: int
    ) -> Callable | str:
        import pickle

        try:
            from workers.team import at_most

            fn, given, reports = pickle.loads(call)  # noqa: S301 - from our own client
        except (ImportError, AttributeError) as error:
            return str(error)
        for (name, is_shared), array in zip(shared.items(), arrays, strict=True):
            given[name] = array.view() if is_shared else array
            if is_shared:
                given[name].flags.writeable = False
        if reports:
            given["report"] = report
        args = [given.pop(i) for i in sorted(name for name in given if isinstance(name, int))]

        def kernel() -> Any:
            with at_most(threads):
                return fn(*args, **given)

        return kernel

    return assembled
