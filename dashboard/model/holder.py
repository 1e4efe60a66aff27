"""Who holds a case: which process, of which machine."""

from __future__ import annotations

import getpass
import os
import socket
from pathlib import Path
from typing import NamedTuple

import psutil

_CLOCK_SET_S = 5  # the time of a start moves when the clock is set


class Holder(NamedTuple):
    """A process that writes, as other processes and machines can recognize it.

    Attributes
    ----------
    host, user : str
        For people.
    boot : str
        Which start of its machine.
    space : str
        Its name space of processes: in two containers the same number is not the same process.
    pid : int
    started : float
        When the process was started, in seconds: numbers come again.
    """

    host: str
    user: str
    boot: str
    space: str
    pid: int
    started: float

    @property
    def is_known_dead(self) -> bool:
        """Whether it ran here and has ended; of another machine nobody can know."""
        ours = this_process()
        if (self.host, self.boot, self.space) != (ours.host, ours.boot, ours.space):
            return False
        try:
            return abs(psutil.Process(self.pid).create_time() - self.started) > _CLOCK_SET_S
        except psutil.NoSuchProcess:
            return True
        except psutil.Error:
            return False


def this_process() -> Holder:
    """Return the process that asks."""
    me = psutil.Process()
    return Holder(socket.gethostname(), _user(), _boot(), _space(), me.pid, me.create_time())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as containers have
        return str(os.getuid()) if hasattr(os, "getuid") else ""


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:  # only Linux has it
        return f"{psutil.boot_time():.0f}"


def _space() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # only Linux has them
        return ""
