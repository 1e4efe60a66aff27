"""What turning a file into a stored volume raises when it is not the file's fault."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Unwritable(ValueError):
    """A folder of stored volumes that takes no more; its message is one sentence for the user."""


@contextmanager
def as_unwritable(folder: str | os.PathLike) -> Iterator[None]:
    """Make an error of the disk inside the context a sentence about `folder`.

    Raises
    ------
    Unwritable
        Instead of OSError.
    """
    try:
        yield
    except OSError as error:
        raise Unwritable(_sentence(folder, error)) from error


def _sentence(folder, error):
    if error.errno in _FULL:
        return (
            f"The disk of the cache folder {folder} is full: make room (supervox cache --clear), "
            "or choose another folder with --cache."
        )
    return (
        f"Expected a cache folder that can be written to; {folder} cannot "
        f"({error.strerror or error}). Choose another with --cache."
    )
