"""What is measured of labels over a volume on disk, box by box."""

from __future__ import annotations

import numpy as np

from dashboard.annotation.chunked_array import Frozen
from dashboard.annotation.tiling import Tiling
from dashboard.volumes.stored_volume import StoredVolume
from workers.labels import histograms
from workers.labels.statistics import Read, Statistics, measure_by_box, statistics
from workers.runtime.box import Box
from workers.runtime.progress import Report
from workers.storage.box_reader import BoxReader

SIDE = 128


def stored_statistics(
    volume: StoredVolume, labels: Frozen, affine: np.ndarray, *, report: Report | None = None
) -> tuple[Statistics, ...]:
    """Return what `workers.labels.statistics.statistics` does, of a volume on disk."""
    return measure_by_box(reading(volume, labels), tiles(volume), volume.dtype, affine, report)


def stored_histograms(
    volume: StoredVolume,
    labels: Frozen,
    edges: tuple[float, float, int],
    *,
    report: Report | None = None,
) -> dict[int, np.ndarray]:
    """Return what `workers.labels.histograms.histograms` does, of a volume on disk."""
    return histograms.count_by_box(reading(volume, labels), tiles(volume), edges, report)


SAME = {statistics: stored_statistics, histograms.histograms: stored_histograms}
"""By the kernel that does the same in memory."""


def tiles(volume: StoredVolume) -> list[Box]:
    """Return the boxes in which a volume is read."""
    tiling = Tiling(volume.shape, SIDE)
    every = tuple(slice(0, size) for size in volume.shape)
    return [tiling.box(part.place) for part in tiling.parts(every)]


def reading(volume: StoredVolume, labels: Frozen) -> Read:
    """Return what reads a box of both; where nothing is labelled the volume is not read."""
    intensities = BoxReader(volume.levels[0].path)

    def read(box: Box) -> tuple[np.ndarray, np.ndarray] | None:
        there = None
        for part, values in labels.scan(box):
            if there is None:
                there = np.zeros([axis.stop - axis.start for axis in box], labels.dtype)
            there[part] = values
        return None if there is None else (intensities.read(box), there)

    return read
