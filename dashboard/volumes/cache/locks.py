"""Folders of the cache that are in use, by locks that end with their process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

try:
    import fcntl
except ImportError:  # not a POSIX system: nobody can know what is in use there
    fcntl = None

LOCK = "in-use"


class Hold:
    """A lock on a folder; made by `shared` or `alone`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def shared(cls, folder: Path) -> Self | None:
        """Use a folder, as others may, and note that it was used now; None if it is being removed.

        Where the file system knows no locks it is used without.

        Raises
        ------
        OSError
            If there is no such folder.
        """
        descriptor = _opened(folder)
        if _lock(descriptor, alone=False) is not False and _is_at(descriptor, folder):
            os.utime(descriptor)
            return cls(descriptor)
        os.close(descriptor)
        return None

    @classmethod
    def alone(cls, folder: Path, *, guess: bool = False) -> Self | None:
        """Take a folder that nobody uses, as to remove it; None if it is in use.

        Where the file system knows no locks, it may be, unless one is to `guess` that it is not.

        Raises
        ------
        OSError
            If there is no such folder.
        """
        descriptor = _opened(folder)
        locked = _lock(descriptor, alone=True)
        if (guess if locked is None else locked) and _is_at(descriptor, folder):
            return cls(descriptor)
        os.close(descriptor)
        return None

    def release(self) -> None:
        """Use it no longer; may be called twice."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def last_used(folder: Path) -> float:
    """Return when a folder was last used, in seconds since the epoch; when it was made, if never.

    Raises
    ------
    OSError
        If there is no such folder.
    """
    lock = folder / LOCK
    return (lock if lock.exists() else folder).stat().st_mtime


def _opened(folder):
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
    return os.open(folder / LOCK, flags, 0o600)


def _lock(descriptor, *, alone):
    """Lock; False if another holds it, None where the file system knows no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_at(descriptor, folder):
    """Tell whether the folder was not removed while one waited for it."""
    try:
        return os.path.samestat(os.fstat(descriptor), (folder / LOCK).stat())
    except OSError:
        return False
