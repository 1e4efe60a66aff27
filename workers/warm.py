"""Kernels compiled before somebody waits for them; ``python -m workers.warm`` fills the cache."""

from __future__ import annotations

import numpy as np

from workers.chunked.feature_tiles import feature_tiles
from workers.chunked.local_boxes import merge, parts
from workers.chunked.local_pieces import local_pieces
from workers.chunked.piece_contacts import across, inside
from workers.chunked.unite_pieces import Seam, Table, unite
from workers.drawing.brush_sweep import sweep
from workers.drawing.stroke_on_disk import find_under  # noqa: F401 - to read zarr takes a second to load
from workers.drawing.stroke_path import ids_under
from workers.runtime.boxes import boxes
from workers.slic.tiles import TILE
from workers.superpixels.connectivity import connect
from workers.superpixels.joining import gather
from workers.superpixels.partition import partition
from workers.superpixels.settle_pieces import settle

_IMAGES = (np.uint8, np.int16, np.float32)
_IDS = (np.uint16, np.uint32)


def warm() -> None:
    """Compile the kernels that the page and ``supervox partition`` call, or load them.

    What was compiled lies in numba's cache (see `workers.runtime.compiled`): the first time this
    takes seconds of one core, later a fraction of one. What neither calls is left to its first
    caller.
    """
    for dtype in _IMAGES:
        partition(np.arange(512, dtype=np.int16).reshape(8, 8, 8).astype(dtype), (1, 1, 1), count=8)
    connect(
        np.array([[[1, 2, 3, 3]]], np.int32), min_size=9
    )  # small ones that touch only each other
    _warm_chunks()
    warm_page()


def _warm_chunks() -> None:
    """Compile or load what chunks on disk need; superpixels here in two of two voxels each."""
    for cut in (False, True):  # as it lies on disk, read-only, or copied where a box cuts it
        values = np.zeros(TILE, np.float32)
        values.flags.writeable = cut
        feature_tiles([values], (0, 0, 0))
    found = [local_pieces(np.array([[[1, 2]]]), (0, 0, k), (1, 1, 4)) for k in (0, 2)]
    seam = Seam(0, 1, across(found[0].map[..., -1], found[1].map[..., 0]))
    whole = unite([Table(each.ids, each.sizes, each.first) for each in found], [seam])
    settle(whole.ids, whole.sizes, lambda *_: gather([whole.seams], whole.ids.size), 9)
    for each, of in zip(found, whole.of, strict=True):
        inside(each.map, of > 0)
        merge([parts(of, each.boxes, each.sizes)], 4)


def warm_page() -> None:
    """Compile or load what the page's own process calls: what a stroke and a read file need."""
    for dtype in _IDS:
        ids = np.ones((2, 2, 2), dtype)
        boxes(ids, 1)
        ids_under(ids, 0, 0, np.zeros((1, 2), np.int64))
    sweep((2, 2, 2), (1.0, 1.0, 1.0), 0, 0, np.zeros((1, 2)), 0.0)


if __name__ == "__main__":
    warm()
