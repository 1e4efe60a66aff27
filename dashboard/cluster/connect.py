"""Ways to a cluster: our own, an address, a scheduler file, or a function of the user's."""

from __future__ import annotations

import contextlib
import inspect
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask
from distributed import Client
from distributed.comm.core import CommClosedError, FatalCommClosedError
from distributed.security import Security

from dashboard.cluster.connection import Connection, end_safely
from dashboard.cluster.dask_internals import leave, missing, socket_of
from dashboard.cluster.local_process import ClusterProcess
from dashboard.cluster.thread_executor import in_thread

REACH_S = 30.0
KEEPALIVE = {
    "TCP_KEEPIDLE": 1,
    "TCP_KEEPINTVL": 1,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 3000,  # ms; only Linux has it
}
SECURE = ("tls://", "wss://", "gateway://")
CERTIFICATES = (
    "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY"
)


async def open_embedded(workers: int, threads_per_worker: int) -> Connection:
    """Start a cluster of our own, and return the connection to it.

    Raises
    ------
    OSError
        It did not start in time.
    """
    _raise_if_missing()
    process = ClusterProcess(workers, threads_per_worker)
    try:
        scheduler = await in_thread(process.wait_until_ready)
        client = await _connected(
            scheduler.address, REACH_S, scheduler.security(), direct_to_workers=True
        )
        return Connection(client, process)
    except BaseException:
        await in_thread(process.close)
        raise


async def open_remote(
    address: str,
    deadline: float,
    security: Security | None = None,
    end: Callable[[], object] | None = None,
) -> Connection:
    """Return the connection to the scheduler at `address`; TLS as Dask's configuration says.

    Raises
    ------
    OSError
        It did not answer within `deadline` seconds, there are no certificates for it, or it cannot
        work with us.
    """
    _raise_if_missing()
    if address.startswith("tls://") and not (security or _has_certificates()):
        raise OSError(f"There are no certificates for {address}: name them with {CERTIFICATES}.")
    try:
        client = await _connected(address, deadline, security)
    except OSError as error:
        raise OSError(_unreached(address, error)) from error
    notice_soon(client)
    connection = Connection(client, end=end)
    try:
        await connection.greet()
    except BaseException:
        await connection.close()
        raise
    return connection


async def _connected(
    address: str, deadline: float, security: Security | None, **how: bool
) -> Client:
    client = Client(
        address,
        timeout=deadline,
        security=security,
        asynchronous=True,
        set_as_default=False,
        **how,
    )
    try:
        await client
        _raise_if_missing(client)
    except BaseException:
        await leave(client)
        raise
    return client


def _raise_if_missing(client: Client | None = None) -> None:
    if sentence := missing(client):
        raise OSError(sentence)


def notice_soon(client: Client) -> None:
    """Have a connection closed when the other host's kernel has not answered for some seconds.

    Nobody is left to hang up when a scheduler's whole host is gone. The kernel answers for one
    that is busy, too. Dask's own setting, which is for its other connections as well, takes no
    less than 11 s.
    """
    if (connected := socket_of(client)) is None:
        return
    for name, value in KEEPALIVE.items():
        if option := getattr(socket, name, None):
            with contextlib.suppress(OSError):
                connected.setsockopt(socket.IPPROTO_TCP, option, value)


def _unreached(address: str, error: BaseException) -> str:
    """Say why there is no connection; one that was made and then closed is a matter of TLS."""
    if not _hung_up(error):
        return f"The Dask scheduler at {address} cannot be reached."
    if not address.startswith(SECURE):
        return f"The Dask scheduler at {address} hangs up: if it uses TLS, name it tls://…"
    return (
        f"The Dask scheduler at {address} and this server do not take each other's "
        f"certificates: name those of its authority with {CERTIFICATES}."
    )


def _hung_up(error: BaseException) -> bool:
    causes = [error]
    while cause := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(cause)
    signs = (FatalCommClosedError, ConnectionResetError, BrokenPipeError)
    return isinstance(error, CommClosedError) or any(isinstance(each, signs) for each in causes)


def _has_certificates() -> bool:
    names = [dask.config.get(f"distributed.comm.tls.{each}") for each in ("ca-file", "client.cert")]
    return all(name and ("\n" in name or Path(name).is_file()) for name in names)  # PEM, or a file


async def open_file(path: Path, deadline: float) -> Connection:
    """Return the connection to the scheduler that wrote `path` (``--scheduler-file``).

    Raises
    ------
    OSError
        As `open_remote`; or the file is not there, or not a scheduler's.
    """
    try:
        address = json.loads(await in_thread(path.read_text))["address"]
    except OSError as error:
        raise OSError(f"The scheduler file {path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise OSError(f"Expected a Dask scheduler's file; {path} names no address.") from error
    return await open_remote(address, deadline)


async def open_function(function: Callable[[], Any], deadline: float) -> Connection:
    """Call a function of the user's, and return the connection to the cluster that it returns.

    A cluster is closed with the connection; a client or an address is left as it is.

    Raises
    ------
    OSError
        As `open_remote`; or the function failed, or returned something else.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    try:
        made = await in_thread(function)
    except Exception as error:
        raise OSError(f"--cluster {name} failed: {type(error).__name__}: {error}") from error
    address = getattr(getattr(made, "scheduler", None), "address", None)  # a client's
    address = getattr(made, "scheduler_address", address)
    address = made if isinstance(made, str) else address
    if not isinstance(address, str) or getattr(made, "asynchronous", False):
        if inspect.iscoroutine(made):
            made.close()
        raise OSError(
            f"Expected of --cluster {name} a Dask cluster that is not asynchronous, a client or "
            f"an address; got {type(made).__name__}."
        )
    end = getattr(made, "close", None) if hasattr(made, "scheduler_address") else None
    security = getattr(made, "security", None) or None
    try:
        return await open_remote(address, deadline, security, end)
    except BaseException:
        if end is not None:
            await in_thread(end_safely, end)
        raise
