"""Which account of this machine is at the other end of a connection over the loopback.

A port of the loopback is open to every account of the machine. Linux says in ``/proc/net/tcp``
whose each socket is; where it does not, all accounts are let in, as with any such server.
"""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
ROOT = 0


def owner(local: tuple[str, int], remote: tuple[str, int]) -> int | None:
    """Return the user id of the socket at `local` that is connected to `remote`.

    Parameters
    ----------
    local, remote : (address, port)
        IPv4, as the socket in question sees them.

    Returns
    -------
    uid : int or None
        None if there is no such socket, or if its process has let go of it: the table then says
        root, whoever it was.
    """
    wanted = spellings(*local), spellings(*remote)
    for table in TABLES:
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            _, here, there, _, _, _, _, uid, _, inode, *_ = line.split()
            if here in wanted[0] and there in wanted[1] and inode != "0":
                return int(uid)
    return None


def spellings(address: str, port: int) -> set[str]:
    """Return how the tables write an IPv4 address, also when a socket of IPv6 has it."""
    mapped = b"\0" * 10 + b"\xff\xff" + socket.inet_aton(address)
    words = [f"{word:08X}" for word in struct.unpack("=4I", mapped)]
    return {f"{words[3]}:{port:04X}", f"{''.join(words)}:{port:04X}"}


def is_own(local: tuple[str, int], remote: tuple[str, int]) -> bool:
    """Tell whether a socket is this process's account's, or root's, who is kept out of nothing."""
    return owner(local, remote) in (os.geteuid(), ROOT)


def can_tell() -> bool:
    """Tell whether this system says whose a socket is: try it with one of our own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        there = listener.getsockname()
        with socket.create_connection(there) as client:
            try:
                return owner(client.getsockname(), there) == os.geteuid()
            except (OSError, ValueError):
                return False
