"""Which superpixels a stroke touches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
import zarr

from dashboard.annotation.stored_superpixels import DividedIds, StoredSuperpixels
from dashboard.annotation.stroke import Stroke
from dashboard.annotation.superpixels import SuperpixelMasks, Superpixels
from dashboard.volumes.grid import Grid
from workers.drawing import superpixels_under_stroke
from workers.drawing.brush_sweep import sweep
from workers.drawing.stroke_path import ids_under
from workers.runtime.box import Box
from workers.storage.recent_chunks import RecentChunks


class FoundSuperpixels(SuperpixelMasks, Protocol):
    """Superpixels, by their `ids`, ascending, and which voxels they have."""

    ids: np.ndarray


class SuperpixelsInMemory(NamedTuple):
    """Superpixels in memory."""

    ids: np.ndarray
    superpixels: Superpixels

    def pieces(self, n: int) -> Iterator[tuple[Box, np.ndarray]]:
        """Yield the box of superpixel `n`, and which of its voxels are in it."""
        return self.superpixels.pieces(n)


class RecentIds(NamedTuple):
    """The ids of superpixels on disk; the chunks that were read last are in memory."""

    recent: RecentChunks
    superpixels: StoredSuperpixels

    @property
    def array(self) -> zarr.Array | DividedIds:
        """What has their shape, chunks and dtype."""
        return self.superpixels.ids_array()

    def read(self, box: Box) -> np.ndarray:
        """Return a copy of the ids in `box`."""
        return self.superpixels.divided(self.recent.read(box), [axis.start for axis in box])


def find_in_memory(superpixels: Superpixels, stroke: Stroke, grid: Grid) -> SuperpixelsInMemory:
    """Return the superpixels that the line touches on its slice.

    A thick line touches those in the disk of the tip's radius about it.
    """
    plane = stroke.plane
    if masks := sweep_tip(stroke, grid):
        ids = superpixels_under_stroke.in_masks(
            superpixels.ids.__getitem__, masks, superpixels.ids.dtype
        )
    else:
        ids = ids_under(superpixels.ids, plane.layout.axis, plane.index, stroke.cells)
    return SuperpixelsInMemory(ids, superpixels)


def find_on_disk(
    superpixels: StoredSuperpixels,
    recent: RecentChunks,
    stroke: Stroke,
    grid: Grid,
    most_voxels: int,
) -> superpixels_under_stroke.Touched:
    """Return what `find_in_memory` does of superpixels on disk, in the caller's thread.

    Raises
    ------
    ValueError
        With a sentence, if its boxes hold more than `most_voxels`.
    """
    plane, there = stroke.plane, (RecentIds(recent, superpixels), superpixels.boxes)
    if masks := sweep_tip(stroke, grid):
        return superpixels_under_stroke.touched_in(*there, masks, most_voxels=most_voxels)
    where = plane.layout.axis, plane.index, stroke.cells
    return superpixels_under_stroke.find_touched(*there, *where, most_voxels=most_voxels)


def sweep_tip(stroke: Stroke, grid: Grid) -> list[tuple[Box, np.ndarray]]:
    """Return the voxels about a thick line on its slice; none about one without a radius."""
    radius_mm, plane = stroke.tip.radius_mm, stroke.plane
    where = plane.layout.axis, plane.index, stroke.places
    return sweep(grid.shape, grid.spacing, *where, radius_mm) if radius_mm else []
