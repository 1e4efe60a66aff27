"""What the cache folder holds, how large it is, and how it is taken away."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dashboard.volumes.cache.locks import Hold, last_used

HIDDEN = "."
"""Begins the name of what is being made or removed."""

PARTITIONS = "partitions"
_BLOCK = 512
_PAUSES_S = (0, 0.05, 0.2, 0.5)


class Kept(NamedTuple):
    """A volume, or one partition of it.

    Attributes
    ----------
    folder : Path
    bytes : int
        What it takes on the disk; of a volume without its partitions.
    used : float
        When it was last used, in seconds since the epoch.
    volume : Path
        Folder of the volume: its own, or that of which it is a partition.
    """

    folder: Path
    bytes: int
    used: float
    volume: Path

    @property
    def is_partition(self) -> bool:
        """Whether it is one."""
        return self.folder != self.volume


def kept(volumes: Path) -> list[Kept]:
    """Return what is there, that which was used longest ago first; partitions before volumes.

    Raises
    ------
    OSError
        If it cannot be looked at.
    """
    found = [each for folder in _folders(volumes) for each in _of_volume(folder)]
    return sorted(found, key=lambda each: (each.used, not each.is_partition))


def is_in_use(folder: Path) -> bool:
    """Tell whether a volume is in use by any process of this machine.

    Raises
    ------
    OSError
        If it cannot be looked at.
    """
    hold = Hold.alone(folder)
    if hold:
        hold.release()
    return not hold


def remove(one: Kept) -> bool:
    """Remove a volume with its partitions, or a partition, unless it is in use itself.

    Returns
    -------
    bool
        Whether it is gone.

    Raises
    ------
    OSError
        If it cannot be removed.
    """
    with contextlib.suppress(FileNotFoundError):
        if not (hold := Hold.alone(one.folder)):
            return False
        try:
            _take_away(one.folder)
        finally:
            hold.release()
    return True


def replace(folder: Path, by: Path) -> bool:
    """Put a volume in the place of one, if any, that is of no use; its partitions stay.

    Returns
    -------
    bool
        False if the old one is in use; then nothing is changed.

    Raises
    ------
    OSError
        If it cannot be done.
    """
    if folder.exists():
        if not (hold := Hold.alone(folder)):
            return False
        try:
            if (folder / PARTITIONS).is_dir():
                (folder / PARTITIONS).rename(by / PARTITIONS)
            _take_away(folder)
        finally:
            hold.release()
    by.rename(folder)
    return True


def discard(made: Path) -> None:
    """Remove what could not be finished; zarr's threads may still write to it for a moment."""
    for pause_s in _PAUSES_S:
        time.sleep(pause_s)
        shutil.rmtree(made, ignore_errors=True)


def sweep(volumes: Path) -> None:
    """Remove what processes that were killed were making or removing."""
    for path in volumes.glob(f"{HIDDEN}*"):
        with contextlib.suppress(OSError):
            if hold := Hold.alone(path):
                shutil.rmtree(path, ignore_errors=True)
                hold.release()


def _take_away(folder):
    """Remove a folder so that a part of it is never found."""
    gone = folder.with_name(f"{HIDDEN}{secrets.token_hex(8)}")
    folder.rename(gone)
    shutil.rmtree(gone)


def _of_volume(folder: Path) -> Iterator[Kept]:
    with contextlib.suppress(FileNotFoundError):  # removed meanwhile
        total = size(folder)
        for partition in _folders(folder / PARTITIONS):
            taken = size(partition)
            total -= taken
            yield Kept(partition, taken, last_used(partition), folder)
        yield Kept(folder, total, last_used(folder), folder)


def _folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    return [each for each in parent.iterdir() if each.is_dir() and each.name[0] != HIDDEN]


def size(folder: Path) -> int:
    """Return the bytes that a folder takes on the disk."""
    with os.scandir(folder) as found:
        return sum(map(_size_of, found))


def _size_of(entry: os.DirEntry) -> int:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        if entry.is_dir(follow_symlinks=False):
            return size(entry)
        found = entry.stat(follow_symlinks=False)
        return getattr(found, "st_blocks", -(-found.st_size // _BLOCK)) * _BLOCK
    return 0
