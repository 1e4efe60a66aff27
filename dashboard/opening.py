"""From a file to an open volume, in the thread that reads files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dashboard.model.volume import Volume
from workers import nifti


def read_volume(
    source: Path | bytes,
    name: str,
    *,
    volume: int | None = None,
    max_voxels: int = nifti.MAX_VOXELS,
    report: Callable[[float], None] | None = None,
) -> Volume:
    """Read a NIfTI file, and what the page asks of it first.

    Raises
    ------
    workers.nifti.UnreadableFile
        With one sentence for the user.
    workers.nifti.SeveralVolumes
        If the file holds more than one and `volume` does not say which.
    """
    found = nifti.read(source, volume=volume, max_voxels=max_voxels, report=report)
    opened = Volume(found.data, found.affine, name, found.header, found.notes)
    # Computed here, since they scale with the volume and the page must not wait for them.
    _ = opened.digest, opened.window, opened.finite_range
    return opened
