"""A volume on disk: it is read box by box, by kernels or in threads of this process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import numpy as np

from dashboard.annotation.label_map import Edit, LabelMap
from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.stored_superpixels import PARTITIONS, StoredSuperpixels
from dashboard.annotation.stroke import Stroke
from dashboard.annotation.superpixels import Superpixels
from dashboard.cases.opened_case import Opened
from dashboard.session.backing.backing import (
    Backing,
    ComputedSuperpixels,
    PathOf,
    Run,
    Uncached,
    Weighted,
)
from dashboard.session.backing.find import ids_in, ids_under_line, line_of
from dashboard.session.backing.memory import GONE
from dashboard.session.backing.worker_or_thread import WorkerOrThread
from dashboard.session.messages import Refused
from dashboard.volumes import measure_stored, write_stored
from dashboard.volumes.cache.partitions import in_use, partition_stored
from dashboard.volumes.read_labels import FoundLabels
from dashboard.volumes.read_labels_stored import read_labels_over
from dashboard.volumes.stored_volume import StoredVolume
from workers.drawing.stroke_on_disk import Masks, find_under, reach, split_under
from workers.runtime.box import Box


class Disk(Backing):
    """A volume and its superpixels as arrays on disk, which all workers see."""

    volume: StoredVolume
    takes_channels = False
    outlives = False
    sends_slices = True

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self._nearest = WorkerOrThread(self._executors, self.volume.folder)

    @property
    def why_here(self) -> str:
        """Why the server itself did what workers are to do for a stroke; "" if they did it."""
        return self._nearest.why_here

    def find_under(self, superpixels: StoredSuperpixels, stroke: Stroke) -> Future:
        """Return a future of the superpixels under a stroke, looked for by a kernel."""
        return self._nearest.submit(find_under, *self._under(superpixels, stroke))

    def cut_under(self, superpixels: StoredSuperpixels, stroke: Stroke, most_voxels: int) -> Future:
        """Return a future of the superpixels under a stroke, cut by a kernel, and their pieces."""
        where = *self._under(superpixels, stroke), str(self.volume.levels[0].path)
        return self._nearest.submit(split_under, *where, most_voxels, reports=True)

    def _under(self, superpixels: StoredSuperpixels, stroke: Stroke) -> tuple:
        line = line_of(stroke)
        ids = ids_under_line(superpixels, line, self.volume)
        return ids, line, self.volume.spacing

    def reach(
        self,
        masks: Callable[[], Masks],
        superpixels: StoredSuperpixels | None = None,
        voxel: Box | None = None,
    ) -> Future:
        """Return a future of what a tip reaches, found by a kernel."""
        ids = superpixels and ids_in(superpixels, voxel)
        return self._nearest.submit(reach, masks, ids, voxel)

    async def partition(
        self,
        run: Run,
        settings: Settings,
        weighted: Weighted,  # noqa: ARG002 - beside it there are no other channels
    ) -> ComputedSuperpixels:
        """Compute superpixels by many small kernels, or take those that the cache has."""
        given = self.volume, settings, self._executors.kernels
        found = await run(self._executors.threads, partition_stored, *given, store=self._store)
        return ComputedSuperpixels(*found)

    async def read_superpixels(self, run: Run, source: Path | bytes, **how: object) -> Superpixels:  # noqa: ARG002 - refused
        """Refuse: ids of this size are in no file that is read whole."""
        raise Refused(
            "A file of superpixels cannot be opened over a volume of this size: "
            f"{self.volume.voxels:,} voxels are read in pieces. Its own annotation is here "
            "whenever the volume is opened."
        )

    def restore_superpixels(self, opened: Opened) -> StoredSuperpixels:
        """Return a partition of the cache."""
        key = opened.case.partitioned.key
        if not key:
            raise Uncached(
                "The superpixels of this volume were made in memory, which it is over here: press "
                "Partition, and the same are made again. Nothing is missing of the labels."
            )
        try:
            return in_use(self.volume.folder / PARTITIONS / key)
        except (OSError, ValueError, LookupError):
            raise Uncached(GONE) from None

    def label_sums(self, labels: LabelMap) -> None:
        """Return nothing: an edit would have to read the volume first."""

    async def measure(self, run: Run, kernel: Callable, labels: LabelMap, *args: object) -> object:
        """Run what does the same as a kernel, box by box, on the labels as they are now."""
        given = self.volume, labels.data.frozen()
        return await run(self._executors.threads, measure_stored.SAME[kernel], *given, *args)

    async def read_labels(
        self,
        run: Run,
        labels: LabelMap,
        locked: tuple[int, ...],
        source: Path | bytes,
        **how: object,
    ) -> FoundLabels:
        """Read where a label map differs from the labels."""
        given = source, self.volume, labels.data.frozen(), locked
        return await run(self._executors.files, read_labels_over, *given, **how)

    def take_labels(
        self,
        labels: LabelMap,
        locked: tuple[int, ...],  # noqa: ARG002 - they were seen when it was read
        found: FoundLabels,
        title: str,
        *,
        is_as_asked: bool,
    ) -> tuple[Edit, FoundLabels]:
        """Change the labels where they differed."""
        if not is_as_asked:
            raise Refused("The labels have changed while the file was read: open it again.")
        edit = Edit(found.patches, title)
        labels.apply(edit)
        return edit, found

    def holds(self, box: Box, most_voxels: int) -> bool:
        """Tell whether a box is small enough to be copied."""
        sizes = [axis.stop - axis.start for axis in box]
        return int(np.prod(sizes, dtype=np.int64)) <= most_voxels

    async def write_labels(self, run: Run, labels: LabelMap, path_of: PathOf) -> bytes | Path:
        """Write the labels as they are now, plane by plane."""
        writer = write_stored.label_writer(labels, self.volume.header)
        return await self._write(run, writer, path_of)

    async def write_superpixels(
        self, run: Run, superpixels: StoredSuperpixels, path_of: PathOf
    ) -> bytes | Path:
        """Write the ids, plane by plane."""
        writer = write_stored.superpixel_writer(superpixels, self.volume.header)
        return await self._write(run, writer, path_of)

    async def write_volume(self, run: Run) -> bytes:  # noqa: ARG002 - refused
        """Refuse: whoever opened it has its file."""
        raise Refused(
            "This volume is too big to be downloaded; its file is in the data folder, where it "
            "was opened."
        )

    async def _write(self, run: Run, writer: write_stored.Writer, path_of: PathOf) -> bytes | Path:
        return await run(self._executors.threads, write_stored.write_out, writer, path_of())
