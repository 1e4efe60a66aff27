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

MAX_VOXELS = 2**29
"""Largest volume opened unless the caller says otherwise: 512 Mi voxels, about 812³."""

_MAX_OFFSET = 2**28
_CORNER_TOLERANCE = 0.1  # voxel edges: quaternions in float32 move a far corner by about 0.001
_FLAT = 1e-4  # volume of the cell whose edges are the axes' directions
_DTYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8",
    256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
_REFUSED = {
    1: "binary (1 bit)", 32: "complex64", 128: "RGB", 1536: "float128",
    1792: "complex128", 2048: "complex256", 2304: "RGBA",
}  # fmt: skip
_UNITS = {1: "metres", 3: "micrometres"}


class UnreadableFile(ValueError):
    """A file that cannot be opened; its message is one sentence for the user."""


class SeveralVolumes(UnreadableFile):
    """A 4D file of more than one volume was opened without saying which.

    Attributes
    ----------
    count : int
        How many volumes the file holds.
    """

    def __init__(self, message: str, count: int):
        super().__init__(message)
        self.count = count

    def __reduce__(self):
        return type(self), (*self.args, self.count)


class Layout(NamedTuple):
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
        Bytes before the first voxel.
    slope, inter : float
        value = stored × slope + inter; (1, 0) where the file does not scale.
    affine : (4, 4) ndarray of float64
        Voxel to RAS+, as nibabel gives it.
    header : bytes
        The header block as it is in the file.
    notes : tuple of str
        What the user should know of how the file was understood.
    """

    shape: tuple[int, int, int]
    volumes: int
    dtype: np.dtype
    offset: int
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


def layout(block: bytes, max_voxels: int = MAX_VOXELS) -> Layout:
    """Return what a header block says, or refuse it.

    Parameters
    ----------
    block : bytes
        348 bytes of NIfTI-1 or 540 of NIfTI-2.
    max_voxels : int, optional
        Largest number of voxels in one volume.

    Raises
    ------
    UnreadableFile
        If anything in it is not what a readable single file says; the sentence lacks the name.
    """
    header = parse(block)
    _check_magic(header, len(block))
    shape, volumes = _shape(header, max_voxels)
    affine, notes = _affine(header, shape)
    return Layout(
        shape, volumes, _dtype(header), _offset(header, len(block)), *_scaling(header),
        affine, bytes(block), (*notes, *_unit_notes(header)),
    )  # fmt: skip


def _check_magic(header, size):
    magic = header["magic"].tobytes()[:3]
    if magic in (b"ni1", b"ni2"):
        raise UnreadableFile("expected one file (.nii); this is the header of a .hdr/.img pair.")
    if magic != (b"n+1" if size == 348 else b"n+2"):
        raise UnreadableFile("expected a NIfTI file; the NIfTI mark in its header is missing.")


def _shape(header, max_voxels):
    dim = [int(n) for n in header["dim"]]
    sizes = tuple(dim[1 : dim[0] + 1]) if 1 <= dim[0] <= 7 else ()
    if not sizes or min(sizes) < 1:
        raise UnreadableFile(f"expected positive dimensions; its header says {dim}.")
    if len(sizes) < 3 or math.prod(sizes[4:]) > 1:
        raise UnreadableFile(f"expected a volume of 3 axes; this one has the shape {sizes}.")
    if math.prod(sizes[:3]) > max_voxels:
        raise UnreadableFile(
            f"expected at most {max_voxels:,} voxels; its header says {sizes[:3]}, "
            f"which is {math.prod(sizes[:3]):,}."
        )
    return sizes[:3], math.prod(sizes[3:])


def _dtype(header):
    code, bits = int(header["datatype"]), int(header["bitpix"])
    if code not in _DTYPES:
        kind = _REFUSED.get(code, f"of the unknown type {code}")
        raise UnreadableFile(f"expected integer or real voxels; this file's are {kind}.")
    dtype = np.dtype(_DTYPES[code]).newbyteorder(header.endianness)
    if bits != 8 * dtype.itemsize:
        raise UnreadableFile(f"expected {8 * dtype.itemsize} bits a voxel; its header says {bits}.")
    return dtype


def _offset(header, size):
    offset = float(header["vox_offset"])
    if not size <= offset <= _MAX_OFFSET or offset != int(offset):
        raise UnreadableFile(
            f"expected the voxels to begin at byte {size} or later; its header says {offset:g}."
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


@np.errstate(all="ignore")
def _affine(header, shape):
    edges = header["pixdim"][1:4].astype(float)
    if not (np.isfinite(edges).all() and edges.min() > 0):
        raise UnreadableFile(f"expected voxel edges above 0; its header says {edges.tolist()}.")
    qform, sform = _qform(header), header.get_sform(coded=True)[0]
    if sform is not None:
        return _invertible(sform), _disagreement(qform, sform, shape)
    if qform is not None:
        return _invertible(qform), ()
    if int(header["qform_code"]) > 0:
        raise UnreadableFile("expected a valid orientation; its quaternion (qform) is none.")
    note = "The file has no orientation code: left and right are a guess."
    return _invertible(header.get_base_affine()), (note,)


def _qform(header):
    """Return the qform, None where there is none or its quaternion is invalid."""
    try:
        return header.get_qform(coded=True)[0]
    except ValueError:
        return None


def _invertible(affine):
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    sane = np.isfinite(affine).all() and np.isfinite(lengths).all() and lengths.min() > 0
    if not sane or abs(np.linalg.det(affine[:3, :3] / lengths)) < _FLAT:
        raise UnreadableFile("expected an affine that is finite and can be inverted; its is not.")
    return np.asarray(affine, np.float64)


def _disagreement(qform, sform, shape):
    """Compare where the two put the corners of the volume, in voxel edges."""
    if qform is None:
        return ()
    ends = np.array(np.meshgrid(*([0, n - 1] for n in shape), [1])).reshape(4, -1)
    apart = np.linalg.norm(((qform - sform) @ ends)[:3], axis=0).max()
    if apart <= _CORNER_TOLERANCE * np.linalg.norm(sform[:3, :3], axis=0).min():
        return ()
    return ("The file's qform and sform place it differently; the sform is used.",)


def _unit_notes(header):
    unit = _UNITS.get(int(header["xyzt_units"]) & 7)
    return (f"The file gives lengths in {unit}; they are shown as mm.",) if unit else ()
