"""One drag of the mouse."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from skimage.draw import line

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
    def voxels(self) -> np.ndarray:
        """The (m, 3) voxels along the line, filled between the points; some may lie outside.

        Between two points the line is Bresenham's (`skimage.draw.line`), so that a fast drag
        skips no voxel. Points that are not finite are left out; those further off the slice than
        its own size are drawn nearer.
        """
        xy = np.asarray(self.xy, float).reshape(-1, 2)
        size = np.array((self.plane.layout.x.size, self.plane.layout.y.size))
        near = np.clip(xy[np.isfinite(xy).all(axis=1)], -size, 2 * size)
        cells = self.plane.to_voxels(near)
        if len(cells) < 2:
            return cells
        across = (self.plane.layout.x.index, self.plane.layout.y.index)
        flat = cells[:, across]
        steps = [np.stack(line(*a, *b), axis=1) for a, b in pairwise(flat)]
        filled = np.concatenate(steps)
        voxels = np.full((len(filled), 3), self.plane.index, np.int64)
        voxels[:, across] = filled
        return voxels
