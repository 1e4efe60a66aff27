"""A partition on disk of which some superpixels were cut into finer ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from dashboard.annotation.division import Division, overlay
from dashboard.annotation.stored_superpixels import StoredSuperpixels
from dashboard.annotation.superpixels import corners
from workers.runtime.box import Box


@dataclass(frozen=True, eq=False)
class DividedSuperpixels(StoredSuperpixels):
    """Superpixels whose ids on disk stay as they are: what was cut is written over those read.

    Attributes
    ----------
    whole : StoredSuperpixels
        What lies on disk; it is kept there as long as these are used.
    divisions : tuple of Division
        In the order in which they were made.
    """

    whole: StoredSuperpixels = field(kw_only=True)
    divisions: tuple[Division, ...] = field(kw_only=True)

    @classmethod
    def of(
        cls, whole: StoredSuperpixels, divisions: tuple[Division, ...], boxes: np.ndarray
    ) -> StoredSuperpixels:
        """Return superpixels after divisions; those on disk themselves, if there are none."""
        if not divisions:
            return whole
        count = whole.count + int(np.count_nonzero(boxes[whole.largest :, 1]))
        there = whole.folder, whole.path, boxes, count, whole.voxels
        return cls(*there, whole=whole, divisions=divisions)

    @property
    def on_disk(self) -> StoredSuperpixels:
        """What these were before all divisions."""
        return self.whole

    def sizes(self) -> np.ndarray | None:
        """Return the (n,) voxels of each superpixel; None if they were not written down."""
        if (sizes := self.whole.sizes()) is None:
            return None
        sizes = np.concatenate([sizes, np.zeros(self.largest - len(sizes), sizes.dtype)])
        for each in self.divisions:
            sizes[each.ids - 1] = np.bincount(each.pieces.ravel())[1:]
        return sizes

    def divided(self, ids: np.ndarray, low: Sequence[int]) -> np.ndarray:
        """Write the divisions over ids (I, J, K) that were read from `low` on; returns them."""
        high = np.add(low, ids.shape)
        meets = (self._ends[:, ::2] < high) & (self._ends[:, 1::2] > low)
        overlay(ids, low, [self.divisions[n] for n in np.flatnonzero(meets.all(axis=1))])
        return ids

    def ids_array(self) -> DividedIds:
        """Return what gives the ids in a box of the volume as an ndarray, by ``array[box]``."""
        return DividedIds(self)

    @cached_property
    def _ends(self) -> np.ndarray:
        """The (d, 6) corners of the divisions' boxes."""
        return np.array([corners(each.box) for each in self.divisions])


class DividedIds:
    """The ids of superpixels, by boxes; of shape, chunks and dtype as a zarr array has them."""

    def __init__(self, superpixels: DividedSuperpixels) -> None:
        self._superpixels, self._ids = superpixels, superpixels.whole.ids_array()
        self.shape, self.chunks = self._ids.shape, self._ids.chunks
        self.dtype = self._ids.dtype

    def __getitem__(self, box: Box) -> np.ndarray:
        low = [axis.indices(size)[0] for axis, size in zip(box, self.shape, strict=True)]
        return self._superpixels.divided(self._ids[box], low)
