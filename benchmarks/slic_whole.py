"""Whole calls of ``slic``, from the volume to connected labels, beside their peers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

import numpy as np
import SimpleITK
from skimage.segmentation import slic as peer
from skimage.util import regular_grid

from benchmarks.alternating import Turns, alternate
from benchmarks.figure import Figure
from benchmarks.slic_start import COMPACTNESS
from workers.superpixels.skimage_slic import slic

COUNT = 2_000
PEER = "scikit-image"
OPTIONS = {"n_segments": COUNT, "compactness": COMPACTNESS, "channel_axis": None}
ITK_ITERATIONS = 5


def figures(image: np.ndarray, *, slow: bool) -> Iterator[Figure]:
    slic(image[:32, :32, :32], threads=1, channel_axis=None, mask=image[:32, :32, :32] >= 0)
    yield from whole(image)
    yield from masked(image, turns=5 if slow else 1)
    if slow:
        yield masked_difference(image)
    yield from beside_itk(image)


def whole(image: np.ndarray) -> list[Figure]:
    ours = partial(slic, image, **OPTIONS, threads=2)
    turns = alternate(ours, partial(peer, image, **OPTIONS), clock=time.perf_counter)
    return turns.figures(f"slic, n = {COUNT:,}, wall, 2 threads", PEER, at_least=40)


def masked(image: np.ndarray, turns: int) -> list[Figure]:
    options = OPTIONS | {"mask": image > 0}
    ours = partial(slic, image, **options, threads=1)
    taken = alternate(ours, partial(peer, image, **options), turns)
    return taken.figures(f"slic with a mask, n = {COUNT:,}", PEER, at_least=25)


def masked_difference(image: np.ndarray) -> Figure:
    options = OPTIONS | {"mask": image > 0, "enforce_connectivity": False}
    differ = np.count_nonzero(slic(image, **options) != peer(image, **options))
    return Figure("    voxels that differ, with a mask", [differ], "", at_most=0)


def beside_itk(image: np.ndarray) -> list[Figure]:
    iterations = {"max_num_iter": ITK_ITERATIONS, "enforce_connectivity": False}
    scaled = SimpleITK.GetImageFromArray((image - image.min()) / np.ptp(image))
    turns = Turns()
    for _ in range(5):
        turns.take(
            lambda: slic(image, **OPTIONS | iterations, threads=1),
            lambda: itk_filter(image.shape).Execute(scaled),
        )
    name = f"slic, n = {COUNT:,}, {ITK_ITERATIONS} iterations"
    return turns.figures(name, "SimpleITK", at_least=12)


def itk_filter(
    shape: tuple[int, ...],
    n: int = COUNT,
    iterations: int = ITK_ITERATIONS,
    compactness: float = COMPACTNESS,
    *,
    connected: bool = False,
) -> SimpleITK.SLICImageFilter:
    """Return SimpleITK's SLIC on one thread, from scikit-image's grid of `n` seeds."""
    steps = [int(along.step or 1) for along in regular_grid(shape, n)]
    given = SimpleITK.SLICImageFilter()
    given.SetSuperGridSize(steps[::-1])
    given.SetSpatialProximityWeight(compactness)
    given.SetMaximumNumberOfIterations(iterations)
    given.SetEnforceConnectivity(connected)
    given.SetInitializationPerturbation(False)
    given.SetNumberOfThreads(1)
    return given
