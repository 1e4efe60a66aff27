"""The one gate in for volumes of every kind: what a file is, its content tells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from workers import nifti
from workers.progress import Report
from workers.source import Source


@contextmanager
def opened(
    source: str | os.PathLike | bytes,
    *,
    volume: int | None = None,
    form: str | None = None,
    max_voxels: int = nifti.MAX_VOXELS,
    report: Report | None = None,
) -> Iterator[Source]:
    """Open one volume of a file without reading its voxels.

    Parameters
    ----------
    source : path or bytes
        NIfTI.
    volume, form, max_voxels, report
        As for `workers.nifti.read`.

    Raises
    ------
    FormsDiffer, SeveralVolumes, UnreadableFile, ValueError
        As `workers.nifti.read`; what is raised inside the context because the file is damaged is
        made into one sentence too.
    """
    with nifti.opened(
        source, volume=volume, form=form, max_voxels=max_voxels, report=report
    ) as found:
        yield found
