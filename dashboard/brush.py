"""Which superpixels a stroke touches: known at once in memory, found by a small task on disk."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future
from functools import singledispatch
from typing import NamedTuple, Protocol

import numpy as np

from dashboard.model.stored_superpixels import BOXES, StoredSuperpixels
from dashboard.model.stroke import Stroke
from dashboard.model.superpixels import Box, Pieces, Superpixels
from workers import touched
from workers.stroke_path import ids_under


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
def under(superpixels: Superpixels, stroke: Stroke, _executor: Executor) -> Future:
    """Return a future of what was `Found` under `stroke`; of superpixels in memory it is done."""
    plane = stroke.plane
    ids = ids_under(superpixels.ids, plane.layout.axis, plane.index, stroke.cells)
    done: Future = Future()
    done.set_result(AtHand(ids, superpixels))
    return done


@under.register
def _(superpixels: StoredSuperpixels, stroke: Stroke, executor: Executor) -> Future:
    plane = stroke.plane
    paths = str(superpixels.path), str(superpixels.folder / BOXES)
    where = plane.layout.axis, plane.index, stroke.cells
    return executor.submit(touched.touched, *paths, *where)
