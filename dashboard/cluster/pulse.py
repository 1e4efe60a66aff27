"""Noticing soon that the scheduler's whole host is gone: nobody is left there to hang up."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Client

SILENCE_S = 3
OPTIONS = {"TCP_KEEPIDLE": 1, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 3}
LINUX_OPTIONS = {"TCP_USER_TIMEOUT": SILENCE_S * 1000}


def notice_soon(client: Client) -> None:
    """Have a connection closed when the other host's kernel has not answered for some seconds.

    It answers for a scheduler that is busy, too. Dask's own setting, which is for its other
    connections as well, takes no less than 11 s.
    """
    stream = getattr(client.scheduler_comm.comm, "stream", None)  # none with UCX and web sockets
    if getattr(stream, "socket", None) is None:
        return
    for name, value in (OPTIONS | LINUX_OPTIONS).items():
        if option := getattr(socket, name, None):
            with contextlib.suppress(OSError):
                stream.socket.setsockopt(socket.IPPROTO_TCP, option, value)
