"""SLIC of the demo (8.7 million voxels, compactness 0.1), beside scikit-image and SimpleITK.

Ratios are of processor time on one thread unless a row says wall.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import slic_after, slic_floor, slic_iterations, slic_lanes, slic_memory, slic_whole
from benchmarks.figure import Figure
from benchmarks.slic_start import volume


def figures(*, slow: bool = False) -> Iterator[Figure]:
    """Time it; with `slow`, all five turns with a mask too."""
    image = volume()
    yield from slic_iterations.figures(image)
    yield from slic_lanes.figures()
    yield from slic_whole.figures(image, slow=slow)
    yield from slic_memory.figures()
    yield from slic_after.figures(image)
    yield from slic_floor.figures(image)
