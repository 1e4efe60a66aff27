"""What follows SLIC: connected pieces, borders, and the superpixels under a stroke."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from skimage.segmentation import _slic, find_boundaries

from benchmarks.alternating import alternate
from benchmarks.figure import Figure
from benchmarks.slic_whole import COUNT, OPTIONS, PEER
from benchmarks.timing import milliseconds
from workers.drawing.stroke_path import ids_under
from workers.superpixels.borders import borders
from workers.superpixels.connectivity import connect
from workers.superpixels.skimage_slic import slic

STROKES = 300
POINTS = 200
SLICE = (240, 240)


def figures(image: np.ndarray) -> Iterator[Figure]:
    ids = slic(image, **OPTIONS, enforce_connectivity=False)
    yield from connectivity(ids)
    ids = connect(ids)
    yield from borders_of_volume(ids.astype(np.uint16), at_least=40)  # as the page has them
    yield from borders_of_volume(ids)
    yield from stroke(ids)


def connectivity(ids: np.ndarray) -> list[Figure]:
    size = ids.size / COUNT
    wide = ids.astype(np.intp)
    ours = partial(connect, ids, None, int(size / 2), threads=1)
    ours()
    peer = _slic._enforce_label_connectivity_cython  # noqa: SLF001 - it alone
    theirs = partial(peer, wide, int(size / 2), int(3 * size), start_label=1)
    return alternate(ours, theirs).figures("connectivity", PEER, at_least=2)


def borders_of_volume(ids: np.ndarray, **goal: float) -> list[Figure]:
    ours = partial(borders, ids, threads=1)
    theirs = partial(find_boundaries, ids, connectivity=1, mode="thick")
    differ = np.count_nonzero(ours() != theirs())
    rows = alternate(ours, theirs).figures(f"borders of {ids.dtype} ids", "find_boundaries", **goal)
    return [*rows, Figure("    voxels that differ", [differ], "", at_most=0)]


def stroke(ids: np.ndarray) -> list[Figure]:
    """Time a stroke on a slice of 240 × 240: which superpixels, and where they lie on it."""
    margin = [(0, max(0, side - size)) for side, size in zip(SLICE, ids.shape, strict=False)]
    ids = np.pad(ids, [*margin, (0, 0)])[: SLICE[0], : SLICE[1]].astype(np.uint16)
    points, k, known = circle(), ids.shape[2] // 2, int(ids.max()) + 1

    def found():
        return ids_under(ids, 2, k, points)

    def overlay():
        drawn = np.zeros(known, bool)
        drawn[found()] = True
        return drawn[ids[:, :, k]]

    assert overlay().any()
    name = f"stroke of {POINTS} points → ids → overlay of 240 × 240, wall"
    under = Figure("    the ids alone", milliseconds(found, STROKES), "ms")
    return [Figure(name, milliseconds(overlay, STROKES), "ms", at_most=1), under]


def circle() -> np.ndarray:
    """Return a closed stroke around the middle of the slice."""
    turn = np.linspace(0, 2 * np.pi, POINTS)
    return np.rint(100 + 50 * np.stack([np.cos(turn), np.sin(turn)], 1)).astype(np.int64)
