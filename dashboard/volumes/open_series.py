"""From files to volumes on the grid of the open one, in the thread that reads files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from dashboard.volumes.data_folder import Folder
from dashboard.volumes.grid import Grid
from dashboard.volumes.memory_volume import Volume
from dashboard.volumes.open_volume import read_volume
from workers.formats.nifti import nifti
from workers.labels.resample_linear import resample_linear
from workers.runtime.progress import Report, part, silent


class Wanted(NamedTuple):
    """A volume that is to be added to a series.

    Attributes
    ----------
    source : Path, bytes or str
        A text is a path in the data folder.
    name : str
        What it is to be called.
    volume, form : optional
        As for `read_volume`.
    digest : str
        What it must have; "" if it may be any.
    within : Path or None
        A folder out of which no link may lead.
    """

    source: Path | bytes | str
    name: str
    volume: int | None = None
    form: str | None = None
    digest: str = ""
    within: Path | None = None


class FoundVolume(NamedTuple):
    """A volume that was read: on the grid of the open one, and what its file's digest is."""

    wanted: Wanted
    volume: Volume
    is_resampled: bool
    digest: str


class Missing(NamedTuple):
    """One that could not be read, and why."""

    wanted: Wanted
    why: str


def read_channel(
    wanted: Wanted, onto: Grid, *, max_voxels: int, report: Report | None = None
) -> FoundVolume:
    """Read a volume, and resample it if it lies on another grid than `onto`.

    If its qform and sform differ, that one counts by which it lies on `onto`, if one does.

    Raises
    ------
    workers.formats.nifti.nifti.UnreadableFile, workers.formats.nifti.nifti.FormsDiffer,
    workers.formats.nifti.nifti.SeveralVolumes
        As `read_volume`.
    ValueError
        With a sentence, if it is not the one that is wanted.
    """
    report = report or silent
    read = _read(wanted, onto, max_voxels, part(report, 0, 0.5))
    digest = read.digest
    if wanted.digest not in ("", digest):
        raise ValueError("its file holds another volume now.")
    there = read.shape == onto.shape and onto.lies_on(read.affine)
    if there:
        volume = replace(read, affine=onto.affine)
    else:
        given = read.data, read.affine, onto.shape, onto.affine
        data = resample_linear(*given, report=part(report, 0.5, 1))
        volume = Volume(data, onto.affine, read.name, notes=read.notes)
    _ = volume.window, volume.finite_range  # the page must not wait for them
    return FoundVolume(wanted, volume, not there, digest)


def read_channels(
    wanted: list[Wanted],
    onto: Grid,
    folder: Folder | None = None,
    *,
    max_voxels: int,
    report: Report | None = None,
) -> list[FoundVolume | Missing]:
    """Read several; one that cannot be read is no reason not to read the others."""
    report = report or silent
    found: list[FoundVolume | Missing] = []
    for n, each in enumerate(wanted):
        told = part(report, n / len(wanted), (n + 1) / len(wanted))
        try:
            placed = _placed(each, folder)
            found.append(read_channel(placed, onto, max_voxels=max_voxels, report=told))
        except (ValueError, OSError) as error:
            found.append(Missing(each, str(error)))
    return found


def _placed(wanted: Wanted, folder: Folder | None) -> Wanted:
    if not isinstance(wanted.source, str):
        return wanted
    if folder is None or not wanted.source:
        raise ValueError("it came from your computer.")
    return wanted._replace(source=folder.resolve(wanted.source), within=folder.root)


def _read(wanted: Wanted, onto: Grid, max_voxels: int, report: Callable) -> Volume:
    given = {"volume": wanted.volume, "max_voxels": max_voxels, "report": report}
    given["within"] = wanted.within
    try:
        return read_volume(wanted.source, wanted.name, form=wanted.form, **given)
    except nifti.FormsDiffer as differ:
        fits = [form for form, affine in differ.affines.items() if onto.lies_on(affine)]
        if len(fits) != 1:
            raise
        return read_volume(wanted.source, wanted.name, form=fits[0], **given)
