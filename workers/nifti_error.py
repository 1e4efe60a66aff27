"""What a file that cannot be opened raises: sentences for the user."""

from __future__ import annotations

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
