"""The compute process of an embedded cluster: a scheduler, which keeps the worker processes.

It has a process of its own so that neither Dask's event loop nor its memory is the page's, and so
that a worker, which is spawned from it, never sees the script that serves the page. Every
connection is mutual TLS on 127.0.0.1 with a certificate that exists only in the memory of these
processes; no HTTP server is started.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dask
from distributed import Nanny, Scheduler, Worker, WorkerPlugin
from distributed.core import Status
from distributed.security import Security

from dashboard.cluster.dask_internals import NoHTTP
from dashboard.cluster.local_process import SLOT, SPARE
from workers.runtime.import_lock import TURN
from workers.runtime.team import usable

HOST = "127.0.0.1"
NO_WORKER_S = 30.0
FAREWELL_S = 4.0
CONFIG = {
    "distributed.worker.multiprocessing-method": "spawn",
    "distributed.scheduler.no-workers-timeout": f"{NO_WORKER_S}s",
}


class QuietScheduler(NoHTTP, Scheduler):
    """A scheduler without HTTP server."""


class QuietWorker(NoHTTP, Worker):
    """A worker without HTTP server, which has all kernels compiled as soon as it is up.

    So does one that takes the place of another. A kernel may take all cores, however few kernels
    the worker runs at a time.
    """

    kernel_threads = usable()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, plugins=(Warm(),), **kwargs)


class Warm(WorkerPlugin):
    """Has a worker compile while it takes tasks."""

    def setup(self, worker: Worker) -> None:  # noqa: ARG002 - as Dask calls it
        """Begin to compile."""
        threading.Thread(target=_warm, name="supervox-warm", daemon=True).start()


def _warm() -> None:
    with TURN:
        from workers.warm import warm
    try:
        warm()
    except RuntimeError:
        if not _is_ending():
            raise


def _is_ending() -> bool:
    """Whether this process ends: then no pool of threads begins anything."""
    try:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(int)
    except RuntimeError:
        return True
    return False


def main(request: dict) -> None:
    """Run the cluster that `request` describes until standard input is closed."""
    # Workers inherit the standard output; what a kernel prints must not be taken for the answer.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with dask.config.set(CONFIG):
        asyncio.run(_serve(request, answer))


async def _serve(request: dict, answer) -> None:
    security = Security.temporary()
    parent_ended = asyncio.create_task(asyncio.to_thread(_wait_for_parents_end))
    async with QuietScheduler(
        host=HOST, port=0, protocol="tls", security=security, dashboard=False
    ) as scheduler:
        nannies = _nannies(scheduler.address, security, request)
        await asyncio.gather(*nannies)
        with answer:
            answer.write(json.dumps([scheduler.address, *_certificate(security)]) + "\n")
        await _keep_alive(nannies, parent_ended, scheduler.address, security, request)
        await asyncio.gather(*(nanny.close(timeout=2) for nanny in nannies))


def _wait_for_parents_end() -> None:
    """Return when the parent has ended or asks to end; after a while all of us end by force.

    The parent may go while workers are being started, when nobody waits for its end.
    """
    sys.stdin.read()
    threading.Thread(target=_end_by_force, name="supervox-end", daemon=True).start()


def _end_by_force() -> None:
    time.sleep(FAREWELL_S)
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():  # the workers are of this group
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


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
        nthreads=threads + SPARE,
        resources={SLOT: threads},
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
