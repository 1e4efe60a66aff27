"""A partition that does not fit into memory: as it lies on disk, and after it was split."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
import zarr

from dashboard.annotation.superpixels import corners
from workers.runtime.box import Box
from workers.storage import stored_array
from workers.superpixels.division import Division, overlay

PARTITIONS = "partitions"
IDS, BOXES, SIZES, TOLD = "ids", "boxes.npy", "sizes.npy", "partition.json"


@dataclass(frozen=True, eq=False)
class StoredSuperpixels:
    """A partition of a stored volume; what `Superpixels` tells, it tells too, but for `ids`.

    Attributes
    ----------
    folder : Path
        Of the partition, in the volume's.
    path : Path
        The ids: a zarr array (I, J, K) of uint32, numbered from 1; 0 is outside.
    boxes : (n, 6) ndarray of int
        As of `Superpixels`.
    count : int
        How many superpixels there are.
    voxels : int or None
        How many voxels they have in all, if it was written down.
    divisions : tuple of Division
        What of them was cut into finer ones, in order: nothing.
    """

    folder: Path
    path: Path
    boxes: np.ndarray
    count: int
    voxels: int | None = None
    divisions: ClassVar[tuple[Division, ...]] = ()

    @classmethod
    def read(cls, folder: Path) -> StoredSuperpixels:
        """Return the partition that lies complete in `folder`.

        Raises
        ------
        OSError
            If there is none.
        ValueError, LookupError
            If it cannot be understood, or is not whole.
        """
        told = json.loads((folder / TOLD).read_text(encoding="utf-8"))
        if [*stored_array.extent(folder / IDS)] != told["extent"]:
            raise ValueError(f"Expected all files and bytes of ids in {folder}; some are gone.")
        boxes = np.load(folder / BOXES)
        found = cls(folder, folder / IDS, boxes, int(told["count"]), told.get("voxels"))
        _ = found._ids
        return found

    @property
    def on_disk(self) -> StoredSuperpixels:
        """These, as they lie on disk."""
        return self

    @property
    def largest(self) -> int:
        """The largest id that a voxel has, or may have had."""
        return len(self.boxes)

    @property
    def key(self) -> str:
        """What it is called beside other partitions of the volume."""
        return self.folder.name

    def box(self, n: int) -> Box:
        """Return the smallest box around superpixel `n`, empty if no voxel has that number."""
        i0, i1, j0, j1, k0, k1 = self.boxes[n - 1].tolist()
        return slice(i0, i1), slice(j0, j1), slice(k0, k1)

    def sizes(self) -> np.ndarray | None:
        """Return the (n,) voxels of each superpixel; None if they were not written down."""
        path = self.folder / SIZES
        return np.load(path) if path.exists() else None

    def divided(self, ids: np.ndarray, low: Sequence[int]) -> np.ndarray:  # noqa: ARG002 - of others
        """Bring ids (I, J, K) that were read from `low` on to what they are here; returns them."""
        return ids

    def divisions_in(self, low: Sequence[int], high: Sequence[int]) -> tuple[Division, ...]:  # noqa: ARG002 - of others
        """Return the divisions whose boxes meet the voxels from `low` to before `high`."""
        return ()

    def divide(self, made: tuple[Division, ...], boxes: np.ndarray) -> StoredSuperpixels:
        """Return these after more divisions; `boxes` are those of all superpixels then."""
        return DividedSuperpixels.of(self.on_disk, (*self.divisions, *made), boxes)

    def join(self, made: tuple[Division, ...], boxes: np.ndarray) -> StoredSuperpixels:
        """Return these as before their latest divisions; `boxes` are those of then."""
        left = self.divisions[: len(self.divisions) - len(made)]
        return DividedSuperpixels.of(self.on_disk, left, boxes)

    def ids_array(self) -> zarr.Array:
        """Return what gives the ids in a box of the volume as an ndarray, by ``array[box]``."""
        return self._ids

    @cached_property
    def _ids(self) -> zarr.Array:
        return stored_array.open_array(self.path)


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
        overlay(ids, low, self.divisions_in(low, np.add(low, ids.shape)))
        return ids

    def divisions_in(self, low: Sequence[int], high: Sequence[int]) -> tuple[Division, ...]:
        """Return the divisions whose boxes meet the voxels from `low` to before `high`."""
        meets = (self._ends[:, ::2] < high) & (self._ends[:, 1::2] > low)
        return tuple(self.divisions[n] for n in np.flatnonzero(meets.all(axis=1)))

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
