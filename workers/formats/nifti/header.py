"""What a NIfTI header says, checked before a byte of data is read.

References
----------
NIfTI-1 and NIfTI-2 data format, https://nifti.nimh.nih.gov
"""

from __future__ import annotations

import math
from typing import NamedTuple

import nibabel as nib
import numpy as np

from workers.formats.nifti.placement import place
from workers.storage.unreadable import UnreadableFile

MAX_VOXELS = 2**29
"""Largest volume opened unless the caller says otherwise: 512 Mi voxels, about 812³."""

_MAX_OFFSET = 2**26
_MAX_BYTES = 2**35
_DTYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8",
    256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
_REFUSED = {
    1: "binary (1 bit)", 32: "complex64", 128: "RGB", 1536: "float128",
    1792: "complex128", 2048: "complex256", 2304: "RGBA",
}  # fmt: skip
_MGH = (1).to_bytes(4, "big")


class VoxelLayout(NamedTuple):
    """Where the voxels of a file lie, in it and in the world.

    Attributes
    ----------
    shape : tuple of int
        (I, J, K).
    volumes : int
        Number of volumes, 1 for a 3D file.
    dtype : numpy.dtype
        Of the stored values, in the file's byte order.
    offset : int
        Bytes before the first voxel, in the file that holds them.
    paired : bool
        Whether the voxels lie in a file of their own (.img) beside this one (.hdr).
    slope, inter : float
        value = stored × slope + inter; (1, 0) where the file does not scale.
    affine : (4, 4) ndarray of float64
        Voxel to RAS+ mm.
    header : bytes
        The header block as it is in the file, in its unit; where only one of its forms counts,
        with both made to say what it says (`workers.formats.nifti.forms.settle`).
    notes : tuple of str
        What the user should know of how the file was understood.
    """

    shape: tuple[int, int, int]
    volumes: int
    dtype: np.dtype
    offset: int
    paired: bool
    slope: float
    inter: float
    affine: np.ndarray
    header: bytes
    notes: tuple[str, ...]

    @property
    def volume_bytes(self) -> int:
        """Bytes that one volume takes in the file."""
        return math.prod(self.shape) * self.dtype.itemsize


def block_size(start: bytes) -> int:
    """Return the length of the header block (348 or 540) that begins with `start`.

    Raises
    ------
    UnreadableFile
        If no NIfTI header begins so.
    """
    for size in (348, 540):
        if start[:4] in (size.to_bytes(4, "little"), size.to_bytes(4, "big")):
            return size
    if start[:4] == _MGH:
        raise UnreadableFile(
            "expected a NIfTI file; this is one of FreeSurfer: convert it first "
            "(mri_convert scan.mgz scan.nii.gz)."
        )
    raise UnreadableFile("expected a NIfTI file (.nii or .nii.gz); its first bytes are others.")


def parse(block: bytes) -> nib.Nifti1Header:
    """Return nibabel's header for a block, of NIfTI-1 or NIfTI-2, of either byte order.

    As nibabel does on loading, negative voxel edges are made positive and a handedness
    (``pixdim[0]``) other than ±1 becomes 1; nothing else is changed or checked.
    """
    kind = nib.Nifti1Header if len(block) == 348 else nib.Nifti2Header
    order = "<" if block[:4] == len(block).to_bytes(4, "little") else ">"
    header = kind(bytes(block), endianness=order, check=False)
    header["pixdim"][1:4] = np.abs(header["pixdim"][1:4])
    if header["pixdim"][0] not in (-1, 1):
        header["pixdim"][0] = 1
    return header


def layout(block: bytes, max_voxels: int = MAX_VOXELS, form: str | None = None) -> VoxelLayout:
    """Return what a header block says, or refuse it.

    Parameters
    ----------
    block : bytes
        348 bytes of NIfTI-1 or 540 of NIfTI-2.
    max_voxels : int, optional
        Largest number of voxels in one volume.
    form : {"qform", "sform"}, optional
        Which one counts if they differ.

    Raises
    ------
    FormsDiffer
        If they do and `form` is None.
    UnreadableFile
        If anything in it is not what a readable file says; the sentence lacks the name.
    """
    header = parse(block)
    paired = _is_paired(header, len(block))
    shape, volumes = _shape(header, max_voxels)
    dtype, offset = _dtype(header), _offset(header, 0 if paired else len(block))
    _check_bytes(volumes * math.prod(shape) * dtype.itemsize, max(_MAX_BYTES, 8 * max_voxels))
    scaling, lies = _scaling(header), place(header, shape, form)
    block = bytes(block if lies.settled is None else lies.settled.binaryblock)
    return VoxelLayout(
        shape, volumes, dtype, offset, paired, *scaling, lies.affine, block, lies.notes
    )


def _is_paired(header, size):
    magic, version = header["magic"].tobytes()[:3], b"1" if size == 348 else b"2"
    if magic == b"\0\0\0" and size == 348:
        raise UnreadableFile(
            "expected a NIfTI file; this header is of Analyze 7.5, which does not say where left "
            "is: convert it to NIfTI first."
        )
    if magic not in (b"n+" + version, b"ni" + version):
        raise UnreadableFile("expected a NIfTI file; the NIfTI mark in its header is missing.")
    return magic == b"ni" + version


def _check_bytes(wanted, most):
    if wanted > most:
        raise UnreadableFile(f"expected at most {most:,} bytes in all; its header says {wanted:,}.")


def _shape(header, max_voxels):
    dim = [int(n) for n in header["dim"]]
    sizes = tuple(dim[1 : dim[0] + 1]) if 1 <= dim[0] <= 7 else ()
    if not sizes or min(sizes) < 1:
        raise UnreadableFile(f"expected positive dimensions; its header says {dim}.")
    if len(sizes) < 3 or math.prod(sizes[4:]) > 1:
        raise UnreadableFile(f"expected a volume of 3 axes; this one has the shape {sizes}.")
    check_voxels(sizes[:3], max_voxels)
    return sizes[:3], math.prod(sizes[3:])


def check_voxels(shape: tuple[int, int, int], most: int) -> None:
    """Refuse a volume of more voxels than `most`.

    Raises
    ------
    UnreadableFile
    """
    if math.prod(shape) > most:
        raise UnreadableFile(
            f"expected at most {most:,} voxels; its header says {shape}, "
            f"which is {math.prod(shape):,}."
        )


def _dtype(header):
    code, bits = int(header["datatype"]), int(header["bitpix"])
    if code not in _DTYPES:
        kind = _REFUSED.get(code, f"of the unknown type {code}")
        raise UnreadableFile(f"expected integer or real voxels; this file's are {kind}.")
    dtype = np.dtype(_DTYPES[code]).newbyteorder(header.endianness)
    if bits != 8 * dtype.itemsize:
        raise UnreadableFile(f"expected {8 * dtype.itemsize} bits a voxel; its header says {bits}.")
    return dtype


def _offset(header, least):
    offset = float(header["vox_offset"])
    if not least <= offset <= _MAX_OFFSET or offset != int(offset):
        raise UnreadableFile(
            f"expected the voxels to begin at a byte from {least} to {_MAX_OFFSET:,}; "
            f"its header says {offset:g}."
        )
    return int(offset)


def _scaling(header):
    """NIfTI's rule: a slope of 0 (or none) means the stored values are the values."""
    slope, inter = float(header["scl_slope"]), float(header["scl_inter"])
    if slope == 0 or not math.isfinite(slope):
        return 1.0, 0.0
    if not math.isfinite(inter):
        raise UnreadableFile(f"expected a finite intercept (scl_inter); its header says {inter}.")
    return slope, inter
