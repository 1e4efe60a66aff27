"""Which file was turned into which stored volume."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from workers.storage import atomic_write

VERSION = 1
_RECORDS = {".zattrs", ".zgroup", ".zarray", "zarr.json"}


class SourceKey(NamedTuple):
    """One volume of a file, as it was when it was asked for.

    Attributes
    ----------
    paths : tuple of str
        Of its files, with all links followed.
    volume, form
        As for `workers.formats.nifti.nifti.read`.
    stamp : list
        What changes when a file or a folder does.
    """

    paths: tuple[str, ...]
    volume: int | None
    form: str | None
    stamp: list

    @classmethod
    def of(
        cls, paths: Sequence[str | os.PathLike], volume: int | None, form: str | None
    ) -> SourceKey:
        """Return the key of a volume that lies in the files `paths`.

        Raises
        ------
        OSError
            If one is not there.
        """
        real = tuple(str(Path(path).resolve()) for path in paths)
        return cls(real, volume, form, [_stamp(path) for path in real])

    @property
    def name(self) -> str:
        """Of the file that keeps it: the same for the same path, whatever has become of it."""
        text = json.dumps([self.paths, self.volume, self.form])
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def note(folder: Path, key: SourceKey, digest: str) -> None:
    """Keep the digest of a file's volume.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    told = key._asdict() | {"version": VERSION, "digest": digest}
    atomic_write.replace(folder / f"{key.name}.json", json.dumps(told).encode(), 0o600)


def digest_of(folder: Path, key: SourceKey) -> str | None:
    """Return the digest that is known of a file's volume, unless the file has changed since."""
    told = _told(folder / f"{key.name}.json")
    return told["digest"] if told and told["stamp"] == key.stamp else None


def names(folder: Path) -> dict[str, str]:
    """Return by digest the path of a file that has it.

    Raises
    ------
    OSError
        If the folder cannot be looked at.
    """
    found = (_told(path) for path in sorted(folder.glob("*.json")))
    return {told["digest"]: told["paths"][0] for told in found if told}


def forget(folder: Path, kept: set[str]) -> None:
    """Remove what is noted of files whose digest is not among those `kept`.

    Raises
    ------
    OSError
        If it cannot be removed.
    """
    for path in folder.glob("*.json"):
        told = _told(path)
        if not told or told["digest"] not in kept:
            path.unlink(missing_ok=True)


def _told(path: Path) -> dict | None:
    """Return what a file says; None if it is not there, damaged, or of another version."""
    try:
        told = json.loads(path.read_bytes())
        sane = told["version"] == VERSION and told["digest"].isalnum() and told["stamp"]
        return told if sane and isinstance(told["paths"][0], str) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _stamp(path):
    found = Path(path).stat()
    if stat.S_ISDIR(found.st_mode):
        return list(_stamp_of_all(path))
    return [found.st_size, found.st_mtime_ns, found.st_ino]


def _stamp_of_all(folder):
    """Return how many files a folder holds, and when it, one below or a record was changed last.

    Chunks that are replaced change the time of their folder; each of them is not looked at.
    """
    count, latest = 0, Path(folder).stat().st_mtime_ns
    with os.scandir(folder) as entries:
        for entry in entries:
            more, time = 1, 0
            if entry.is_dir(follow_symlinks=False):  # two links to above would lead round for ever
                more, time = _stamp_of_all(entry.path)
            elif entry.name in _RECORDS:
                time = entry.stat().st_mtime_ns
            count, latest = count + more, max(latest, time)
    return count, latest
