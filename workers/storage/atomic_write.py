"""The one gate out to a user's file: the whole new content, or the old file untouched.

A pipe or a device is no file: it is never replaced, and written to only where a caller allows it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Callable, Iterator
from functools import partial

from workers.storage import pipes

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


def replace(
    path: str | os.PathLike, content: bytes, mode: int = 0o666, *, streams_too: bool = False
) -> None:
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
    streams_too : bool, optional
        Whether a pipe or a device is written to, as it comes; else it is an error.

    Raises
    ------
    OSError
        If it is a folder, or such a stream; if the folder or the file cannot be written to, or the
        disk is full. Then the old file is untouched and nothing else is left. If only the folder
        cannot be forced to disk, the new file is there, and whether it stays after a loss of power
        is not known.
    """
    with replacing(path, mode, streams_too=streams_too) as put:
        put(content)


def check(path: str | os.PathLike, *, streams_too: bool = False) -> None:
    """See, before the work is done, that `path` can be written to; writing may fail all the same.

    Parameters
    ----------
    path, streams_too
        As for `replace`.

    Raises
    ------
    OSError
        If not.
    """
    if _streams(path, streams_too):
        return
    path = pipes.place_of(path)
    place = path if path.exists() else path.parent
    if not place.exists():
        raise FileNotFoundError(errno.ENOENT, "Its folder is not there", str(path))
    if not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


@contextlib.contextmanager
def replacing(
    path: str | os.PathLike, mode: int = 0o666, *, streams_too: bool = False
) -> Iterator[Callable[[Bytes], None]]:
    """Give a function that takes the new content of `path`, piece by piece, for a ``with``.

    At its end the file is replaced as by `replace`, and on an exception it is left as it was.

    Parameters
    ----------
    path : path
        May exist; its folder must.
    mode : int, optional
        Permissions of a file that is not there yet, less the umask.
    streams_too : bool, optional
        As for `replace`; a stream keeps what was written to it before an exception.

    Yields
    ------
    write : callable
        Takes bytes, which follow those that it was given before.

    Raises
    ------
    OSError
        As `replace`, where a piece cannot be written too.
    """
    if _streams(path, streams_too):
        with _streaming(path) as put:
            yield put
        return
    path = pipes.place_of(path)
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


def _streams(path, streams_too):
    """Return whether a path is a stream; refuse it where none is allowed."""
    is_stream = pipes.is_stream(path)
    if is_stream and not streams_too:
        raise OSError(errno.EINVAL, "It is a pipe or a device, and no file", str(path))
    return is_stream


@contextlib.contextmanager
def _streaming(path):
    descriptor = pipes.open_pipe(path)
    try:
        yield partial(_write, descriptor)
    finally:
        os.close(descriptor)


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
