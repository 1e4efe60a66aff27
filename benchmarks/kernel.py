"""Superpixels of the demo, beside scikit-image's."""

from __future__ import annotations

import time

import numpy as np
from nibabel.affines import voxel_sizes
from skimage.segmentation import slic

from benchmarks.figure import Figure, ratio
from dashboard import demo
from workers import nifti
from workers.partition import partition

REPEATS = 3


def figures(*, slow: bool = False) -> list[Figure]:
    """Time `partition` in this process; with `slow`, scikit-image's own SLIC with a mask too."""
    opened = nifti.read(demo.PATH)
    image, spacing = opened.data, voxel_sizes(opened.affine)
    wall, cpu = zip(
        *(timed(lambda: partition(image, spacing)) for _ in range(REPEATS)), strict=True
    )
    found = partition(image, spacing)
    ours = Figure(f"partition of the demo into {found.count} superpixels", wall, "s")
    rows = [ours, Figure("same, processor time", cpu, "s")]
    return [*rows, *beside(ours, image, found, spacing)] if slow else rows


def beside(ours: Figure, image: np.ndarray, found, spacing: np.ndarray) -> list[Figure]:
    """Time scikit-image with our mask and our number of superpixels."""
    options = {"mask": found.ids > 0, "spacing": spacing, "channel_axis": None}
    scaled = image.astype(np.float32)
    wall, cpu = timed(lambda: slic(scaled, found.count, compactness=0.06, **options))
    theirs = Figure("scikit-image's slic with that mask and number", [wall], "s")
    processor = Figure("same, processor time", [cpu], "s")
    return [theirs, processor, ratio("scikit-image to partition", theirs, ours)]


def timed(action) -> tuple[float, float]:
    """Return the seconds that a call took: on the wall, and of all processors."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - cpu
