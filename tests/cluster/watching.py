"""What a test can see of a cluster from outside."""

from __future__ import annotations

import contextlib
import ssl
import time

import psutil


def eventually(truth, seconds=10.0):
    """Wait until `truth()`; False if it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not truth() and time.monotonic() < deadline:
        time.sleep(0.02)
    return truth()


def connection_of(executor):
    """The connection that an executor has to its scheduler; None while it has none."""
    return executor._dispatcher.cluster.connection


def started(executor, future):
    """Wait until the kernel of `future` runs on a worker."""
    return eventually(
        lambda: any(
            each.pid and each.call.future is future
            for each in [*connection_of(executor).calls.running.values()]
        )
    )


def workers_of(host):
    """Ids of the worker processes that live below the process of a cluster."""
    found = []
    for child in host.children():
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie is one
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child.pid)
    return found


def processes_below(process):
    return [process, *process.children(recursive=True)]


def ended(process):
    """Tell whether `process` is no more, though nobody may have taken note of its end."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def listening(process):
    """Where a process listens; nowhere, once it has ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return [c.laddr for c in process.net_connections() if c.status == psutil.CONN_LISTEN]
    return []


def hung_up(connection):
    """Tell whether the other side closes `connection` without an answer."""
    try:
        return connection.recv(100) == b""
    except (ssl.SSLError, ConnectionError):
        return True
