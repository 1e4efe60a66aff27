"""One drag of the mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dashboard.annotation.slice_geometry import Plane

ERASE = 0


class Tip(NamedTuple):
    """What the mouse draws with.

    Attributes
    ----------
    kind : str
        ``"superpixels"``: those under the line are labelled. ``"voxels"``: those within the
        radius. ``"outline"``: what the line encloses on its slice. ``"split"``: the superpixels
        under the line are cut into finer ones.
    radius_mm : float
        How far from the line it reaches; 0 is the line itself.
    is_ball : bool
        Whether it reaches into the slices beside, and not only over its own.
    is_within : bool
        Whether it stays in the superpixel in which the line began.
    """

    kind: str = "superpixels"
    radius_mm: float = 0.0
    is_ball: bool = False
    is_within: bool = False


SUPERPIXELS = Tip()


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
    tip : Tip
        What it was drawn with.
    """

    plane: Plane
    xy: np.ndarray
    label: int = 1
    tip: Tip = SUPERPIXELS

    @property
    def cells(self) -> np.ndarray:
        """The (n, 2) voxels at its points, on the slice's two axes in ascending order.

        Some may lie off the slice. Points that are not finite are left out; those further off than
        the slice's own size are drawn nearer.
        """
        return np.delete(self.plane.to_voxels(self.points), self.plane.layout.axis, axis=1)

    @property
    def places(self) -> np.ndarray:
        """The (n, 2) voxel coordinates of its points, on the slice's two axes in ascending order.

        Of the points as of `cells`, between voxels too.
        """
        layout, points = self.plane.layout, self.points
        laid = sorted(zip((layout.x, layout.y), points.T, strict=True), key=lambda a: a[0].index)
        return np.column_stack([axis.to_place(canvas) for axis, canvas in laid])

    @property
    def points(self) -> np.ndarray:
        """Its (n, 2) canvas points as far as they are finite, none too far off the slice."""
        xy = np.asarray(self.xy, float).reshape(-1, 2)
        size = np.array((self.plane.layout.x.size, self.plane.layout.y.size))
        return np.clip(xy[np.isfinite(xy).all(axis=1)], -size, 2 * size)

    def place(self, shape: tuple[int, int, int]) -> tuple[int, int, int] | None:
        """Return the voxel of a volume of `shape` in the middle of its way; None without points."""
        voxels = self.plane.to_voxels(self.points)
        if not len(voxels):
            return None
        i, j, k = np.clip(voxels[len(voxels) // 2], 0, np.array(shape) - 1).tolist()
        return i, j, k
