"""From one label to another: the patches that give all of its voxels another label."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from dashboard.annotation.label_map import LabelMap, Patch, extent
from dashboard.annotation.tiling import Tiling
from workers.runtime.box import Box

MOST_VOXELS = 2**27
"""In the boxes of all that changes: an edit is held, and written, as a whole."""

_SIDE = 128


def changed(
    labels: LabelMap,
    label: int,
    other: int,
    *,
    report: Callable[[float], None] | None = None,
) -> tuple[Patch, ...]:
    """Return what gives every voxel of `label` the label `other`; in any thread.

    Nothing is written. The patches are tight boxes of at most 128 voxels an edge, so that a label
    which is spread over the volume takes no more than it needs.

    Raises
    ------
    ValueError
        With one sentence for the user, if it is too much for one edit.
    """
    box = labels.extents.get(label)
    if box is None or not labels.voxels[label]:
        return ()
    tiles = [part.here for part in Tiling(labels.shape, _SIDE).parts(box)]
    patches, size = [], 0
    for n, here in enumerate(tiles):
        if report is not None:
            report(n / len(tiles))
        if patch := _patch(labels, label, other, moved(here, box)):
            patches.append(patch)
            size += patch.mask.size
        if size > MOST_VOXELS:
            raise ValueError(
                f"Expected a label within boxes of at most {MOST_VOXELS:,} voxels in all, which "
                "can be taken back as one step; this one covers more: hide it instead."
            )
    return tuple(patches)


def covered(labels: LabelMap, label: int) -> int:
    """Return how many voxels the box has in which a label may lie."""
    box = labels.extents.get(label, ())
    return math.prod(axis.stop - axis.start for axis in box) if labels.voxels[label] else 0


def moved(inner: Box, outer: Box) -> Box:
    """Return a box that is counted from the start of another, counted from where that one is."""
    return tuple(
        slice(a.start + b.start, a.stop + b.start) for a, b in zip(inner, outer, strict=True)
    )


def _patch(labels: LabelMap, label: int, other: int, tile: Box) -> Patch | None:
    mask = labels.mask(label, tile)
    if not mask.any():
        return None
    tight = tuple(extent(mask.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1)))
    return Patch(moved(tight, tile), np.ascontiguousarray(mask[tight]), label, other)
