"""What can be written to but not replaced: pipes, terminals and what is open already."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_OPEN = re.compile(r"/(?:dev/fd|proc/(?:self|thread-self|\d+)/fd)/(\d+)")
_MOST_LINKS = 40


def place_of(path: str | os.PathLike) -> Path:
    """Return where a path leads, links followed; one that leads in a circle stays as it is."""
    return Path(os.path.realpath(path))


def is_stream(path: str | os.PathLike) -> bool:
    """Tell whether a path leads to a pipe, a terminal, another device of characters or `number`.

    Raises
    ------
    OSError
        If it leads to a folder, to something that takes no file (a disk, a socket), or in a circle.
    """
    if (already := number(path)) is not None:
        os.fstat(already)
        return True
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "It is a folder", str(path))
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)):
        raise OSError(errno.EINVAL, "It is no file, pipe or terminal", str(path))
    return not stat.S_ISREG(mode)


def open_pipe(path: str | os.PathLike) -> int:
    """Return a descriptor of a stream; of a pipe that nobody reads, when somebody does.

    Raises
    ------
    OSError
        If it cannot be written to.
    """
    already = number(path)
    # To open it once more would write from the beginning of its file again.
    return os.open(path, os.O_WRONLY) if already is None else os.dup(already)


def number(path: str | os.PathLike) -> int | None:
    """Return the descriptor that a path names, such as ``/dev/stdout`` or ``/dev/fd/3``; or None.

    A link to such a name is followed.
    """
    place = Path.cwd() / path
    for _ in range(_MOST_LINKS):
        text = os.path.normpath(place)
        if text in _STANDARD:
            return _STANDARD[text]
        if (found := _OPEN.fullmatch(text)) and _is_ours(text):
            return int(found[1])
        try:
            place = place.parent / place.readlink()
        except OSError:
            return None
    return None


def _is_ours(text):
    process = text.split("/")[2]
    return not process.isdigit() or int(process) == os.getpid()
