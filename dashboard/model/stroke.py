"""One drag of the mouse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.model.plane import Plane

ERASE = 0


@dataclass(frozen=True, eq=False)
class Stroke:
    """A line drawn on one slice, with what it is to give.

    Attributes
    ----------
    plane : Plane
        The slice it was drawn on.
    xy : (n, 2) ndarray of float
        Canvas points along the line, in voxels, voxel centres at integers.
    label : int
        Label to give; 0 erases.
    """

    plane: Plane
    xy: np.ndarray
    label: int = 1

    @property
    def cells(self) -> np.ndarray:
        """The (n, 2) voxels at its points, on the slice's two axes in ascending order.

        Some may lie off the slice. Points that are not finite are left out; those further off than
        the slice's own size are drawn nearer.
        """
        xy = np.asarray(self.xy, float).reshape(-1, 2)
        size = np.array((self.plane.layout.x.size, self.plane.layout.y.size))
        near = np.clip(xy[np.isfinite(xy).all(axis=1)], -size, 2 * size)
        return np.delete(self.plane.to_voxels(near), self.plane.layout.axis, axis=1)
