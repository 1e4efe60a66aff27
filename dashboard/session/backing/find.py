"""Which superpixels a stroke touches: in memory here, on disk as a kernel is asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from dashboard.annotation.stored_superpixels import BOXES, StoredSuperpixels
from dashboard.annotation.stroke import Stroke
from dashboard.annotation.superpixels import SuperpixelMasks, Superpixels
from dashboard.volumes.grid import Grid
from workers.drawing import superpixels_under_stroke
from workers.drawing.brush_sweep import sweep
from workers.drawing.stroke_on_disk import DrawnLine, IdsOnDisk
from workers.drawing.stroke_path import ids_under
from workers.runtime.box import Box


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


def find_in_memory(superpixels: Superpixels, stroke: Stroke, grid: Grid) -> SuperpixelsInMemory:
    """Return the superpixels that the line touches on its slice.

    A thick line touches those in the disk of the tip's radius about it.
    """
    line = line_of(stroke)
    where, ids = (line.axis, line.index), superpixels.ids
    if line.radius_mm:
        masks = sweep(grid.shape, grid.spacing, *where, line.places, line.radius_mm)
        under = superpixels_under_stroke.in_masks(ids.__getitem__, masks, ids.dtype)
    else:
        under = ids_under(ids, *where, line.cells)
    return SuperpixelsInMemory(under, superpixels)


def line_of(stroke: Stroke) -> DrawnLine:
    """Return the line of a stroke."""
    plane = stroke.plane
    where = plane.layout.axis, plane.index
    return DrawnLine(*where, stroke.cells, stroke.places, stroke.tip.radius_mm)


def ids_under_line(superpixels: StoredSuperpixels, line: DrawnLine, grid: Grid) -> IdsOnDisk:
    """Return the ids on disk, with what was split of them as far as a line may touch it."""
    if not len(line.places):
        return ids_within(superpixels, (0, 0, 0), (0, 0, 0))
    edges = np.delete(grid.spacing, line.axis)
    reach = line.radius_mm / edges + 2
    low = np.insert(line.places.min(axis=0) - reach, line.axis, line.index)
    high = np.insert(line.places.max(axis=0) + reach, line.axis, line.index + 1)
    return ids_within(superpixels, low, high)


def ids_in(superpixels: StoredSuperpixels, box: Box | None) -> IdsOnDisk:
    """Return the ids on disk, with what was split of them as far as it meets a box."""
    ends = [(axis.start, axis.stop) for axis in box] if box else [(0, 0)] * 3
    return ids_within(superpixels, *zip(*ends, strict=True))


def ids_within(superpixels: StoredSuperpixels, low: np.ndarray, high: np.ndarray) -> IdsOnDisk:
    """Return the ids on disk, with what was split of them from voxel `low` to before `high`."""
    there = superpixels.divisions_in(low, high)
    ids = [np.empty(0, np.int64), *(division.ids for division in there)]
    changed = np.unique(np.concatenate(ids))
    paths = str(superpixels.path), str(superpixels.folder / BOXES)
    return IdsOnDisk(*paths, there, changed, superpixels.boxes[changed - 1])
