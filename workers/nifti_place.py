"""Where a NIfTI file's voxels lie in the world."""

from __future__ import annotations

import nibabel as nib
import numpy as np

from workers.nifti_error import UnreadableFile

_CORNER_TOLERANCE = 0.1  # voxel edges: quaternions in float32 move a far corner by about 0.001
_FLAT = 1e-4  # volume of the cell whose edges are the axes' directions
_UNITS = {1: "metres", 3: "micrometres"}


@np.errstate(all="ignore")
def place(
    header: nib.Nifti1Header, shape: tuple[int, int, int]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the affine by nibabel's rule, and what the user should know of it.

    The sform if it has a code, else the qform if it has one, else nibabel's fallback: the voxel
    edges, the middle of the volume at 0, and I running to the left.

    Parameters
    ----------
    header : nibabel header
        With positive voxel edges, as `workers.nifti_header.parse` returns it.
    shape : tuple of int
        (I, J, K).

    Returns
    -------
    affine : (4, 4) ndarray of float64
        Voxel to RAS+.
    notes : tuple of str

    Raises
    ------
    UnreadableFile
        If the affine is not finite, or flattens the volume.
    """
    affine, notes = _affine(header, shape)
    return affine, (*notes, *_unit_notes(header))


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
