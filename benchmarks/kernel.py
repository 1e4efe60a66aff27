"""The partition of the demo, as the page asks for it."""

from __future__ import annotations

import time

from nibabel.affines import voxel_sizes

from benchmarks.figure import Figure
from dashboard import demo
from workers import nifti
from workers.partition import partition

REPEATS = 5
AT_MOST_S = 1


def figures() -> list[Figure]:
    """Time `partition` in this process, with all its cores."""
    opened = nifti.read(demo.PATH)
    image, spacing = opened.data, voxel_sizes(opened.affine)
    found = partition(image, spacing)  # compiled
    wall, cpu = zip(
        *(timed(lambda: partition(image, spacing)) for _ in range(REPEATS)), strict=True
    )
    name = f"partition of the demo into {found.count:,} superpixels, wall"
    return [Figure(name, wall, "s", at_most=AT_MOST_S), Figure("same, processor time", cpu, "s")]


def timed(action) -> tuple[float, float]:
    """Return the seconds that a call took: on the wall, and of all processors."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - cpu
