"""A volume in memory: what is small is done at once, and kernels are given the arrays."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

import numpy as np

from dashboard.annotation.label_intensity import LabelSums
from dashboard.annotation.label_map import Edit, LabelMap
from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.stroke import Stroke
from dashboard.annotation.superpixels import Superpixels
from dashboard.cases import ids_file
from dashboard.cases.opened_case import Opened
from dashboard.session.backing.backing import (
    Backing,
    ComputedSuperpixels,
    CutSuperpixels,
    PathOf,
    Run,
    Uncached,
    Weighted,
)
from dashboard.session.backing.find import find_in_memory
from dashboard.session.edit_queue import finished
from dashboard.volumes.memory_volume import Volume
from dashboard.volumes.open_volume import read_superpixels
from dashboard.volumes.read_labels import FoundLabels, read_labels
from workers.drawing.stroke_on_disk import Masks, keep_within
from workers.formats.nifti import nifti
from workers.runtime.box import Box
from workers.runtime.boxes import boxes
from workers.superpixels.joint import partition_jointly
from workers.superpixels.partition import partition
from workers.superpixels.split import split


class Memory(Backing):
    """A volume, its superpixels and its labels as arrays of this process."""

    volume: Volume
    takes_channels = True
    outlives = True
    sends_slices = False

    def find_under(self, superpixels: Superpixels, stroke: Stroke) -> Future:
        """Return a future of the superpixels under a stroke that is done."""
        return finished(find_in_memory(superpixels, stroke, self.volume))

    def cut_under(self, superpixels: Superpixels, stroke: Stroke, most_voxels: int) -> Future:  # noqa: ARG002 - of those on disk
        """Return a future of the superpixels under a stroke, cut by a kernel."""
        found = find_in_memory(superpixels, stroke, self.volume)
        at = [piece for n in found.ids for piece in found.pieces(n)]
        crops = [(self.volume.data[box], mask) for box, mask in at]
        work = self._executors.kernels.submit(split, crops, self.volume.spacing)
        return _then(work, lambda pieces: CutSuperpixels(found, pieces))

    def reach(
        self,
        masks: Callable[[], Masks],
        superpixels: Superpixels | None = None,
        voxel: Box | None = None,
    ) -> Future:
        """Return a future of what a tip reaches that is done."""
        read = superpixels and superpixels.ids.__getitem__
        return finished(keep_within(masks(), read, voxel))

    async def partition(
        self, run: Run, settings: Settings, weighted: Weighted
    ) -> ComputedSuperpixels:
        """Compute superpixels by one kernel."""
        volume, kernels = self.volume, self._executors.kernels
        if weighted:
            arrays, how = self._joint(settings, weighted)
            found = await run(kernels, partition_jointly, *arrays, **how)
        else:
            found = await run(kernels, partition, volume.data, volume.spacing, **settings._asdict())
        return ComputedSuperpixels(Superpixels(found.ids, found.boxes), found.threshold)

    def _joint(
        self, settings: Settings, weighted: Weighted
    ) -> tuple[tuple[np.ndarray, ...], dict[str, Any]]:
        volume = self.volume
        main = next((weight for channel, weight in weighted if channel.volume is volume), 0.0)
        others = [pair for pair in weighted if pair[0].volume is not volume]
        # Each by itself, so that the workers keep them.
        arrays = volume.data, *(channel.volume.data for channel, _ in others)
        weights = (main, *(weight for _, weight in others))
        return arrays, settings._asdict() | {"spacing": volume.spacing, "weights": weights}

    async def read_superpixels(self, run: Run, source: Path | bytes, **how: object) -> Superpixels:
        """Read superpixels from a file that was downloaded."""
        return await run(self._executors.files, read_superpixels, source, self.volume, **how)

    def restore_superpixels(self, opened: Opened) -> Superpixels:
        """Return the superpixels in the file beside the journal."""
        kept = opened.case.partitioned
        if kept.key:
            raise Uncached(GONE)
        ids = ids_file.read(opened.folder / kept.file, self.volume.shape)
        return Superpixels(ids, boxes(ids, int(ids.max())))

    def label_sums(self, labels: LabelMap) -> LabelSums:
        """Return what keeps the sums of the intensities under each label."""
        return LabelSums(self.volume.data, self.volume.finite_range, labels)

    async def measure(self, run: Run, kernel: Callable, labels: LabelMap, *args: object) -> object:
        """Run a kernel on the intensities and a copy of the labels."""
        given = self.volume.data, labels.data.copy()
        return await run(self._executors.kernels, kernel, *given, *args)

    async def read_labels(
        self,
        run: Run,
        labels: LabelMap,  # noqa: ARG002 - of those on disk
        locked: tuple[int, ...],  # noqa: ARG002 - as above
        source: Path | bytes,
        **how: object,
    ) -> FoundLabels:
        """Read a label map whole."""
        return await run(self._executors.files, read_labels, source, self.volume, **how)

    def take_labels(
        self,
        labels: LabelMap,
        locked: tuple[int, ...],
        found: FoundLabels,
        title: str,
        *,
        is_as_asked: bool,  # noqa: ARG002 - what is locked now is seen now
    ) -> tuple[Edit, FoundLabels]:
        """Replace all labels but those that are locked now."""
        to = found.labels
        if locked:
            spared = np.isin(labels.data, locked) & (labels.data != to)
            to = np.where(spared, labels.data, to)
            found = found._replace(kept=int(spared.sum()))
        return labels.replace(to, title), found

    def holds(self, box: Box, most_voxels: int) -> bool:  # noqa: ARG002 - of those on disk
        """Tell that what lies in memory may be copied there."""
        return True

    async def write_labels(self, run: Run, labels: LabelMap, path_of: PathOf) -> bytes:  # noqa: ARG002 - all is downloaded
        """Encode a copy of the labels."""
        given = labels.data.copy(), self.volume.header
        return await run(self._executors.kernels, nifti.encode_labels, *given)

    async def write_superpixels(
        self,
        run: Run,
        superpixels: Superpixels,
        path_of: PathOf,  # noqa: ARG002 - all is downloaded
    ) -> bytes:
        """Encode the ids."""
        given = superpixels.ids, self.volume.header
        return await run(self._executors.kernels, nifti.encode_labels, *given)

    async def write_volume(self, run: Run) -> bytes:
        """Encode the volume."""
        given = self.volume.data, self.volume.header
        return await run(self._executors.kernels, nifti.encode_volume, *given)


GONE = (
    "The superpixels of this volume are no longer in the cache: press Partition, and the same "
    "are made again. Nothing is missing of the labels."
)


def _then(work: Future, make: Callable[[Any], object]) -> Future:
    """Return a future of what is made of a result; it fails as the work does."""
    made: Future = Future()

    def end(done: Future) -> None:
        if not made.set_running_or_notify_cancel():
            return
        if done.cancelled():
            made.set_exception(CancelledError())
        elif error := done.exception():
            made.set_exception(error)
        else:
            made.set_result(make(done.result()))

    work.add_done_callback(end)
    return made
