"""The partition of a volume that the brush paints with."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy import ndimage

Box = tuple[slice, slice, slice]


class Superpixels:
    """A partition of a volume into small regions of like intensity.

    Parameters
    ----------
    ids : (I, J, K) ndarray of unsigned int
        The superpixel of each voxel, numbered from 1; 0 is outside the foreground.
    """

    def __init__(self, ids: np.ndarray) -> None:
        self.ids = ids
        self.ids.flags.writeable = False

    @cached_property
    def boxes(self) -> list[Box | None]:
        """Bounding box of each superpixel; ``boxes[n - 1]`` encloses superpixel `n`."""
        return ndimage.find_objects(self.ids)

    @cached_property
    def count(self) -> int:
        """Number of superpixels that have a voxel."""
        return sum(box is not None for box in self.boxes)

    def under(self, voxels: np.ndarray) -> np.ndarray:
        """Return the ids of the superpixels that `voxels` (n, 3) touch, each once, ascending.

        Voxels outside the volume or the foreground touch nothing.
        """
        inside = ((voxels >= 0) & (voxels < self.ids.shape)).all(axis=1)
        touched = np.unique(self.ids[tuple(voxels[inside].T)])
        return touched[touched > 0]
