"""Size, place and intensities of each label."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from workers.intensity.median import Medians
from workers.runtime.box import Box
from workers.runtime.progress import Report, silent

Read = Callable[[Box], tuple[np.ndarray, np.ndarray] | None]

_PART_VOXELS = 2**22


class Statistics(NamedTuple):
    """What is known of the voxels of one label.

    Attributes
    ----------
    value : int
        The label.
    voxels : int
        How many it has.
    volume_mm3 : float
        Of all of them.
    mean, sd, min, max, median : float
        Of their intensities as far as those are finite; NaN if none is. The standard deviation is
        that of the voxels themselves (divided by n, not n − 1), 0 of one voxel. The median of an
        even number is the mean of the two in the middle.
    centroid_mm : tuple of float
        The mean of the voxels' centres, in RAS+ mm.
    box : tuple of int
        ``i0, i1, j0, j1, k0, k1``: the first and the last voxel along i, j and k.
    not_finite : int
        Voxels whose intensity is NaN or infinite: they count but for the intensities.
    """

    value: int
    voxels: int
    volume_mm3: float
    mean: float
    sd: float
    min: float
    max: float
    median: float
    centroid_mm: tuple[float, float, float]
    box: tuple[int, int, int, int, int, int]
    not_finite: int = 0


def statistics(
    volume: np.ndarray, labels: np.ndarray, affine: np.ndarray, *, report: Report | None = None
) -> tuple[Statistics, ...]:
    """Return the statistics of each label that occurs.

    Parameters
    ----------
    volume : (I, J, K) ndarray of int or float
        Intensities; may hold NaN and infinity.
    labels : (I, J, K) ndarray of int
        0 is unlabelled and left out.
    affine : (4, 4) ndarray of float
        Voxel to RAS+ mm.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    statistics : tuple of Statistics
        Ascending by label; empty if nothing is labelled.

    Raises
    ------
    ValueError
        If the shapes differ, or labels are no integers.
    """
    if volume.shape != labels.shape:
        raise ValueError(
            f"labels must have the shape {volume.shape} of the volume; got {labels.shape}."
        )
    if labels.dtype.kind not in "bui":
        raise ValueError(f"labels must be integers; got {labels.dtype}.")
    boxes = slabs(volume.shape)
    return measure_by_box(
        lambda box: (volume[box], labels[box]), boxes, volume.dtype, affine, report
    )


def slabs(shape: tuple[int, int, int], voxels: int = _PART_VOXELS) -> list[Box]:
    """Return boxes of whole (J, K) planes, of about so many voxels, that together are all."""
    I, J, K = shape
    step = max(1, voxels // max(1, J * K))
    return [(slice(i, min(i + step, I)), slice(0, J), slice(0, K)) for i in range(0, I, step)]


def measure_by_box(
    read: Read,
    boxes: Sequence[Box],
    dtype: np.dtype,
    affine: np.ndarray,
    report: Report | None = None,
) -> tuple[Statistics, ...]:
    """Return the statistics of what is read box by box, of which one is in memory at a time.

    Parameters
    ----------
    read : callable
        Returns intensities and labels of a box, both of its shape; None where nothing is labelled.
        Called for each box once for each 16 bits of an intensity, so that the median is exact.
    boxes : sequence of tuple of slice
        No two of which share a voxel.
    dtype : dtype
        Of the intensities.
    affine, report
        As of `statistics`.
    """
    report, medians, sums = report or silent, Medians(dtype), {}
    for turn in range(medians.passes):
        for n, box in enumerate(boxes, 1):
            for value, places, found in groups(read(box)):
                finite = found[np.isfinite(found)]
                medians.count(value, finite)
                if turn == 0:
                    sums.setdefault(value, _Sums()).add(places, box, finite)
            report((turn + n / len(boxes)) / medians.passes)
        medians.narrow()
    voxel_mm3 = abs(float(np.linalg.det(affine[:3, :3])))
    return tuple(
        sums[value].told(value, medians.of(value), affine, voxel_mm3) for value in sorted(sums)
    )


def groups(
    found: tuple[np.ndarray, np.ndarray] | None,
) -> Iterator[tuple[int, tuple[np.ndarray, ...], np.ndarray]]:
    """Yield each label of a part, where in it its voxels lie, and their intensities."""
    if found is None:
        return
    volume, labels = found
    flat = np.flatnonzero(labels)
    of = labels.ravel()[flat]
    order = np.argsort(of, kind="stable")
    values, starts = np.unique(of[order], return_index=True)
    for value, here in zip(values, np.split(flat[order], starts[1:]), strict=False):
        yield int(value), np.unravel_index(here, labels.shape), volume.ravel()[here]


class _Sums:
    """What adds up, part by part; moments about the mean, as of Chan, Golub and LeVeque (1983)."""

    def __init__(self) -> None:
        self.voxels = self.finite = 0
        self.mean = self.square = 0.0
        self.low, self.high = math.inf, -math.inf
        self.ijk = [0, 0, 0]
        self.first, self.last = [math.inf] * 3, [-1] * 3

    def add(self, places, box: Box, finite: np.ndarray) -> None:
        self.voxels += places[0].size
        for axis, (along, side) in enumerate(zip(places, box, strict=True)):
            self.ijk[axis] += int(along.sum()) + side.start * along.size
            self.first[axis] = min(self.first[axis], int(along.min()) + side.start)
            self.last[axis] = max(self.last[axis], int(along.max()) + side.start)
        if finite.size:
            self._add_intensities(finite)

    def _add_intensities(self, finite: np.ndarray) -> None:
        self.low, self.high = min(self.low, finite.min()), max(self.high, finite.max())
        with np.errstate(over="ignore", invalid="ignore"):  # of intensities near 1e300
            values = finite.astype(np.float64)
            mean, n = values.mean(), self.finite + values.size
            apart = mean - self.mean
            self.square += ((values - mean) ** 2).sum()
            self.square += apart**2 * self.finite * (values.size / n)
            self.mean += apart * (values.size / n)
        self.finite = n

    def told(self, value: int, median: float, affine: np.ndarray, voxel_mm3: float) -> Statistics:
        centre = np.array([total / self.voxels for total in self.ijk])
        nothing = (math.nan,) * 4
        mean, sd, low, high = (
            (self.mean, math.sqrt(self.square / self.finite), self.low, self.high)
            if self.finite
            else nothing
        )
        return Statistics(
            value,
            self.voxels,
            self.voxels * voxel_mm3,
            *map(float, (mean, sd, low, high)),
            median,
            tuple((affine[:3, :3] @ centre + affine[:3, 3]).tolist()),
            tuple(n for ends in zip(self.first, self.last, strict=True) for n in ends),
            self.voxels - self.finite,
        )
