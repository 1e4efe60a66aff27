"""The surface of the foreground of a volume on disk."""

from __future__ import annotations

import os

import numpy as np

from workers.labels.surface import Surface, outline
from workers.runtime.progress import Report
from workers.storage.foreign_zarr.array import image_at


def stored_outline(
    path: str | os.PathLike,
    affine: np.ndarray,
    threshold: float | None,
    *,
    report: Report | None = None,
) -> Surface:
    """Return the surface of the foreground of one level of a volume.

    Parameters
    ----------
    path : path
        The level: a zarr array (I, J, K), which is read whole.
    affine : (4, 4) ndarray
        From the level's voxels to RAS+ mm.
    threshold, report
        As of `workers.labels.surface.outline`.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    return outline(image_at(path)[:], affine, threshold, report=report)
