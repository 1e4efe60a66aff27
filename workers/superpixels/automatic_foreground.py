"""The foreground that is found where no threshold is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workers.intensity.hounsfield import SKIN, offset_of
from workers.superpixels.body import Body, body_of, steps
from workers.superpixels.foreground import lowest, padding_of, thinning, threshold_of


class Foreground(NamedTuple):
    """Which voxels are foreground; see `workers.superpixels.foreground.foreground_of`."""

    threshold: float
    body: Body | None = None


def automatic(image: np.ndarray, spacing: Sequence[float]) -> Foreground:
    """Return that of a volume in memory; see `found_in`.

    Parameters
    ----------
    image : (I, J, K) ndarray
        Integers or reals.
    spacing : (3,) sequence of float
        Voxel edges; only their ratios matter.
    """
    thin, cells = (
        image[tuple(slice(None, None, n) for n in step)]
        for step in (thinning(image.shape), steps(image.shape, spacing))
    )
    return found_in(lowest(image), thin, cells, image.shape, spacing)


def found_in(
    lowest: float,
    thinned: np.ndarray,
    cells: np.ndarray,
    shape: tuple[int, int, int],
    spacing: Sequence[float],
) -> Foreground:
    """Return which voxels of a volume are foreground: of a CT the body, else what is no air.

    Parameters
    ----------
    lowest, thinned
        As for `workers.superpixels.foreground.threshold_of`.
    cells : (I', J', K') ndarray
        Every n-th voxel, with the `workers.superpixels.body.steps` of the volume.
    shape, spacing
        Of the volume.
    """
    offset = offset_of(cells.ravel())
    if offset is None:
        return Foreground(threshold_of(lowest, thinned))
    padding = padding_of(thinned[np.isfinite(thinned)])
    body = body_of(cells, spacing, steps(shape, spacing), offset, padding)
    return Foreground(SKIN + offset, body)
