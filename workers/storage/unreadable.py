"""What a file that cannot be opened raises: sentences for the user."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import numpy as np


class UnreadableFile(ValueError):
    """A file that cannot be opened; its message is one sentence for the user."""

    def named(self, name: str) -> Self:
        """Return the same error, its sentence begun with the file's name."""
        kind, (sentence, *more) = self.__reduce__()[:2]
        return kind(f"{name}: {sentence}", *more)


class SeveralVolumes(UnreadableFile):
    """A 4D file of more than one volume was opened without saying which.

    Attributes
    ----------
    count : int
        How many volumes the file holds.
    """

    def __init__(self, message: str, count: int):
        super().__init__(message)
        self.count = count

    def __reduce__(self):
        return type(self), (*self.args, self.count)


class FormsDiffer(UnreadableFile):
    """A file whose qform and sform place it differently was opened without saying which is right.

    Attributes
    ----------
    difference : str
        How they differ, and which programs take which, in sentences for the user.
    affines : dict of str to (4, 4) ndarray
        What ``"qform"`` and ``"sform"`` say: voxel to RAS+ mm.
    """

    def __init__(self, message: str, difference: str, affines: dict[str, np.ndarray]):
        super().__init__(message)
        self.difference = difference
        self.affines = affines

    def __reduce__(self):
        return type(self), (*self.args, self.difference, self.affines)


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Make what is raised inside because a file cannot be read one sentence that names it.

    Raises
    ------
    UnreadableFile
        Or what it was of its kinds.
    """
    try:
        yield
    except UnreadableFile as error:
        raise error.named(name) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFile(f"{name}: the compressed data is damaged or cut short.") from error
    except OSError as error:
        raise UnreadableFile(f"{name}: cannot be read ({error.strerror or error}).") from error
    except MemoryError as error:
        raise UnreadableFile(f"{name}: the volume does not fit into the memory.") from error


def chosen(volume: int | None, count: int) -> int:
    """Return which of `count` volumes is meant.

    Raises
    ------
    SeveralVolumes
        If there are several and `volume` does not say.
    UnreadableFile
        If there is no such volume.
    """
    if volume is None and count > 1:
        raise SeveralVolumes(f"expected one volume; the file holds {count}: choose one.", count)
    if not 0 <= (volume or 0) < count:
        raise UnreadableFile(
            f"expected one of its volumes, 1 to {count}; there is no number {volume + 1}."
        )
    return volume or 0
