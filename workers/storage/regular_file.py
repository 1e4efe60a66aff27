"""The one gate to files on disk: regular files only, and none outside of the folder allowed.

A pipe would block who reads it for ever, a device may never end, and a link may lead to what the
user must not see. What was opened is looked at, not the name: whoever swaps a link meanwhile gains
nothing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from workers.storage.unreadable import UnreadableFile

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe is not waited for
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_OWN = Path("/proc/self/fd")


def open_regular(
    path: str | os.PathLike, within: Path | None = None, called: str = "this"
) -> BinaryIO:
    """Open a file to read it, if it is one.

    Parameters
    ----------
    path : path
        Links are followed.
    within : Path, optional
        A folder out of which no link may lead; without one, all that the account may read may be
        opened, as where its owner names a file on the command line.
    called : str, optional
        What it is called in a sentence.

    Returns
    -------
    file : file
        Open for reading, in bytes.

    Raises
    ------
    UnreadableFile
        If it is a folder, a device, a pipe or a socket, or lies outside; the sentence lacks the
        name of what was asked for.
    OSError
        If it cannot be opened.
    """
    must_be_regular(Path(path).stat().st_mode, called)
    descriptor = os.open(path, _FLAGS)
    try:
        must_be_regular(os.fstat(descriptor).st_mode, called)
        if within is not None:
            _must_lie(_place_of(descriptor, path), within, called)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(
    path: str | os.PathLike,
    most: int,
    within: Path | None = None,
    called: str = "this",
) -> bytes:
    """Return the content of a file of at most `most` bytes.

    Raises
    ------
    UnreadableFile
        As `open_regular`, or if it is longer.
    OSError
        If it cannot be read.
    """
    with open_regular(path, within, called) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise UnreadableFile(f"expected at most {most:,} bytes; {called} has more.")
    return content


def must_be_regular(mode: int, called: str = "this") -> None:
    """Refuse what is no regular file.

    Parameters
    ----------
    mode : int
        As `os.stat` tells it.
    called : str, optional
        What it is called in the sentence.

    Raises
    ------
    UnreadableFile
        If it is another thing.
    """
    if not stat.S_ISREG(mode):
        is_way = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
        kind = "a pipe or a socket" if is_way else "a folder or a device"
        raise UnreadableFile(f"expected a file; {called} is {kind}.")


def must_lie_within(path: str | os.PathLike, within: Path | None, called: str = "this") -> None:
    """Refuse a path that leads out of a folder, whatever is there.

    Raises
    ------
    UnreadableFile
        If it does, or leads nowhere.
    """
    if within is None:
        return
    try:
        place = Path(path).resolve(strict=True)
    except FileNotFoundError:
        raise nowhere(called) from None
    _must_lie(place, within, called)


def nowhere(called: str) -> UnreadableFile:
    """Return what is to be said of a link to what is not there."""
    return UnreadableFile(
        f"expected all of its files here; {called} is a link that leads nowhere: fetch what it "
        "stands for."
    )


def links_in(folder: Path) -> Iterator[Path]:
    """Yield all links in a folder and below; those to folders are not followed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink():
                yield Path(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                yield from links_in(Path(entry.path))


def _must_lie(place, within, called):
    if not place.is_relative_to(within.resolve()):
        raise UnreadableFile(
            f"expected files inside the folder that may be opened; {called} leads out of it."
        )


def _place_of(descriptor, path):
    """Return where an open file lies; Linux tells, elsewhere its path is looked at once more."""
    with suppress(OSError):
        return (_OWN / str(descriptor)).readlink()
    place = Path(path).resolve(strict=True)
    if not os.path.samestat(place.stat(), os.fstat(descriptor)):
        raise UnreadableFile("expected a file that stays; it was changed while it was opened.")
    return place
