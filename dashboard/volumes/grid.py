"""Where the voxels of a volume lie in the patient, whether it is in memory or on disk."""

from __future__ import annotations

import numpy as np
from nibabel.orientations import aff2axcodes


class Grid:
    """What follows from a `shape` and an `affine`; a volume is one, in memory or on disk."""

    is_on_disk: bool
    """Whether it is read box by box, and has no array of all intensities."""
    shape: tuple[int, int, int]
    affine: np.ndarray
    oriented: bool

    @property
    def voxels(self) -> int:
        """How many there are."""
        i, j, k = self.shape
        return i * j * k

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel edge lengths in mm, one for each of the axes i, j, k."""
        return tuple(np.linalg.norm(self.affine[:3, :3], axis=0).tolist())

    @property
    def voxel_mm3(self) -> float:
        """Volume of one voxel in mm³."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    @property
    def axcodes(self) -> str:
        """Nearest anatomical direction of each axis, such as ``"RAS"`` or ``"PIR"``."""
        return "".join(aff2axcodes(self.affine))

    @property
    def obliqueness_degrees(self) -> float:
        """Largest angle between a voxel axis and the world axis nearest to it."""
        directions = self.affine[:3, :3] / np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(np.degrees(np.arccos(np.clip(abs(directions).max(axis=0), 0, 1)).max()))

    def lies_on(self, affine: np.ndarray) -> bool:
        """Tell whether `affine` puts every corner where this volume has it, to 1/20 voxel."""
        corners = np.array(list(np.ndindex(2, 2, 2))) * self.shape
        apart = corners @ (affine - self.affine)[:3, :3].T + (affine - self.affine)[:3, 3]
        return bool(abs(apart).max() <= min(self.spacing) / 20)
