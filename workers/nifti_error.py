"""What a file that cannot be opened raises: sentences for the user."""

from __future__ import annotations


class UnreadableFile(ValueError):
    """A file that cannot be opened; its message is one sentence for the user."""


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
