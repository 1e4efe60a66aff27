"""What Dask's documentation does not promise, and a release may take away: all of it is used here.

Whatever opens a cluster asks `missing` first. It says in a sentence what the installed release
lacks, instead of a port that is open, a loss that goes unnoticed or an error of Python's.
"""

from __future__ import annotations

import socket
import sys
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

import dask
import distributed
from distributed import Client, Scheduler, Worker
from distributed.node import ServerNode
from distributed.worker_state_machine import TaskState, WorkerState

from dashboard.cluster.by_value import send_with_code

if TYPE_CHECKING:
    from collections.abc import Iterable

send_with_code(__name__)


def complete(package: str) -> None:
    """Give a package and those below it the modules that are loaded and that they do not have.

    When an import fails because another thread is at the same one, the package is dropped, and its
    modules stay; who imports it again gets a package that lacks them for good.
    """
    for name, module in list(sys.modules.items()):
        parent, _, child = name.rpartition(".")
        if parent.partition(".")[0] == package and not hasattr(sys.modules.get(parent), child):
            setattr(sys.modules[parent], child, module)


complete("distributed")


class Need(NamedTuple):
    """A name of Dask's, where it is, and what for."""

    holder: type
    name: str
    purpose: str


NEEDS = (
    Need(ServerNode, "start_http_server", "leaves out the HTTP server, which has no password"),
    Need(Client, "_close", "leaves a scheduler at once"),
    Need(Client, "_reconnect", "notices that Dask has connected anew by itself"),
    Need(Scheduler, "broadcast", "asks workers for their versions"),
    Need(Scheduler, "versions", "asks a scheduler for its versions"),
    Need(Scheduler, "worker_plugins", "finds kernels that another server has sent"),
    Need(Scheduler, "clients", "finds servers that are gone"),
    Need(Worker, "plugins", "has a worker compile as soon as it is up"),
    Need(Worker, "get_current_task", "tells kernels apart"),
    Need(WorkerState, "tasks", "stops a kernel that nobody waits for"),
    Need(WorkerState, "nthreads", "gives a kernel its threads"),
    Need(TaskState, "state", "stops a kernel that nobody waits for"),
)
SETTINGS = {
    "distributed.scheduler.no-workers-timeout": "gives up kernels for which no worker comes",
    "distributed.worker.multiprocessing-method": "starts workers that never see the page",
    "distributed.comm.tls.ca-file": "sees whether there are certificates",
    "distributed.comm.tls.client.cert": "sees whether there are certificates",
}
OF_CLIENT = ("status", "scheduler_comm")
OF_TCP = ("comm", "stream", "socket")  # of a client's scheduler_comm, each of the one before


def missing(client: Client | None = None) -> str:
    """Return a sentence if the installed Dask lacks what is needed of it, or "".

    Parameters
    ----------
    client : Client, optional
        One that is connected: some names come only with the connection.
    """
    lacks = [
        (f"{need.holder.__name__}.{need.name}", need.purpose)
        for need in NEEDS
        if not _has(need.holder, need.name)
    ]
    lacks += [(name, why) for name, why in SETTINGS.items() if dask.config.get(name, _has) is _has]
    if client is not None and (name := _missing_of(client)):
        lacks.append((name, "notices that the connection is lost"))
    if not lacks:
        return ""
    (name, purpose), *_ = lacks
    return (
        f"distributed {distributed.__version__} has no {name} any more, with which supervox "
        f"{purpose}: install the release that supervox was made for."
    )


def _missing_of(client: Client) -> str:
    if gone := [name for name in OF_CLIENT if not hasattr(client, name)]:
        return f"Client.{gone[0]}"
    thing, path = client.scheduler_comm, "Client.scheduler_comm"
    for name in OF_TCP if client.scheduler.address.startswith(("tcp://", "tls://")) else ():
        path += f".{name}"
        if thing is not None and not hasattr(thing, name):
            return path
        thing = getattr(thing, name, None)  # None if it closes in this moment
    return ""


def _has(holder: type, name: str) -> bool:
    """Whether a class has a name, or says that its instances do."""
    return hasattr(holder, name) or any(
        name in getattr(each, "__annotations__", {}) for each in holder.__mro__
    )


class NoHTTP:
    """Leaves out a server's HTTP server, which has neither certificate nor password."""

    def start_http_server(self, *args: Any, **kwargs: Any) -> None:
        """Start nothing; Dask has no option for it (None is its default port)."""


# In the process of the page


def connection_of(client: Client) -> object | None:
    """Return what is another object once the client has connected anew by itself."""
    return client.scheduler_comm if client.status == "running" else None


def socket_of(client: Client) -> socket.socket | None:
    """Return the socket to the scheduler; None with UCX and web sockets."""
    stream = getattr(client.scheduler_comm.comm, "stream", None)
    return getattr(stream, "socket", None)


async def leave(client: Client) -> None:
    """Leave the scheduler without waiting for what is being said, or for a lost one to return."""
    await client._close(fast=True)  # noqa: SLF001 - `close` waits two seconds for it


async def scheduler_versions(client: Client, packages: list[str]) -> dict:
    """Return the versions of packages at the scheduler; nothing is unpickled for it."""
    return await client.scheduler.versions(packages=packages)


async def worker_versions(
    client: Client, packages: list[str], workers: Iterable[str] | None = None
) -> dict[str, dict]:
    """Return the versions of packages at workers that answer, by address."""
    message = {"op": "versions", "packages": packages}
    return await client.scheduler.broadcast(msg=message, workers=workers, on_error="ignore")


# Sent to the scheduler


def plugins_and_clients(prefix: str, dask_scheduler: Scheduler) -> tuple[list[str], list[str]]:
    """Return the names of the workers' plugins that begin with `prefix`, and all clients."""
    names = [name for name in dask_scheduler.worker_plugins if name.startswith(prefix)]
    return names, [*dask_scheduler.clients]


# Sent to the workers


def is_executing(worker: Worker, key: Any) -> bool:
    """Whether a worker still has a task to do."""
    task = worker.state.tasks.get(key)
    return task is not None and task.state == "executing"


def threads_of(worker: Worker) -> int:
    """Return how many threads a kernel may take."""
    return getattr(worker, "kernel_threads", worker.state.nthreads)


def flush(worker: Worker) -> None:
    """Wait until what a worker has to say is on its way, for at most a second."""
    sent = threading.Event()
    worker.loop.add_callback(worker.loop.call_later, 0.005, sent.set)
    sent.wait(1)
