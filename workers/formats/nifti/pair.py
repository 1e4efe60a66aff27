"""The two files of a NIfTI pair: the header (.hdr) and, beside it, the voxels (.img)."""

from __future__ import annotations

import re
from pathlib import Path

from workers.storage.unreadable import UnreadableFile

_ENDING = re.compile(r"\.(hdr|img)(\.gz)?$", re.IGNORECASE)
_OF = {"hdr": "img", "img": "hdr"}


def header_of(path: Path) -> Path:
    """Return the header of the pair to which a path belongs; the path itself, if to none.

    A file called .img that has no .hdr beside it is left to what it holds.
    """
    if not is_voxels(path):
        return path
    return next((half for half in _other_halves(path) if half.exists()), path)


def is_voxels(path: Path) -> bool:
    """Tell whether a path is called as the half of a pair that holds the voxels."""
    ending = _ENDING.search(path.name)
    return bool(ending) and ending[1].lower() == "img"


def data_of(path: Path) -> Path:
    """Return the file that holds the voxels of a header.

    Raises
    ------
    UnreadableFile
        If there is none.
    """
    halves = _other_halves(path)
    if not halves:
        raise UnreadableFile(
            "expected the header of a .hdr/.img pair to be called .hdr; rename it as its .img is."
        )
    for half in halves:
        if half.exists():
            return half
    raise lonely(path)


def lonely(path: Path) -> UnreadableFile:
    """Return what is to be said of one half of a pair without the other."""
    what = "header" if is_voxels(path) else "voxels"
    other = _other_halves(path)[0].name
    return UnreadableFile(f"expected its {what}, {other}, beside it: put both into one folder.")


def _other_halves(path):
    """Return what the other half may be called: as the one is, then gzipped otherwise."""
    ending = _ENDING.search(path.name)
    if not ending:
        return []
    name, other, zipped = path.name[: ending.start()], _OF[ending[1].lower()], ending[2] or ""
    other = other.upper() if ending[1].isupper() else other
    return [path.with_name(f"{name}.{other}{gz}") for gz in (zipped, "" if zipped else ".gz")]
