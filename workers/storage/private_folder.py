"""Folders that nobody else may look into."""

from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> None:
    """Make a folder that nobody else may look into, and those around it.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    if not folder.is_dir():
        make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
