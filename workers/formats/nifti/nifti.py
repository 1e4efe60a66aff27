"""The one gate in for NIfTI: header first, data once, to the end of the file."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from workers.formats.nifti.data import check_length, parts, target
from workers.formats.nifti.encode import encode_labels, encode_volume, write_labels
from workers.formats.nifti.gzip_stream import Stream
from workers.formats.nifti.header import MAX_VOXELS, VoxelLayout, block_size, layout
from workers.formats.nifti.pair import data_of, header_of, is_voxels, lonely
from workers.formats.nifti.placement import FORMS
from workers.runtime.progress import Report, silent
from workers.storage.regular_file import open_regular
from workers.storage.source import Source
from workers.storage.unreadable import FormsDiffer, SeveralVolumes, UnreadableFile, chosen, naming

__all__ = [
    "FORMS",
    "MAX_VOXELS",
    "FormsDiffer",
    "NiftiFile",
    "SeveralVolumes",
    "UnreadableFile",
    "encode_labels",
    "encode_volume",
    "open_file",
    "read",
    "write_labels",
]

_MAX_EXTENSIONS = 2**24


class NiftiFile(NamedTuple):
    """A volume as its file has it.

    Attributes
    ----------
    data : (I, J, K) ndarray
        C-contiguous, native byte order, read-only. The file's own type; where the file scales,
        float32 (stored in 8 or 16 bits, or as float32) or float64.
    affine : (4, 4) ndarray of float64
        Voxel to RAS+ mm, as nibabel gives it: the sform, else the qform, else its fallback; the
        form that was asked for, where the two differ.
    header : bytes
        The file's header block, 348 bytes (NIfTI-1) or 540 (NIfTI-2), for the encoders. Where
        the forms differ, or one of them is unusable, both say there what `affine` says.
    notes : tuple of str
        What the user should know of how the file was understood. Text, never markup.
    """

    data: np.ndarray
    affine: np.ndarray
    header: bytes
    notes: tuple[str, ...]


def read(
    source: str | os.PathLike | bytes,
    *,
    volume: int | None = None,
    form: str | None = None,
    max_voxels: int = MAX_VOXELS,
    within: Path | None = None,
    report: Report | None = None,
) -> NiftiFile:
    """Open one volume of a NIfTI-1 or NIfTI-2 file, plain or gzipped, or of a .hdr/.img pair.

    The header is checked before the data is touched, the data is read to the end of the file
    so that gzip's checksum is checked, and one volume at most is held in memory. Up to 4096
    bytes after the voxels are taken for padding.

    Parameters
    ----------
    source : path or bytes
        The file, or its content; of a pair the path of either half. What it is, is told by its
        content, not by its name.
    volume : int, optional
        Which volume of a 4D file, from 0.
    form : {"qform", "sform"}, optional
        Which one places the volume if they differ; it has no say elsewhere.
    max_voxels : int, optional
        Largest number of voxels in one volume; what is announced or comes beyond is refused.
    within : Path, optional
        A folder out of which no link may lead, neither the file nor the other half of a pair;
        without one, links are followed.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    file : NiftiFile
        Its intensities (I, J, K), where they lie, and what is to be said of them.

    Raises
    ------
    FormsDiffer
        If qform and sform place the volume differently and `form` is None.
    SeveralVolumes
        If the file holds more than one volume and `volume` is None.
    UnreadableFile
        If the file cannot be opened, in one sentence that names it.
    ValueError
        If `form` is another word.
    """
    which = {"volume": volume, "form": form, "max_voxels": max_voxels, "within": within}
    with open_file(source, **which, report=report) as found:
        data = found.read()
        (report or silent)(1.0)
        return NiftiFile(data, found.affine, found.header, found.notes)


@contextmanager
def open_file(
    source: str | os.PathLike | bytes,
    *,
    volume: int | None = None,
    form: str | None = None,
    max_voxels: int = MAX_VOXELS,
    within: Path | None = None,
    report: Report | None = None,
) -> Iterator[Source]:
    """Open one volume as `read` does, without reading more than the header.

    What is raised inside the context because the file is damaged is made into one sentence too.

    Parameters
    ----------
    source, volume, form, max_voxels, within, report
        As for `read`.

    Yields
    ------
    source : Source
        Of one volume; nothing can be read of it when the context has ended.

    Raises
    ------
    FormsDiffer, SeveralVolumes, UnreadableFile, ValueError
        As `read`.
    """
    if form not in (None, *FORMS):
        raise ValueError(f"form must be qform or sform; got {form}.")
    name = "The file" if isinstance(source, bytes) else Path(source).name
    with naming(name), ExitStack() as stack:
        yield _source(stack, source, (volume, form, max_voxels), within, report or silent)


def _source(stack, source, which, within, report):
    path, raw = _open(source, within)
    volume, form, max_voxels = which
    stream = Stream(stack.enter_context(raw), report)
    found = _header(stream, path, max_voxels, form)
    index = chosen(volume, found.volumes)
    passed = len(found.header)
    if found.paired:
        stream.end(_MAX_EXTENSIONS)
        stream, passed = Stream(stack.enter_context(_voxels_of(path, within)), report), 0
    check_length(stream, found)
    notes = (f"Volume {index + 1} of {found.volumes}.",) if found.volumes > 1 else ()
    return Source(
        found.shape,
        target(found),
        found.affine,
        found.header,
        found.notes + notes,
        () if path is None else (path, data_of(path)) if found.paired else (path,),
        lambda steps: parts(stream, found, index, passed, steps[2]),
    )


def _open(source, within):
    """Return path and file of the header; no path for bytes."""
    if isinstance(source, bytes):
        return None, io.BytesIO(source)
    if "\0" in str(source):
        raise UnreadableFile("expected a path; this one holds a null character.")
    asked = Path(source)
    path = header_of(asked)
    return path, open_regular(path, within, "this" if path == asked else path.name)


def _voxels_of(path, within):
    if path is None:
        raise UnreadableFile(
            "expected one file; this is the header of a .hdr/.img pair: put both into the data "
            "folder and open them there, or convert them to .nii.gz."
        )
    voxels = data_of(path)
    return open_regular(voxels, within, voxels.name)


def _header(stream, path, max_voxels, form) -> VoxelLayout:
    start = stream.up_to(4)
    try:
        size = block_size(start)
    except UnreadableFile:
        if path and is_voxels(path):
            raise lonely(path) from None
        raise
    block = start + stream.up_to(size - 4)
    if len(block) < size:
        raise UnreadableFile("expected a whole header; the file ends within it.")
    return layout(block, max_voxels, form)
