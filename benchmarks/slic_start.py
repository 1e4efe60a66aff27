"""What both SLICs are given: the demo, scaled, and the centres from which scikit-image begins."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from skimage.segmentation import _slic
from skimage.segmentation.slic_superpixels import _get_grid_centroids

from dashboard import demo
from workers.formats.nifti import nifti
from workers.runtime.team import Team
from workers.slic.iteration import iterate
from workers.slic.tiles import Scale, Tiles, make_tiles

COMPACTNESS = 0.1  # on intensities from 0 to 1: what the Dash app of 2020 took
COUNTS = (500, 2_000, 10_000)
ITERATIONS = 10
SPACING = np.ones(3, np.float32)


class Start(NamedTuple):
    """A volume before the first iteration.

    Attributes
    ----------
    image : (I, J, K, 1) ndarray of float32
        From 0 to 1, divided by the compactness.
    centres : (n, 4) ndarray of float32
        Voxel coordinates, and 0 for the intensity.
    step : float
    """

    image: np.ndarray
    centres: np.ndarray
    step: float


def volume() -> np.ndarray:
    """Return the demo, of 8.7 million voxels, as float32."""
    return nifti.read(demo.PATH).data.astype(np.float32, order="C")


def start(image: np.ndarray, n: int) -> Start:
    """Prepare `image` as scikit-image's `slic` does."""
    image = image - image.min()
    image /= image.max()
    image = np.ascontiguousarray(image * (1 / COMPACTNESS), np.float32)[..., None]
    seeds, steps = _get_grid_centroids(image, n)
    return Start(image, np.pad(seeds, ((0, 0), (0, 1))).astype(np.float32), max(steps))


def in_tiles(given: Start, team: Team) -> Tiles:
    return make_tiles(given.image, None, Scale(np.float32(0), np.float32(1), np.float32(1)), team)


def ours(tiles: Tiles, centres: np.ndarray, step: float, iterations: int, team: Team) -> None:
    iterate(tiles, centres, step, SPACING, max_num_iter=iterations, team=team)


def theirs(given: Start, centres: np.ndarray, iterations: int) -> np.ndarray:
    spacing = SPACING.astype(given.image.dtype)
    return _slic._slic_cython(  # noqa: SLF001 - its iterations alone
        given.image, None, centres, given.step, iterations, spacing, False, start_label=1
    )
