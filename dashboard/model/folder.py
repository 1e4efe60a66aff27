"""The folder on the server from which one may open files, and out of which nobody climbs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ENDINGS = (".nii", ".nii.gz")
MOST = 2000


class Listing(NamedTuple):
    """What a folder holds: names, sorted; `truncated` if there are more."""

    path: str
    folders: tuple[str, ...]
    files: tuple[str, ...]
    truncated: bool


@dataclass(frozen=True)
class Folder:
    """A folder and all below it. Paths are relative to it, with ``/`` between names.

    Attributes
    ----------
    root : Path
        Links out of it lead nowhere.
    """

    root: Path

    def resolve(self, path: str) -> Path:
        """Return the place of `path`.

        Raises
        ------
        ValueError
            If it lies outside the folder, or does not exist.
        """
        root = self.root.resolve()
        try:
            place = (root / path).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            raise ValueError("Expected a file in the data folder; there is none there.") from None
        if not place.is_relative_to(root):
            raise ValueError("Expected a path inside the data folder; this one leads out of it.")
        return place

    def list(self, path: str = "") -> Listing:
        """Return the folders and the NIfTI files in `path`, hidden ones left out.

        Raises
        ------
        ValueError
            As `resolve`, or if `path` is no folder that may be read.
        """
        place = self.resolve(path)
        try:
            entries = sorted(place.iterdir(), key=lambda entry: entry.name.lower())
        except OSError:
            raise ValueError("Expected a folder that can be read; this one cannot.") from None
        shown = [entry for entry in entries if not entry.name.startswith(".") and self._in(entry)]
        # os.path, not pathlib, which raises at an entry that may not be looked at.
        folders = tuple(entry.name for entry in shown if os.path.isdir(entry))  # noqa: PTH112
        files = tuple(entry.name for entry in shown if is_volume(entry))
        inside = place.relative_to(self.root.resolve()).as_posix()
        truncated = len(folders) + len(files) > MOST
        return Listing("" if inside == "." else inside, folders[:MOST], files[:MOST], truncated)

    def _in(self, entry: Path) -> bool:
        try:
            return entry.resolve().is_relative_to(self.root.resolve())
        except (OSError, RuntimeError):
            return False


def is_volume(path: Path) -> bool:
    """Tell whether a file is a NIfTI one by its name."""
    return os.path.isfile(path) and path.name.lower().endswith(ENDINGS)  # noqa: PTH113
