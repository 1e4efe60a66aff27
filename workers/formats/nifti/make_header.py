"""A NIfTI header for a volume whose file has none."""

from __future__ import annotations

import nibabel as nib
import numpy as np

_ALIGNED = 2  # placed as another file is, and not as a scanner says
_MOST = 32767


def header_of(shape: tuple[int, int, int], dtype: np.dtype, affine: np.ndarray) -> bytes:
    """Return a header block in which both forms say `affine`, for the encoders.

    Parameters
    ----------
    shape : (3,) tuple of int
        Beyond 32767 voxels along an axis the block is of NIfTI-2.
    dtype : dtype
        Integer or real, of 8 to 64 bits.
    affine : (4, 4) ndarray
        Voxel to RAS+ mm, without shear.
    """
    kind = nib.Nifti1Header if max(shape) <= _MOST else nib.Nifti2Header
    header = kind(endianness="<")
    header.set_data_dtype(dtype)
    header.set_data_shape(shape)
    header.set_xyzt_units("mm")
    header.set_qform(affine, _ALIGNED)
    header.set_sform(affine, _ALIGNED)
    return header.binaryblock
