"""What ``volume.json`` says: its presence means that a stored volume is whole."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np

from dashboard.volumes.stored_volume import Level, StoredVolume
from workers.formats.convert import Converted
from workers.storage import atomic_write
from workers.storage.stored_array import extent

VERSION = 1
NAME = "volume.json"


def write(folder: Path, turned: Converted) -> None:
    """Say that `folder` holds a whole volume.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    levels = [
        {"path": path, "shape": shape, "strides": strides, "extent": extent(folder / path)}
        for path, shape, strides in turned.levels
    ]
    told = turned._asdict() | {
        "version": VERSION,
        "levels": levels,
        "affine": turned.affine.tolist(),
        "header": base64.b64encode(turned.header).decode("ascii"),
    }
    atomic_write.replace(folder / NAME, json.dumps(told, indent=1).encode(), 0o600)


def read(folder: Path) -> StoredVolume | None:
    """Return the volume of a folder, called by its digest; None if there is no whole one.

    One of another version is none.

    Raises
    ------
    OSError
        If it cannot be looked at.
    """
    try:
        told = json.loads((folder / NAME).read_bytes())
        if told["version"] != VERSION or not _is_whole(folder, told["levels"]):
            return None
        return _volume(folder, told)
    except (FileNotFoundError, NotADirectoryError, ValueError, LookupError, TypeError):
        return None


def _is_whole(folder, levels):
    """Tell whether no chunk has gone or was cut: what is not there would be read as zeros."""
    return all([*extent(folder / level["path"])] == level["extent"] for level in levels)


def _volume(folder, told):
    levels = tuple(
        Level(folder / each["path"], tuple(each["shape"]), tuple(each["strides"]))
        for each in told["levels"]
    )
    affine = np.array(told["affine"], float)
    affine.flags.writeable = False
    return StoredVolume(
        folder=folder,
        levels=levels,
        dtype=np.dtype(told["dtype"]),
        affine=affine,
        name=folder.name,
        header=base64.b64decode(told["header"]),
        notes=tuple(told["notes"]),
        digest=told["digest"],
        finite_range=tuple(told["finite_range"]),
        window=tuple(told["window"]),
    )
