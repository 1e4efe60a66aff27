"""A partition that does not fit into the memory: its ids on disk, its boxes here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
import zarr

from dashboard.annotation.division import Division
from workers.runtime.box import Box
from workers.storage import stored_array

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

    def ids_array(self) -> zarr.Array:
        """Return what gives the ids in a box of the volume as an ndarray, by ``array[box]``."""
        return self._ids

    @cached_property
    def _ids(self) -> zarr.Array:
        return stored_array.open_array(self.path)
