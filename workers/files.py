"""The one gate out to a user's file: the whole new content, or the old file untouched."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path


def replace(path: str | os.PathLike, content: bytes, mode: int = 0o666) -> None:
    """Write `content` to `path` so that a crash at any moment leaves the old file or the new.

    A temporary file in the same folder is written, forced to disk and renamed; then the folder is
    forced to disk. An existing file's permissions are kept. A link is followed.

    Parameters
    ----------
    path : path
        May exist; its folder must.
    content : bytes
    mode : int, optional
        Permissions of a file that is not there yet, less the umask.

    Raises
    ------
    OSError
        If the folder cannot be written to or the disk is full; then the old file is untouched
        and nothing else is left.
    """
    path = Path(path).resolve()
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    try:
        _write(temporary, content, mode)
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _write(path, content, mode):
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems of a network cannot force a folder
            raise
    finally:
        os.close(descriptor)
