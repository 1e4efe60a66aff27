"""From a file to an open volume, in the thread that reads files."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from dashboard.annotation.superpixels import Superpixels
from dashboard.volumes.cache.store import Store
from dashboard.volumes.grid import Grid
from dashboard.volumes.memory_volume import Volume
from dashboard.volumes.stored_volume import StoredVolume
from workers.formats import convert, open_volume
from workers.formats.nifti import nifti
from workers.runtime.boxes import boxes

MOST_LABELS = 255
_ENDING = re.compile(
    r"((\.nii|\.hdr|\.img)?(\.gz)?|(\.ome)?(\.tiff?|\.btf|\.zarr))$", re.IGNORECASE
)


def read_volume(
    source: Path | bytes,
    name: str,
    *,
    volume: int | None = None,
    form: str | None = None,
    max_voxels: int = nifti.MAX_VOXELS,
    within: Path | None = None,
    store: Store | None = None,
    report: Callable[[float], None] | None = None,
) -> Volume | StoredVolume:
    """Read a volume, and what the page asks of it first.

    Of more than `max_voxels`, or more than the memory budget allows, it comes from the `store`,
    where it is turned if it is not there yet. Without a store, and of bytes, it is refused then.
    No link may lead out of the folder `within`, if one is given.

    Raises
    ------
    workers.formats.nifti.nifti.UnreadableFile
        With one sentence for the user.
    workers.formats.nifti.nifti.FormsDiffer
        If its qform and sform place it differently and `form` does not say which one counts.
    workers.formats.nifti.nifti.SeveralVolumes
        If the file holds more than one and `volume` does not say which.
    workers.formats.convert.Unwritable
        If the store takes no more.
    """
    which = {"volume": volume, "form": form, "within": within}
    if store is not None and not isinstance(source, bytes):
        with open_volume.open_file(source, **which, max_voxels=convert.MAX_VOXELS) as found:
            large = math.prod(found.shape) > max_voxels
        if large or store.exceeds_memory(found.shape, found.dtype):
            return store.open(source, name, **which, report=report)
    with open_volume.open_file(source, **which, max_voxels=max_voxels, report=report) as found:
        told = found.header, found.notes, found.oriented
        opened = Volume(found.read(), found.affine, name, *told)
    # Computed here, since they scale with the volume and the page must not wait for them.
    _ = opened.digest, opened.window, opened.finite_range
    return opened


def read_superpixels(
    source: Path | bytes,
    volume: Volume,
    *,
    within: Path | None = None,
    report: Callable[[float], None] | None = None,
) -> Superpixels:
    """Read superpixels that lie on `volume`.

    Raises
    ------
    ValueError
        With one sentence for the user, if it holds none or lies elsewhere.
    """
    ids = whole_numbers(source, volume, "superpixels", report, within)
    count = int(ids.max())
    if not 1 <= count <= ids.size:
        raise ValueError(
            f"Expected superpixels numbered from 1 to at most {ids.size}, the number of voxels; "
            f"the file's largest is {count}."
        )
    ids = ids.astype(np.uint16 if count < 65536 else np.uint32)
    return Superpixels(ids, boxes(ids, count))


def whole_numbers(
    source: Path | bytes,
    volume: Volume,
    what: str,
    report: Callable[[float], None] | None,
    within: Path | None = None,
) -> np.ndarray:
    """Read a file on the grid of `volume` that holds whole numbers from 0, as it holds them.

    Where the file's qform and sform differ, the one counts by which it lies on `volume`; a file
    that another program made for the same image so opens whatever was chosen for that.

    Raises
    ------
    ValueError
        With one sentence, in which they are called `what`.
    """
    found = read_over(source, volume, report, within)
    if found.data.shape != volume.shape:
        raise ValueError(
            f"Expected {what} of shape {volume.shape}, as the open volume; got {found.data.shape}."
        )
    if not volume.lies_on(found.affine):
        raise ValueError(f"Expected {what} that lie on the open volume; their affine differs.")
    whole = np.isfinite(found.data) & (found.data == np.rint(found.data)) & (found.data >= 0)
    if not whole.all():
        raise ValueError(f"Expected {what} as whole numbers from 0; the file holds others.")
    return found.data


def read_over(
    source: Path | bytes,
    volume: Volume,
    report: Callable[[float], None] | None,
    within: Path | None = None,
) -> nifti.NiftiFile:
    """Read a file of no more voxels than `volume`, by the form that lies on it if two differ."""
    most = {"max_voxels": volume.data.size, "within": within}
    read = partial(nifti.read, source, **most, report=report)
    try:
        return read()
    except nifti.FormsDiffer as differ:
        fits = (form for form, affine in differ.affines.items() if volume.lies_on(affine))
        return read(form=next(fits, "sform"))


def form_over(source: Path | bytes, volume: Grid, within: Path | None = None) -> str | None:
    """Return the form by which a file lies on `volume`; None if its two do not differ.

    Raises
    ------
    workers.formats.nifti.nifti.UnreadableFile
        If it cannot be opened.
    """
    try:
        with open_volume.open_file(source, max_voxels=convert.MAX_VOXELS, within=within):
            return None
    except nifti.FormsDiffer as differ:
        fits = (form for form, affine in differ.affines.items() if volume.lies_on(affine))
        return next(fits, "sform")


def stem(name: str) -> str:
    """Return a file name without the endings of volumes, however they are written."""
    return _ENDING.sub("", name) or name
