"""A volume on disk, as it does not fit into the memory: in chunks, at several resolutions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np

from dashboard.annotation.chunked_array import ChunkedArray
from dashboard.volumes.grid import Grid
from workers.chunked import stored_outline
from workers.storage.coarse import stride_affine


class Level(NamedTuple):
    """One resolution of a stored volume.

    Attributes
    ----------
    path : Path
        A zarr v3 array (I', J', K') with the intensities' own dtype.
    shape : tuple of int
        (I', J', K').
    strides : tuple of int
        Voxels of the volume along i, j and k that one of these is the mean of; the last ones may
        reach over the volume. Level 0 has (1, 1, 1).
    """

    path: Path
    shape: tuple[int, int, int]
    strides: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class StoredVolume(Grid):
    """A 3D image on disk with the affine that places its voxels in world space.

    What `dashboard.volumes.memory_volume.Volume` tells of one in memory, it tells too, but for
    `data`.

    Attributes
    ----------
    folder : Path
        What is kept of it: the levels, and its partitions.
    levels : tuple of Level
        From the finest to the coarsest.
    dtype : dtype
        Of the intensities.
    affine, name, header, notes, oriented
        As of `Volume`.
    digest : str
        The very same as that of the `Volume` with these intensities and this affine.
    finite_range, window : tuple of float
        As of `Volume`; the window from a coarse level.
    """

    is_on_disk: ClassVar[bool] = True

    folder: Path
    levels: tuple[Level, ...]
    dtype: np.dtype
    affine: np.ndarray
    name: str
    header: bytes
    notes: tuple[str, ...]
    digest: str
    finite_range: tuple[float, float]
    window: tuple[float, float]
    oriented: bool = True

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along i, j and k."""
        return self.levels[0].shape

    def zeros(self, dtype: np.dtype | type) -> ChunkedArray:
        """Return an array of zeros, one for each voxel, that takes place where it is written to."""
        return ChunkedArray(self.shape, dtype, self.folder)

    def outline(self, threshold: float, most_voxels: int) -> tuple:
        """Return the kernel that makes the surface of all above `threshold`, and its arguments.

        It reads the finest level of at most so many voxels.
        """
        level = self.level_of(most_voxels)
        affine = stride_affine(self.affine, np.array(level.strides))
        return stored_outline.stored_outline, str(level.path), affine, threshold

    def level_of(self, most_voxels: int) -> Level:
        """Return the finest level of at most so many voxels; the coarsest if all have more."""
        fits = (level for level in self.levels if math.prod(level.shape) <= most_voxels)
        return next(fits, self.levels[-1])
