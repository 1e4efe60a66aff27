"""The folder on the server from which one may open files, and out of which nobody climbs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

ENDINGS = (".nii", ".nii.gz", ".hdr", ".hdr.gz")  # of a pair the header, not both halves
TIFFS = (".tif", ".tiff", ".btf")
STORED = ".zarr"  # a folder that is one volume
TABLES = (".tsv", ".txt", ".label", ".lut", ".ctbl", ".csv")
ALL_TIFFS = "*.tif"
"""Stands in a listing for all TIFF files of the folder, as the slices of one volume."""

HALVES = (".hdr", ".img", ".hdr.gz", ".img.gz")
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
    url : str
        Where a browser finds what is in it, as with JupyterLab; "" if nowhere.
    """

    root: Path
    url: str = ""

    def resolve(self, path: str) -> Path:
        """Return the place of `path`; of `ALL_TIFFS` the folder that holds them.

        Raises
        ------
        ValueError
            If it lies outside the folder, or does not exist.
        """
        root = self.root.resolve()
        if path.rpartition("/")[2] == ALL_TIFFS and not os.path.lexists(root / path):
            path = path.removesuffix(ALL_TIFFS)
        try:
            place = (root / path).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            raise ValueError("Expected a file in the data folder; there is none there.") from None
        if not place.is_relative_to(root):
            raise ValueError("Expected a path inside the data folder; this one leads out of it.")
        return place

    def link(self, place: Path) -> str:
        """Return where a browser finds a file; "" if nowhere, as what is hidden or elsewhere."""
        if not (self.url and place.is_relative_to(self.root)):
            return ""
        inside = place.relative_to(self.root)
        if any(part.startswith(".") for part in inside.parts):
            return ""
        return f"{self.url.rstrip('/')}/{quote(inside.as_posix())}"

    def list(self, path: str = "", *, of_tables: bool = False) -> Listing:
        """Return the folders and the volumes in `path`, hidden ones left out.

        A folder that is a volume is listed with the files. With `of_tables` there are the files
        of label tables instead.

        Raises
        ------
        ValueError
            As `resolve`, or if `path` is no folder that may be read.
        """
        place, root = self.resolve(path), self.root.resolve()
        endings = TABLES if of_tables else ENDINGS + TIFFS
        try:
            with os.scandir(place) as found:
                entries = [entry for entry in found if is_shown(entry, root, endings)]
        except OSError:
            raise ValueError("Expected a folder that can be read; this one cannot.") from None
        folders = sorted((e.name for e in entries if is_folder(e)), key=str.lower)
        files = sorted((e.name for e in entries if not is_folder(e)), key=str.lower)
        if not of_tables and _is_stack(files):
            files.insert(0, ALL_TIFFS)
        inside = place.relative_to(root).as_posix()
        truncated = len(entries) > MOST
        shown = tuple(folders[:MOST]), tuple(files[:MOST])
        return Listing("" if inside == "." else inside, *shown, truncated)


def is_shown(entry: os.DirEntry, root: Path, endings: tuple[str, ...] = ENDINGS + TIFFS) -> bool:
    """Tell whether an entry is a folder or a volume, not hidden, and no link out of `root`.

    Files are told by `endings`.
    """
    if entry.name.startswith("."):
        return False
    try:
        wanted = entry.is_dir() or (entry.name.lower().endswith(endings) and entry.is_file())
        # Only a link can lead out; to resolve every entry takes seconds in a large folder.
        return wanted and (not entry.is_symlink() or Path(entry).resolve().is_relative_to(root))
    except (OSError, RuntimeError):
        return False


def is_folder(entry: os.DirEntry) -> bool:
    """Tell whether an entry is a folder that is no volume."""
    return entry.is_dir() and not entry.name.lower().endswith(STORED)


def is_volume(path: Path) -> bool:
    """Tell whether a folder is a volume, by the names of what is in it."""
    if not path.is_dir():
        return False
    return path.name.lower().endswith(STORED) or _is_stack([entry.name for entry in path.iterdir()])


def _is_stack(names: list[str]) -> bool:
    return sum(name.lower().endswith(TIFFS) and name[0] != "." for name in names) > 1
