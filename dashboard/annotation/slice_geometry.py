"""Slices, and the one place where canvas (x, y) meets voxel (i, j, k)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from nibabel.orientations import io_orientation

NAMES = ("axial", "coronal", "sagittal")
LETTERS = ("LR", "PA", "IS")


@dataclass(frozen=True)
class Axis:
    """How one voxel axis is laid along a screen direction.

    Attributes
    ----------
    index : int
        The voxel axis: 0, 1 or 2 for i, j or k.
    size : int
        Number of voxels along it.
    reversed : bool
        Whether the voxel index falls as the canvas coordinate grows.
    letters : str
        Anatomical direction at the low and at the high canvas end.
    """

    index: int
    size: int
    reversed: bool
    letters: str

    def to_voxel(self, canvas: np.ndarray) -> np.ndarray:
        """Return the voxel indices at `canvas` coordinates; halves go up, off-volume is kept."""
        nearest = np.floor(np.asarray(canvas, float) + 0.5).astype(np.int64)
        return self.size - 1 - nearest if self.reversed else nearest

    def to_place(self, canvas: np.ndarray) -> np.ndarray:
        """Return the voxel coordinates at `canvas` coordinates, between voxels too."""
        return self.size - 1 - canvas if self.reversed else canvas


@dataclass(frozen=True)
class Layout:
    """How the slices across one voxel axis are laid on the screen, without resampling.

    The canvas has its origin at the centre of the lower left voxel and counts in voxels:
    x to the right, y up.
    """

    name: str
    axis: int
    x: Axis
    y: Axis


def layouts(affine: np.ndarray, shape: tuple[int, int, int], *, radiological: bool = True):
    """Return the layouts of the axial, coronal and sagittal planes of a volume.

    Each world axis (R, A, S) is taken by the voxel axis nearest to it. Superior and anterior are
    up; on sagittal slices anterior is on the right.

    Parameters
    ----------
    affine : (4, 4) ndarray of float
        Maps voxels to RAS+ mm; oblique ones are shown along their own axes.
    shape : (3,) tuple of int
        Number of voxels along i, j and k.
    radiological : bool, optional
        Show the patient's right on the left of the screen.

    Returns
    -------
    dict of str to Layout
        By name: ``"axial"``, ``"coronal"``, ``"sagittal"``.
    """
    orientation = io_orientation(affine)
    voxel_axis = {int(world): axis for axis, (world, _) in enumerate(orientation)}

    def lay(world: int, mirrored: bool = False) -> Axis:
        axis = voxel_axis[world]
        against = bool(orientation[axis, 1] < 0) != mirrored
        return Axis(axis, shape[axis], against, LETTERS[world][:: -1 if mirrored else 1])

    right, anterior, superior = lay(0, radiological), lay(1), lay(2)
    return {
        "axial": Layout("axial", superior.index, right, anterior),
        "coronal": Layout("coronal", anterior.index, right, superior),
        "sagittal": Layout("sagittal", right.index, anterior, superior),
    }


@dataclass(frozen=True)
class Plane:
    """One slice: a layout, and the index at which its axis is held."""

    layout: Layout
    index: int

    def to_voxels(self, xy: np.ndarray) -> np.ndarray:
        """Return the (n, 3) voxels under (n, 2) canvas points; some may lie off the volume."""
        xy = np.asarray(xy, float).reshape(-1, 2)
        voxels = np.empty((len(xy), 3), np.int64)
        voxels[:, self.layout.axis] = self.index
        for column, axis in enumerate((self.layout.x, self.layout.y)):
            voxels[:, axis.index] = axis.to_voxel(xy[:, column])
        return voxels
