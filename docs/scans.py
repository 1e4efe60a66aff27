"""The files that the pictures show: the demo, and others made of it."""

from __future__ import annotations

from pathlib import Path

import nibabel as nib
import numpy as np
from scipy import ndimage

from dashboard import demo

FLAIR = "demo_flair.nii.gz"


def write(folder: Path) -> Path:
    """Write all files into `folder`; returns the one that is opened first."""
    image = nib.load(demo.PATH)
    data, affine = np.asarray(image.dataobj), image.affine
    save(folder / FLAIR, data, affine)
    save(folder / "demo_t1.nii.gz", other_contrast(data), affine)
    thick, thick_affine = thicker(data, affine)
    save(folder / "demo_thick.nii.gz", thick, thick_affine)
    save(folder / "demo_4d.nii.gz", np.stack([data, other_contrast(data)], -1), affine)
    placed_twice(folder / "demo_two_places.nii.gz", data, affine)
    whole = (folder / FLAIR).read_bytes()
    (folder / "demo_torn.nii.gz").write_bytes(whole[: len(whole) // 2])
    return folder / FLAIR


def save(path: Path, data: np.ndarray, affine: np.ndarray) -> None:
    """Save intensities (I, J, K) as NIfTI."""
    image = nib.Nifti1Image(data, affine)
    image.header.set_xyzt_units("mm")
    nib.save(image, path)


def other_contrast(data: np.ndarray) -> np.ndarray:
    """Return a brain whose brightest is dark: not a T1, but as different as one."""
    soft = ndimage.gaussian_filter(data.astype(np.float32), 0.7)
    return np.where(data > 0, np.clip(255 - 0.9 * soft, 1, 255), 0).astype(np.uint8)


def thicker(data: np.ndarray, affine: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return every second voxel of I and J and every fifth of K, and where they lie."""
    steps = (2, 2, 5)
    return data[::2, ::2, ::5], affine @ np.diag([*steps, 1.0])


def placed_twice(path: Path, data: np.ndarray, affine: np.ndarray) -> None:
    """Save a file whose qform lies the other way round than its sform."""
    image = nib.Nifti1Image(data, affine)
    mirrored = affine.copy()
    mirrored[0] = -mirrored[0]
    image.set_sform(affine, 1)
    image.set_qform(mirrored, 1)
    image.header.set_xyzt_units("mm")
    nib.save(image, path)
