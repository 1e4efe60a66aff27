"""Where an edit is best seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dashboard.annotation.label_map import Patch


def fullest(patches: Sequence[Patch]) -> tuple[int, int, int] | None:
    """Return a voxel that changed, where its slices hold much of what did; None if none changed.

    It lies in the largest patch: in its fullest slice across I, the fullest row of that, and the
    middle of what changed there.
    """
    if not patches:
        return None
    box, mask, *_ = max(patches, key=lambda patch: int(patch.mask.sum()))
    i = int(np.argmax(mask.sum(axis=(1, 2))))
    j = int(np.argmax(mask[i].sum(axis=1)))
    changed = np.flatnonzero(mask[i, j])
    k = int(changed[changed.size // 2])
    return tuple(side.start + n for side, n in zip(box, (i, j, k), strict=True))
