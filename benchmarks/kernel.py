"""The partition of the demo, as the page asks for it."""

from __future__ import annotations

import time

import numpy as np
from nibabel.affines import voxel_sizes

from benchmarks.figure import Figure
from benchmarks.timing import milliseconds
from dashboard import demo
from workers.formats.nifti import nifti
from workers.superpixels.partition import partition

REPEATS = 5
AT_MOST_S = 1
LARGE = 20_000  # superpixels


def figures(*, slow: bool = False) -> list[Figure]:
    """Time `partition` in this process, with all its cores; with `slow`, of a larger volume too."""
    opened = nifti.read(demo.PATH)
    image, spacing = opened.data, voxel_sizes(opened.affine)
    found = partition(image, spacing)  # compiled
    name = f"partition of the demo into {found.count:,} superpixels"
    rows = clocked(name, image, spacing, at_most=AT_MOST_S)
    return [*rows, *clocked_doubled(image, spacing)] if slow else rows


def clocked_doubled(image: np.ndarray, spacing: np.ndarray) -> list[Figure]:
    """Time the demo with each voxel cut into eight, and noise in all of them."""
    large = np.kron(image, np.ones((2, 2, 2), np.int16))
    large += np.random.default_rng(0).normal(0, 4, large.shape).astype(np.int16)
    name = f"partition of {large.size / 1e6:.0f} million voxels into some {LARGE:,}"
    return clocked(name, large, spacing / 2, count=LARGE)


def clocked(name: str, image: np.ndarray, spacing: np.ndarray, count=None, **goal) -> list[Figure]:
    """Time it by the wall, then by the processors."""
    wall, cpu = (
        np.divide(milliseconds(lambda: partition(image, spacing, count=count), REPEATS, clock), 1e3)
        for clock in (time.perf_counter, time.process_time)
    )
    return [Figure(f"{name}, wall", wall, "s", **goal), Figure("same, processor time", cpu, "s")]
