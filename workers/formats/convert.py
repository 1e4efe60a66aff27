"""A file turned into a stored volume: once, in bounded memory."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from workers.formats import open_volume
from workers.formats.convert_layers import layers
from workers.formats.summary import contents
from workers.runtime.progress import Report, part, silent
from workers.storage import pyramid
from workers.storage.convert_error import Unwritable, as_unwritable
from workers.storage.source import Source, StoredLevel
from workers.storage.stored_array import CHUNK, create

__all__ = ["MAX_VOXELS", "Converted", "Unwritable", "convert"]

MAX_VOXELS = 2**38
"""Largest volume that is turned; the room on the disk is a nearer bound."""

MAX_MEMORY = 2**28
_READ, _BUILT = 0.55, 0.75  # where reading ends, and then the levels, on the way to 1


class Converted(NamedTuple):
    """What was written, for `dashboard.volumes.stored_volume.StoredVolume`.

    Attributes
    ----------
    levels : tuple of StoredLevel
        From the finest; by their names in the folder, or by the paths where they lay before.
    dtype : str
        Of the intensities, as numpy writes it.
    affine : (4, 4) ndarray of float64
    header : bytes
    notes : tuple of str
    digest : str
    finite_range, window : tuple of float
    """

    levels: tuple[StoredLevel, ...]
    dtype: str
    affine: np.ndarray
    header: bytes
    notes: tuple[str, ...]
    digest: str
    finite_range: tuple[float, float]
    window: tuple[float, float]


def convert(
    path: str | os.PathLike,
    folder: str | os.PathLike,
    *,
    volume: int | None = None,
    form: str | None = None,
    within: Path | None = None,
    max_memory: int = MAX_MEMORY,
    chunks: tuple[int, int, int] = CHUNK,
    report: Report | None = None,
) -> Converted:
    """Write the levels of one volume of a file to a folder.

    The file is read once, to its end. Its voxels are then read again for the levels, and for
    what must be known of all of them.

    Parameters
    ----------
    path : path
        The file or folder, as `workers.formats.open_volume.open_file` takes it.
    folder : path
        Exists; gets ``level-0``, ``level-1``, …, and is left as it is when this fails.
    volume, form, within
        As for `workers.formats.nifti.nifti.read`.
    max_memory : int, optional
        Bytes of voxels in memory at once, about; one row of chunks along I must fit.
    chunks : (3,) tuple of int, optional
        Voxels of a chunk along I, J, K.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    converted : Converted
        Shapes, spacings and paths of the levels, and what was learnt of all voxels.

    Raises
    ------
    FormsDiffer, SeveralVolumes, UnreadableFile
        As `workers.formats.nifti.nifti.read`.
    Unwritable
        If the disk of `folder` takes no more.
    """
    report, folder = report or silent, Path(folder)
    reading = part(report, 0, _READ)
    with open_volume.open_file(
        path, volume=volume, form=form, max_voxels=MAX_VOXELS, within=within, report=reading
    ) as source:
        levels = _plan(source, folder)
        if not source.levels:
            _write(source, Path(levels[0].path), chunks, max_memory)
        _build(levels[max(1, len(source.levels)) - 1 :], chunks, part(report, _READ, _BUILT))
        rest = part(report, _BUILT, 1)
        found = contents(levels[0].path, source.affine, most_bytes=max_memory, report=rest)
    named = tuple(
        each._replace(path=Path(each.path).name) if Path(each.path).parent == folder else each
        for each in levels
    )
    return Converted(named, source.dtype.str, source.affine, source.header, source.notes, *found)


def bytes_of(source: Source, chunks: tuple[int, int, int] = CHUNK) -> int:
    """Return about how many bytes turning writes: of all levels, or of those that are missing."""
    sides = [min(chunk, size) for chunk, size in zip(chunks, source.shape, strict=True)]
    whole = [-(-size // side) * side for size, side in zip(source.shape, sides, strict=True)]
    return math.ceil(math.prod(whole) * source.dtype.itemsize * (0.2 if source.levels else 1.2))


def _plan(source, folder):
    """Return the levels: those that are there, and those that are to be made in the folder."""
    there = source.levels or (StoredLevel("", source.shape, (1, 1, 1)),)
    last, edges = there[-1], np.linalg.norm(source.affine[:3, :3], axis=0)
    steps = pyramid.plan(last.shape, tuple(edges * last.strides))[1:]
    made = [
        StoredLevel("", step.shape, tuple(np.multiply(step.strides, last.strides).tolist()))
        for step in steps
    ]
    missing = len(source.levels)
    return tuple(
        each._replace(path=str(folder / f"level-{n}")) if n >= missing else each
        for n, each in enumerate((*there, *made))
    )


def _build(levels, chunks, report):
    steps = tuple(pyramid.LevelShape(*each[1:]) for each in levels)
    pyramid.build(tuple(each.path for each in levels), steps, chunks, report=report)


def _write(source, path, chunks, most_bytes):
    with as_unwritable(path.parent):
        array = create(path, source.shape, source.dtype, chunks, compressed=False)
    for box, values in layers(source, chunks, most_bytes, path.parent):
        with as_unwritable(path.parent):
            array[box] = values
