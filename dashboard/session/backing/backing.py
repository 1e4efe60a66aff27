"""What differs between a volume in memory and one on disk, as one noun with a method for each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dashboard.annotation.label_intensity import LabelSums
from dashboard.annotation.label_map import Edit, LabelMap
from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.split import AnySuperpixels
from dashboard.annotation.stroke import Stroke
from dashboard.annotation.superpixels import Superpixels
from dashboard.cases.opened_case import Opened
from dashboard.session.backing.find import FoundSuperpixels
from dashboard.session.jobs import Executors
from dashboard.volumes.cache.store import Store
from dashboard.volumes.channel import Channel
from dashboard.volumes.grid import Grid
from dashboard.volumes.read_labels import FoundLabels
from workers.drawing.stroke_on_disk import Masks
from workers.runtime.box import Box

Run = Callable[..., Awaitable]
"""Runs ``kernel(*args, **kwargs)`` on an executor, given in this order, as a job of the user."""

PathOf = Callable[[], Path | None]
"""Returns a free path for a file that is too big to be downloaded, if there is a place for it."""

Weighted = tuple[tuple[Channel, float], ...]


class Uncached(ValueError):
    """Superpixels that are not where they were kept."""


class ComputedSuperpixels(NamedTuple):
    """Superpixels, and the intensity above which voxels were taken as foreground, if any."""

    superpixels: AnySuperpixels
    threshold: float | None


class CutSuperpixels(NamedTuple):
    """Superpixels that were found under a stroke, and the pieces into which each is to be cut."""

    found: FoundSuperpixels
    pieces: list[np.ndarray]


class Backing(ABC):
    """Where an open volume, its superpixels and its labels lie, and how work on them is done there.

    Parameters
    ----------
    volume : Grid
    executors : Executors
    store : Store or None
        Where partitions on disk are kept.
    """

    takes_channels: bool
    """Whether other volumes can be shown beside it."""
    outlives: bool
    """Whether the making of a file goes on when another volume is opened."""
    sends_slices: bool
    """Whether the page is sent slices as it asks for them, and not the volume."""

    def __init__(self, volume: Grid, executors: Executors, store: Store | None) -> None:
        self.volume, self._executors, self._store = volume, executors, store

    @property
    def why_here(self) -> str:
        """Why the server itself did what workers are to do for a stroke; "" if they did it."""
        return ""

    @abstractmethod
    def find_under(self, superpixels: AnySuperpixels, stroke: Stroke) -> Future:
        """Return a future of the `FoundSuperpixels` under a stroke."""

    @abstractmethod
    def cut_under(self, superpixels: AnySuperpixels, stroke: Stroke, most_voxels: int) -> Future:
        """Return a future of the superpixels under a stroke, cut: `CutSuperpixels`.

        Those on disk are refused where their boxes hold more than `most_voxels`.
        """

    @abstractmethod
    def reach(
        self,
        masks: Callable[[], Masks],
        superpixels: AnySuperpixels | None = None,
        voxel: Box | None = None,
    ) -> Future:
        """Return a future of what a tip reaches: `Reached`.

        `masks` returns the voxels. With `superpixels` it is to label only those in the one at
        `voxel`, where it began.
        """

    @abstractmethod
    async def partition(
        self, run: Run, settings: Settings, weighted: Weighted
    ) -> ComputedSuperpixels:
        """Compute superpixels.

        `weighted` are the channels that count, if others do than the volume alone.
        """

    @abstractmethod
    async def read_superpixels(self, run: Run, source: Path | bytes, **how: object) -> Superpixels:
        """Read superpixels from a file that was downloaded."""

    @abstractmethod
    def restore_superpixels(self, opened: Opened) -> AnySuperpixels:
        """Return the superpixels that a case is painted with; in the thread that reads files.

        Raises
        ------
        Uncached
            With a sentence, if they lay in the cache and are there no more.
        ids_file.Damaged
            If they are not what was written.
        OSError
            If they cannot be read.
        """

    @abstractmethod
    def label_sums(self, labels: LabelMap) -> LabelSums | None:
        """Return what keeps the sums of the intensities under each label, where that is free."""

    @abstractmethod
    async def measure(self, run: Run, kernel: Callable, labels: LabelMap, *args: object) -> object:
        """Run a kernel that takes intensities and labels, such as `statistics`."""

    @abstractmethod
    async def read_labels(
        self,
        run: Run,
        labels: LabelMap,
        locked: tuple[int, ...],
        source: Path | bytes,
        **how: object,
    ) -> FoundLabels:
        """Read a label map from a file, to be taken in place of `labels`."""

    @abstractmethod
    def take_labels(
        self,
        labels: LabelMap,
        locked: tuple[int, ...],
        found: FoundLabels,
        title: str,
        *,
        is_as_asked: bool,
    ) -> tuple[Edit, FoundLabels]:
        """Change `labels` to what was found for them, but for those that are locked.

        `is_as_asked` tells whether they and their locks are as they were when it was read.
        """

    @abstractmethod
    def holds(self, box: Box, most_voxels: int) -> bool:
        """Tell whether what lies in a box may be copied in memory."""

    @abstractmethod
    async def write_labels(self, run: Run, labels: LabelMap, path_of: PathOf) -> bytes | Path:
        """Write labels as NIfTI; if they become too big otherwise, to the path that there is."""

    @abstractmethod
    async def write_superpixels(
        self, run: Run, superpixels: AnySuperpixels, path_of: PathOf
    ) -> bytes | Path:
        """Write the ids of superpixels as NIfTI; to a path as of `write_labels`."""

    @abstractmethod
    async def write_volume(self, run: Run) -> bytes:
        """Write the volume as NIfTI."""
