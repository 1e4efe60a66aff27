"""A volume in memory, and where it lies in the patient."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from dashboard.volumes.grid import Grid
from workers.intensity import window
from workers.labels import surface


@dataclass(frozen=True, eq=False)
class Volume(Grid):
    """A 3D image with the affine that places its voxels in world space.

    Attributes
    ----------
    data : (I, J, K) ndarray
        Intensities, indexed by voxel ``(i, j, k)``; read-only, may hold NaN and infinity.
    affine : (4, 4) ndarray of float
        Maps ``(i, j, k, 1)`` to RAS+ world coordinates in mm.
    name : str
        What the annotator calls it: the file name without its endings.
    header : bytes
        Header block of the source file, from which exports take codes and units.
    notes : tuple of str
        What the annotator should know of how the file was read.
    oriented : bool
        Whether the file can say where left and right of a patient are; if not, world x, y and z
        are the file's own, of which x and y count to the left and to the back.
    """

    is_on_disk: ClassVar[bool] = False

    data: np.ndarray
    affine: np.ndarray
    name: str = "volume"
    header: bytes = b""
    notes: tuple[str, ...] = ()
    oriented: bool = True

    def __post_init__(self) -> None:
        if self.data.ndim != 3:
            raise ValueError(
                f"Volume.data must have 3 axes (i, j, k); got shape {self.data.shape}."
            )
        if self.affine.shape != (4, 4):
            raise ValueError(f"Volume.affine must be (4, 4); got {self.affine.shape}.")
        self.data.flags.writeable = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along i, j and k."""
        return self.data.shape

    @property
    def dtype(self) -> np.dtype:
        """Of the intensities."""
        return self.data.dtype

    def outline(self, threshold: float, most_voxels: int) -> tuple:  # noqa: ARG002 - of those on disk
        """Return the kernel that makes the surface of all above `threshold`, and its arguments."""
        return surface.outline, self.data, self.affine, threshold

    def zeros(self, dtype: np.dtype | type) -> np.ndarray:
        """Return an array of zeros, one for each voxel."""
        return np.zeros(self.shape, dtype)

    @cached_property
    def finite_range(self) -> tuple[float, float]:
        """Lowest and highest finite intensity; ``(0, 0)`` if none is finite."""
        if self.data.dtype.kind in "iu":
            return float(self.data.min()), float(self.data.max())
        low = np.min(self.data, where=np.isfinite(self.data), initial=np.inf)
        high = np.max(self.data, where=np.isfinite(self.data), initial=-np.inf)
        return (float(low), float(high)) if low <= high else (0.0, 0.0)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of intensities and affine: the same volume, whatever its file is called."""
        content = hashlib.sha256(repr((self.data.dtype.str, self.shape)).encode())
        content.update(np.ascontiguousarray(self.data))
        content.update(np.ascontiguousarray(self.affine, float))
        return content.hexdigest()

    @cached_property
    def window(self) -> tuple[float, float]:
        """Intensities first shown as black and as white.

        Taken from about a million voxels, so that opening does not wait for it.
        """
        sample = self.data.ravel()[:: max(1, self.data.size // 1_000_000)]
        return window.first_window(sample, self.finite_range)
