"""The one gate out to a user's file: the whole new content, or the old file untouched."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

try:
    import fcntl
except ImportError:  # not a POSIX system: what a killed writer left stays there
    fcntl = None

Bytes = bytes | bytearray | memoryview
_PIECE = 2**24
_RETRIES = 10
# What a file system says that cannot force a folder to disk, or a folder that may be written to
# but not read: the content is on disk by then, and no more can be done for its name.
_CANNOT_SYNC = {
    errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF, errno.EACCES, errno.EPERM,
}  # fmt: skip


def replace(path: str | os.PathLike, content: bytes, mode: int = 0o666) -> None:
    """Write `content` to `path` so that a crash at any moment leaves the old file or the new.

    A temporary file in the same folder is written, forced to disk and renamed; then the folder is
    forced to disk, where its file system can. An existing file's permissions are kept, and one
    that may not be written to is not replaced. A link is followed. A writer that is killed
    leaves its temporary file; the next one to the same path takes that away.

    Parameters
    ----------
    path : path
        May exist; its folder must.
    content : bytes
        All of it.
    mode : int, optional
        Permissions of a file that is not there yet, less the umask.

    Raises
    ------
    OSError
        If the folder or the file cannot be written to or the disk is full; then the old file is
        untouched and nothing else is left. If only the folder cannot be forced to disk, the new
        file is there, and whether it stays after a loss of power is not known.
    """
    with replacing(path, mode) as put:
        put(content)


@contextlib.contextmanager
def replacing(path: str | os.PathLike, mode: int = 0o666) -> Iterator[Callable[[Bytes], None]]:
    """Give a function that takes the new content of `path`, piece by piece, for a ``with``.

    At its end the file is replaced as by `replace`, and on an exception it is left as it was.

    Parameters
    ----------
    path : path
        May exist; its folder must.
    mode : int, optional
        Permissions of a file that is not there yet, less the umask.

    Yields
    ------
    write : callable
        Takes bytes, which follow those that it was given before.

    Raises
    ------
    OSError
        As `replace`, where a piece cannot be written too.
    """
    path = Path(path).resolve()
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    _sweep(path)
    descriptor, temporary = _begin(path, mode)
    try:
        try:
            yield partial(_write, descriptor)
            os.fsync(descriptor)
            if path.exists():
                temporary.chmod(path.stat().st_mode & 0o777)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    finally:
        os.close(descriptor)
    _sync_folder(path.parent)


def _prefix(path):
    # A name has at most 255 bytes, and a character up to four.
    return f".{path.name[:50]}."


def _begin(path, mode):
    """Make a temporary file that is locked as long as its writer lives."""
    for _ in range(_RETRIES):
        temporary = path.with_name(_prefix(path) + secrets.token_hex(4))
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(temporary, flags, mode)
        # Between these two steps another writer may have taken it for a dead one's.
        if _lock(descriptor) is not False and os.fstat(descriptor).st_nlink:
            return descriptor, temporary
        os.close(descriptor)
        temporary.unlink(missing_ok=True)
    raise OSError(errno.EAGAIN, "Others take away what is being written", str(path))


def _lock(descriptor):
    """Lock a file; False if another holds it, None where the file system knows no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _sweep(path):
    """Take away what killed writers to `path` have left; to clear up is not worth a failure."""
    left = re.compile(re.escape(_prefix(path)) + "[0-9a-f]{8}")
    with contextlib.suppress(OSError):
        for each in path.parent.iterdir():
            if left.fullmatch(each.name):
                with contextlib.suppress(OSError):
                    _remove_if_left(each)


def _remove_if_left(temporary):
    # What another has put there may be a link or a pipe: neither follow nor wait.
    odd = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(temporary, os.O_WRONLY | odd)
    try:
        if _lock(descriptor) and os.path.samestat(os.fstat(descriptor), temporary.lstat()):
            temporary.unlink()
    finally:
        os.close(descriptor)


def _write(descriptor, content):
    view = memoryview(content)
    while view:
        written = os.write(descriptor, view[:_PIECE])
        if not written:
            raise OSError(errno.EIO, "Nothing more could be written")
        view = view[written:]


def _sync_folder(folder):
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        _raise_unless_unable(error)
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        _raise_unless_unable(error)
    finally:
        os.close(descriptor)


def _raise_unless_unable(error):
    if error.errno not in _CANNOT_SYNC:
        raise error
