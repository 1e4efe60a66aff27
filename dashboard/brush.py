"""Which superpixels a stroke touches: known at once in memory, found by a small task on disk."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future
from functools import singledispatch
from typing import NamedTuple, Protocol

import numpy as np

from dashboard.model.grid import Grid
from dashboard.model.stored_superpixels import BOXES, StoredSuperpixels
from dashboard.model.stroke import Stroke
from dashboard.model.superpixels import Box, Pieces, Superpixels
from workers import touched
from workers.stroke_path import ids_under
from workers.swept import swept


class Found(Pieces, Protocol):
    """Superpixels, by their `ids`, ascending, and which voxels they have."""

    ids: np.ndarray


class AtHand(NamedTuple):
    """Superpixels in memory."""

    ids: np.ndarray
    superpixels: Superpixels

    def pieces(self, n: int) -> Iterator[tuple[Box, np.ndarray]]:
        """Yield the box of superpixel `n`, and which of its voxels are in it."""
        return self.superpixels.pieces(n)


@singledispatch
def under(superpixels: Superpixels, stroke: Stroke, grid: Grid, _executor: Executor) -> Future:
    """Return a future of what was `Found` under `stroke`; of superpixels in memory it is done.

    Those are found that the line touches on its slice, or the disk of the tip's radius about it.
    """
    plane = stroke.plane
    if masks := around(stroke, grid):
        ids = touched.in_masks(superpixels.ids.__getitem__, masks, superpixels.ids.dtype)
    else:
        ids = ids_under(superpixels.ids, plane.layout.axis, plane.index, stroke.cells)
    done: Future = Future()
    done.set_result(AtHand(ids, superpixels))
    return done


@under.register
def _(superpixels: StoredSuperpixels, stroke: Stroke, grid: Grid, executor: Executor) -> Future:
    plane = stroke.plane
    paths = str(superpixels.path), str(superpixels.folder / BOXES)
    if masks := around(stroke, grid):
        return executor.submit(touched.touched_in, *paths, masks)
    where = plane.layout.axis, plane.index, stroke.cells
    return executor.submit(touched.touched, *paths, *where)


def around(stroke: Stroke, grid: Grid) -> list[tuple[Box, np.ndarray]]:
    """Return the voxels about a thick line on its slice; none about one without a radius."""
    radius_mm, plane = stroke.tip.radius_mm, stroke.plane
    where = plane.layout.axis, plane.index, stroke.places
    return swept(grid.shape, grid.spacing, *where, radius_mm) if radius_mm else []
