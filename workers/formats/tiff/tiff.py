"""Stacks of TIFF: one file of many pages, or a folder of files of one page each.

References
----------
TIFF 6.0; ImageJ and OME-TIFF say voxel sizes beside it.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tifffile import TiffFileError

from workers.formats.nifti.header import check_voxels
from workers.formats.nifti.make_header import header_of
from workers.formats.tiff.pages import Pages, check_chain, check_page
from workers.formats.tiff.slice_names import Run, runs
from workers.formats.tiff.spacing import ome_pixels, spacing_of
from workers.formats.tiff.tiff_file import opened_alone
from workers.runtime.progress import Report, silent
from workers.storage.regular_file import must_be_regular, must_lie_within
from workers.storage.source import Source, held_dtype
from workers.storage.unreadable import UnreadableFile, chosen

if TYPE_CHECKING:
    from workers.runtime.box import Box

MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
ENDINGS = (".tif", ".tiff", ".btf")
_NAMELESS = ("I", "Q")
_PLACED = (
    "TIFF has no orientation: its columns, rows and slices are x, y and z, and lie in what is "
    "downloaded as ITK (3D Slicer) has them."
)
_WRONG = (
    TiffFileError, struct.error, ValueError, LookupError, TypeError, AttributeError,
    ArithmeticError, NotImplementedError, RuntimeError, zlib.error,
)  # fmt: skip


@contextmanager
def open_file(
    source: Path | bytes,
    *,
    volume: int | None,
    max_voxels: int,
    within: Path | None = None,
    report: Report | None = None,
) -> Iterator[Source]:
    """Open a file of many pages, or the slices in a folder, without reading a voxel.

    Parameters
    ----------
    source : Path or bytes
        A TIFF file, its content, or a folder that holds some.
    volume : int, optional
        Which channel or time, from 0; of a folder, which of those that its names tell apart.
    max_voxels : int
        Of more, nothing is opened.
    within : Path, optional
        A folder out of which no link may lead.
    report : callable, optional
        Told the fraction that is read.

    Yields
    ------
    source : Source
        Of one volume; nothing can be read of it when the context has ended.

    Raises
    ------
    SeveralVolumes, UnreadableFile
        The sentence lacks the name.
    """
    files, order = _files(source, volume, within)
    first = files[0] if files else source
    called = "this" if order is None else first.name
    with ExitStack() as stack:
        with _as_sentence():
            file = stack.enter_context(opened_alone(first, within, called))
            check_chain(file)
            ome = ome_pixels(file)
            shape, pages, notes = _find_slices(
                file, None if order is None else files, volume, within
            )
            dtype = held_dtype(file.series[0].dtype)
            edges = spacing_of(file, file.series[0], ome)
        check_voxels(shape, max_voxels)
        affine = np.diag([-edges.mm[0], -edges.mm[1], edges.mm[2], 1.0])
        yield Source(
            shape,
            dtype,
            affine,
            header_of(shape, dtype, affine),
            (_PLACED, *edges.notes, *(order or ()), *notes),
            tuple(files),
            lambda _: _parts(shape, pages, dtype, report or silent),
            oriented=False,
        )


def _files(source, volume, within):
    """Return the files of one volume; of a folder notes on their order, else None."""
    if isinstance(source, bytes):
        return [], None
    if not source.is_dir():
        return [source], None
    volumes = slices_in(source, within)
    which = chosen(volume, len(volumes))
    run = volumes[which]
    number = (f"Volume {which + 1} of {len(volumes)}.",) if len(volumes) > 1 else ()
    return [source / name for name in run.names], (*number, *run.notes)


def _find_slices(file, files, volume, within):
    """Return the shape, an iterator of slices, and notes."""
    series = file.series[0]
    check_page(series.keyframe)
    if files is not None:
        rows, columns = _single(file)
        return (columns, rows, len(files)), _of_files(files, series, within), ()
    if series.axes[-2:] != "YX":
        raise UnreadableFile(f"expected slices of rows and columns; its axes are {series.axes}.")
    deep, indices, notes = _chosen(series, volume)
    if len(file.series) > 1:
        notes += (f"Of {len(file.series)} series in the file the first is shown.",)
    pages = Pages(file, series)
    return (*pages.shape[::-1], deep), (pages.read(n) for n in indices), notes


def _chosen(series, volume):
    """Return how many slices the volume has, their indices, and notes.

    Slices follow Z, else the last axis without a name, else the only axis there is; all other
    axes make volumes.
    """
    axes, sizes = series.axes[:-2], series.shape[:-2]
    along = _along(axes)
    indices = np.arange(math.prod(sizes)).reshape(sizes)
    if along is not None:
        indices = np.moveaxis(indices, along, -1)
    indices = indices.reshape(-1, indices.shape[-1] if along is not None else 1)
    which = chosen(volume, len(indices))
    notes = (f"Volume {which + 1} of {len(indices)}.",) if len(indices) > 1 else ()
    return indices.shape[1], indices[which].tolist(), notes


def _along(axes):
    """Return at which place the axis of the slices is; None if each slice is a volume."""
    if "Z" in axes:
        return axes.index("Z")
    nameless = [n for n, axis in enumerate(axes) if axis in _NAMELESS]
    if nameless:
        return nameless[-1]
    return 0 if len(axes) == 1 else None


def _of_files(files, like, within):
    for path in files:
        with opened_alone(path, within, path.name) as file:
            check_chain(file)
            series = file.series[0]
            check_page(series.keyframe)
            if (series.keyframe.shape, series.dtype) != (like.keyframe.shape, like.dtype):
                raise UnreadableFile(
                    f"expected slices of {like.keyframe.shape} {like.dtype}; {path.name} has "
                    f"{series.keyframe.shape} {series.dtype}."
                )
            _single(file, path)
            yield Pages(file, series).read(0)


def _single(file, path=None):
    """Return the shape of the only slice of a file.

    Raises
    ------
    UnreadableFile
        If it holds more.
    """
    series = file.series[0]
    if len(file.series) > 1 or series.size != math.prod(series.keyframe.shape):
        name = "the first" if path is None else path.name
        raise UnreadableFile(f"expected one slice in each file of the folder; {name} holds more.")
    return series.keyframe.imagelength, series.keyframe.imagewidth


def _parts(shape, pages, dtype, report) -> Iterator[tuple[Box, np.ndarray]]:
    for k in range(shape[2]):
        with _as_sentence():
            values = next(pages).astype(dtype, copy=False)
        yield (slice(0, shape[0]), slice(0, shape[1]), slice(k, k + 1)), values.T[:, :, None]
        report((k + 1) / shape[2])


def slices_in(folder: Path, within: Path | None = None) -> list[Run]:
    """Return the TIFF files of a folder, volume by volume, by the numbers in their names.

    Raises
    ------
    UnreadableFile
        If it holds none, or one that is no file or leads out of `within`.
    """
    files = [path for path in folder.iterdir()
             if path.suffix.lower() in ENDINGS and path.name[0] != "."]  # fmt: skip
    if not files:
        raise UnreadableFile("expected a folder of TIFF files; it holds none.")
    for path in files:
        if path.is_symlink():
            must_lie_within(path, within, path.name)
        must_be_regular(path.stat().st_mode, path.name)
    return runs([path.name for path in files])


@contextmanager
def _as_sentence() -> Iterator[None]:
    """Make what tifffile raises on a damaged file, or one of another kind, a sentence."""
    try:
        yield
    except UnreadableFile:
        raise
    except _WRONG as error:
        said = f"the TIFF is damaged, or of a kind that is not known here ({error})."
        raise UnreadableFile(said) from error
