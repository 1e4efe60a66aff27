"""The one gate in for volumes of every kind: what a file is, its content tells."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workers.formats import ome_zarr
from workers.formats.nifti import nifti
from workers.formats.tiff import tiff
from workers.runtime.progress import Report
from workers.storage.regular_file import open_regular
from workers.storage.source import Source
from workers.storage.unreadable import naming


@contextmanager
def open_file(
    source: str | os.PathLike | bytes,
    *,
    volume: int | None = None,
    form: str | None = None,
    max_voxels: int = nifti.MAX_VOXELS,
    within: Path | None = None,
    report: Report | None = None,
) -> Iterator[Source]:
    """Open one volume of a file without reading its voxels.

    Parameters
    ----------
    source : path or bytes
        NIfTI, TIFF, a folder of TIFF files, or OME-Zarr.
    volume : int, optional
        Which one of several; of TIFF and OME-Zarr all axes but those of space count.
    form, max_voxels, within, report
        As for `workers.formats.nifti.nifti.read`; `within` holds for all that a folder leads to,
        too.

    Yields
    ------
    source : Source
        Of one volume; nothing can be read of it when the context has ended.

    Raises
    ------
    FormsDiffer, SeveralVolumes, UnreadableFile, ValueError
        As `workers.formats.nifti.nifti.read`; what is raised inside the context because the file is
        damaged is made into one sentence too.
    """
    which = {"volume": volume, "max_voxels": max_voxels, "within": within, "report": report}
    kind = _kind(source, within)
    if kind is nifti:
        with nifti.open_file(source, form=form, **which) as found:
            yield found
        return
    path = source if isinstance(source, bytes) else Path(source)
    name = "The file" if isinstance(source, bytes) else path.name
    with naming(name), kind.open_file(path, **which) as found:
        yield found


def _kind(source, within):
    """Return the module that opens it: NIfTI's, of what is nothing known."""
    if isinstance(source, bytes):
        return tiff if source[:4] in tiff.MARKS else nifti
    with contextlib.suppress(OSError, ValueError):  # which it then says
        if Path(source).is_dir():
            return ome_zarr if ome_zarr.is_one(Path(source)) else tiff
        with open_regular(source, within) as file:
            return tiff if file.read(4) in tiff.MARKS else nifti
    return nifti
