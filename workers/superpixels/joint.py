"""Superpixels of several volumes on one grid, as of one patient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workers.superpixels.partition import Partition, partition


def partition_jointly(
    image: np.ndarray,
    *others: np.ndarray,
    spacing: Sequence[float],
    weights: Sequence[float],
    **how,
) -> Partition:
    """Compute superpixels that follow the borders in several volumes.

    Parameters
    ----------
    image : (I, J, K) ndarray
        Tells alone what is foreground.
    *others : (I, J, K) ndarray
        What is not finite in them counts as their lowest intensity: a volume that covers a part
        of `image` takes no voxel of it away.
    spacing : (3,) sequence of float
        Voxel edges in mm.
    weights : sequence of float
        Of `image` and of each of the others.
    **how
        What else `partition` takes: ``count``, ``size_mm3``, ``compactness``, ``sigma_mm``,
        ``threshold``, ``threads``, ``report``.

    Returns
    -------
    partition : Partition
        As of one volume; its threshold is that of `image`.

    Raises
    ------
    ValueError
        As `partition`.
    """
    pairs = zip(others, weights[1:], strict=True)
    channels = [image, *(_fill(other) if weight else image for other, weight in pairs)]
    return partition(channels, spacing, weights=weights, **how)


def _fill(image: np.ndarray) -> np.ndarray:
    """Return `image` with its lowest finite intensity where it has none."""
    if image.dtype.kind != "f":
        return image
    finite = np.isfinite(image)
    if finite.all():
        return image
    lowest = image.min(where=finite, initial=np.inf)
    return np.where(finite, image, lowest if np.isfinite(lowest) else 0).astype(image.dtype)
