"""Ways to a Dask cluster of others: an address, a scheduler file, or a function of the user's."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask
from distributed import Client
from distributed.comm.core import CommClosedError, FatalCommClosedError
from distributed.security import Security

from dashboard.cluster.connection import Link
from dashboard.cluster.pulse import notice_soon

SECURE = ("tls://", "wss://", "gateway://")
CERTIFICATES = (
    "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY"
)


def open_remote(address: str, deadline: float, security: Security | None = None) -> Link:
    """Return the connection to the scheduler at `address`; TLS as Dask's configuration says.

    Raises
    ------
    OSError
        It did not answer within `deadline` seconds, there are no certificates for it, or it cannot
        work with us.
    """
    if address.startswith("tls://") and not (security or _has_certificates()):
        raise OSError(f"There are no certificates for {address}: name them with {CERTIFICATES}.")
    try:
        client = Client(address, timeout=deadline, set_as_default=False, security=security)
    except OSError as error:
        raise OSError(_unreached(address, error)) from error
    notice_soon(client)
    link = Link(client)
    try:
        return link.greet()
    except BaseException:
        link.close()
        raise


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


def open_file(path: Path, deadline: float) -> Link:
    """Return the connection to the scheduler that wrote `path` (``--scheduler-file``).

    Raises
    ------
    OSError
        As `open_remote`; or the file is not there, or not a scheduler's.
    """
    try:
        address = json.loads(path.read_text())["address"]
    except OSError as error:
        raise OSError(f"The scheduler file {path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise OSError(f"Expected a Dask scheduler's file; {path} names no address.") from error
    return open_remote(address, deadline)


def open_function(function: Callable[[], Any], deadline: float) -> Link:
    """Call a function of the user's, and return the connection to the cluster that it returns.

    A cluster is closed with the connection; a client or an address is left as it is.

    Raises
    ------
    OSError
        As `open_remote`; or the function failed, or returned something else.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    try:
        made = function()
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
    try:
        link = open_remote(address, deadline, getattr(made, "security", None) or None)
    except BaseException:
        if end is not None:
            end()
        raise
    return link.keep(made, end)
