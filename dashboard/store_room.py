"""What the cache folder holds, how large it is, and how it is taken away."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from pathlib import Path

from dashboard.store_hold import Hold

HIDDEN = "."
"""Begins the name of what is being made or removed."""


def sweep(volumes: Path) -> None:
    """Remove what processes that were killed were making or removing."""
    for path in volumes.glob(f"{HIDDEN}*"):
        with contextlib.suppress(OSError):
            if hold := Hold.alone(path):
                shutil.rmtree(path, ignore_errors=True)
                hold.release()


def remove(folder: Path, heir: Path | None = None) -> bool:
    """Remove a volume with its partitions, unless it is in use; tells whether it is gone.

    Parameters
    ----------
    folder : Path
        Of the volume.
    heir : Path, optional
        Folder that gets its partitions, where it has none.

    Raises
    ------
    OSError
        If it cannot be removed.
    """
    if not (hold := Hold.alone(folder)):
        return False
    try:
        gone = folder.with_name(f"{HIDDEN}{secrets.token_hex(8)}")
        folder.rename(gone)
        if heir is not None and (gone / "partitions").is_dir():
            (gone / "partitions").rename(heir / "partitions")
        shutil.rmtree(gone)
    finally:
        hold.release()
    return True
