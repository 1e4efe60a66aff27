"""Who holds a case: which process, of which machine."""

from __future__ import annotations

import getpass
import os
import socket
from pathlib import Path
from typing import NamedTuple

import psutil

_ENDED = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
_TOLERANCE_S = 5  # a process is not yet another because the clock was set while one asked


class ProcessId(NamedTuple):
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

    @classmethod
    def of(cls, told: dict) -> ProcessId:
        """Return the holder that `_asdict` told of.

        Raises
        ------
        ValueError, TypeError
            If it is none.
        """
        holder = cls(**told)
        texts, pid = holder[:4], holder.pid
        if not all(isinstance(text, str) for text in texts) or type(pid) is not int or pid < 1:
            raise ValueError(f"Expected a process; got {told!r:.200}.")
        return holder._replace(started=float(holder.started))

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
            found = psutil.Process(self.pid)
            other = abs(_start_time(found) - self.started) > _TOLERANCE_S
            return other or found.status() in _ENDED
        except (psutil.NoSuchProcess, OverflowError):
            return True
        except psutil.Error:
            return False


def this_process() -> ProcessId:
    """Return the process that asks."""
    me = psutil.Process()
    return ProcessId(socket.gethostname(), _user(), _boot(), _space(), me.pid, _start_time(me))


def _start_time(process: psutil.Process) -> float:
    """Return when a process was started; where Linux adds the clock's time, since the boot."""
    since = psutil.boot_time() if psutil.LINUX else 0.0
    return process.create_time() - since


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
