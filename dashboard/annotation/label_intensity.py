"""Mean and spread of the intensity under each label, kept up to date at the cost of the edit."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import NamedTuple

import numpy as np

from dashboard.annotation.label_map import LabelMap, Patch, Values


class Intensity(NamedTuple):
    """Mean and standard deviation (of the voxels themselves, not of a sample)."""

    mean: float
    sd: float


class LabelSums:
    """Sums of the intensities under each label, which follow a label map as it is written to.

    Voxels that are not finite count for nothing. Intensities are taken from the middle of their
    range, in units of half of it, so that squares neither overflow nor cancel each other.

    Parameters
    ----------
    data : (I, J, K) ndarray
        The intensities.
    finite_range : (float, float)
        Lowest and highest of the finite ones.
    labels : LabelMap
        What it has already is counted now, at the cost of the boxes in which it has labels.
    """

    def __init__(
        self, data: np.ndarray, finite_range: tuple[float, float], labels: LabelMap
    ) -> None:
        low, high = map(float, finite_range)
        self._data = data
        self._middle, self._unit = low / 2 + high / 2, high / 2 - low / 2 or 1.0
        self._sums: defaultdict[int, np.ndarray] = defaultdict(lambda: np.zeros(3))
        self._count(labels)
        labels.watch = self.note

    def note(self, patch: Patch, old: Values, new: Values) -> None:
        """Take the voxels of a patch from the labels `old` and give them to `new`."""
        x = self._values(self._data[patch.box][patch.mask])
        self._add(x, old, -1)
        self._add(x, new, 1)

    def of(self, label: int) -> Intensity | None:
        """Return mean and spread under a label; None where it has no finite voxel."""
        n, total, squares = self._sums.get(label, (0, 0, 0))
        if n < 1:
            return None
        mean = total / n
        spread = math.sqrt(max(0.0, squares / n - mean * mean))
        return Intensity(self._middle + self._unit * mean, self._unit * spread)

    def _count(self, labels: LabelMap) -> None:
        boxes = [labels.extents[label] for label, voxels in labels.voxels.items() if voxels]
        if not boxes:
            return
        first, last = min(b[0].start for b in boxes), max(b[0].stop for b in boxes)
        for i in range(first, last):  # a layer at a time: sums take eight times the memory of bytes
            here = labels.data[i]
            mask = here != 0
            if mask.any():
                self._add(self._values(self._data[i][mask]), here[mask], 1)

    def _values(self, intensities: np.ndarray) -> np.ndarray:
        return (intensities.astype(float) - self._middle) / self._unit

    def _add(self, x: np.ndarray, labels: Values, sign: int) -> None:
        finite = np.isfinite(x)
        if not finite.all():
            x, labels = x[finite], labels if isinstance(labels, int) else labels[finite]
        if isinstance(labels, int):
            if labels:
                self._put(labels, sign * np.array((x.size, x.sum(), x @ x)))
            return
        weights = (None, x, x * x)
        sums = np.array([np.bincount(labels, each) for each in weights])
        for label in np.flatnonzero(sums[0]):
            if label:
                self._put(int(label), sign * sums[:, label])

    def _put(self, label: int, sums: np.ndarray) -> None:
        self._sums[label] += sums
        if self._sums[label][0] < 1:  # what rounding has left over is gone with the last voxel
            del self._sums[label]
