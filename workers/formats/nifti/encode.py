"""Bytes of a NIfTI file that lies exactly where its source lies."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from typing import BinaryIO

import nibabel as nib
import numpy as np

from workers.formats.nifti.header import parse
from workers.runtime.progress import Report, silent

_PLACE = (
    "qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d",
    "qoffset_x", "qoffset_y", "qoffset_z", "srow_x", "srow_y", "srow_z", "xyzt_units",
)  # fmt: skip
_MEANING = ("intent_code", "intent_p1", "intent_p2", "intent_p3", "cal_min", "cal_max")
_LABEL_INTENT = 1002
_LEVEL = 5


def encode_labels(labels: np.ndarray, header: bytes, *, report: Report | None = None) -> bytes:
    """Return the ``.nii.gz`` of a label map.

    Equal labels give equal bytes. Nothing of the source's header is kept but where the volume
    lies, so that no name or description leaves with it.

    The label map says where it lies in the words of its volume: a program puts it where it puts the
    volume. Two cases are worth knowing. A volume without orientation codes gives labels without:
    each program has a guess of its own, the same for both. A volume whose qform and sform differ
    gives labels in which both say what was chosen, with its code
    (`workers.formats.nifti.forms.settle`): all programs then agree on the labels, and one that
    takes the other form of the volume's own file sees that file elsewhere, until the volume is
    written with `encode_volume` too.

    Parameters
    ----------
    labels : (I, J, K) ndarray of int or bool
        Non-negative; written in the smallest unsigned type that holds the largest.
    header : bytes
        The source's header block (`NiftiFile.header`); NIfTI-2 gives NIfTI-2. It is written
        little-endian; qform, sform, their codes, voxel edges and units keep their bits.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    content : bytes
        Gzipped, with no time in it.

    Raises
    ------
    ValueError
        If `labels` are not integers, are negative, or have another shape than the source.
    """
    if labels.dtype.kind not in "bui":
        raise ValueError(f"labels must be integers; got {labels.dtype}.")
    if labels.min(initial=0) < 0:
        raise ValueError(f"labels must not be negative; got {labels.min()}.")
    buffer = io.BytesIO()
    planes = (labels[:, :, k] for k in range(labels.shape[2]))
    most = int(labels.max(initial=0))
    write_labels(buffer, planes, labels.shape, most, header, report=report)
    return buffer.getvalue()


def write_labels(
    file: BinaryIO,
    planes: Iterable[np.ndarray],
    shape: tuple[int, int, int],
    most: int,
    header: bytes,
    *,
    report: Report | None = None,
) -> None:
    """Write the bytes of `encode_labels` to a file, plane by plane.

    Parameters
    ----------
    file : binary file
        Takes some kilobytes at a time; is not closed.
    planes : iterable of (I, J) ndarray of int
        Those of a label map at k = 0, 1, …, K − 1, non-negative.
    shape : (3,) tuple of int
        (I, J, K).
    most : int
        The largest label, on which the type depends that is written.
    header, report
        As of `encode_labels`.

    Raises
    ------
    ValueError
        If the source has another shape.
    """
    dtype = np.min_scalar_type(most)
    target = _fresh_header(shape, dtype, parse(header))
    target["intent_code"] = _LABEL_INTENT
    _write(file, target, planes, dtype, report or silent)


def encode_volume(data: np.ndarray, header: bytes, *, report: Report | None = None) -> bytes:
    """Return the ``.nii.gz`` of an intensity volume, in its own dtype and unscaled.

    Parameters
    ----------
    data : (I, J, K) ndarray
        Integers or reals; bool is written as uint8 and float16 as float32.
    header : bytes
        The source's header block; its intent and display range are kept.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    content : bytes
        Gzipped, with no time in it.

    Raises
    ------
    ValueError
        If NIfTI has no such dtype, or `data` has another shape than the source.
    """
    wider = {"?": "u1", "e": "f4"}.get(data.dtype.char, data.dtype)
    dtype = np.dtype(wider).newbyteorder("<")
    if dtype.kind not in "uif" or dtype.itemsize > 8:
        raise ValueError(f"data must be integers or reals of at most 64 bits; got {data.dtype}.")
    source = parse(header)
    target = _fresh_header(data.shape, dtype, source)
    for field in _MEANING:
        target[field] = source[field]
    buffer = io.BytesIO()
    planes = (data[:, :, k] for k in range(data.shape[2]))
    _write(buffer, target, planes, dtype, report or silent)
    return buffer.getvalue()


def _fresh_header(shape, dtype, source):
    """Return a fresh little-endian header with the source's place and nothing else of it."""
    expected = tuple(int(n) for n in source["dim"][1:4])
    if tuple(shape) != expected:
        raise ValueError(f"the array must have the source's shape {expected}; got {shape}.")
    two = source["sizeof_hdr"] == 540
    target = (nib.Nifti2Header if two else nib.Nifti1Header)(endianness="<")
    target.set_data_dtype(dtype)
    target["dim"] = [3, *shape, 1, 1, 1, 1]
    target["pixdim"] = [*source["pixdim"][:4], 0, 0, 0, 0]
    for field in _PLACE:
        target[field] = source[field]
    target["magic"] = target.single_magic
    target["vox_offset"] = target.single_vox_offset
    target["scl_slope"], target["scl_inter"] = 1, 0
    target["descrip"] = b"supervox"
    return target


def _write(file, header, planes, dtype, report):
    """Gzip header and planes; GzipFile writes neither a time, a name nor a system."""
    count = int(header["dim"][3])
    with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as stream:
        stream.write(header.binaryblock + bytes(4))
        for k, plane in enumerate(planes):
            stream.write(plane.astype(dtype.newbyteorder("<")).tobytes(order="F"))
            report((k + 1) / count)
