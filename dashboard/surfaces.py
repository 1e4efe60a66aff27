"""The 3D surfaces of labels: which are stale, and building them on the executor."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial

import numpy as np
import param

from dashboard.model.labels import Edit, LabelMap
from dashboard.model.volume import Volume
from workers import surface

WHOLE = 0
MOST_FACES = 180_000  # of all labels together: 28 bytes each, in one message of less than 8 MB


class Surfaces(param.Parameterized):
    """Surfaces in RAS mm, by label; only those of labels that changed are built again.

    A result that a later change has overtaken is shown all the same, and built anew after it.
    """

    built = param.Parameter(doc="The latest (label, vertices, faces); label 0 is the whole.")
    busy = param.Integer(default=0, doc="How many are being built.")
    failure = param.String(doc="Why the last one failed.")

    def __init__(self, executor: Executor, schedule: Callable) -> None:
        super().__init__()
        self._executor = executor
        self._schedule = schedule
        self._volume: Volume | None = None
        self._labels: LabelMap | None = None
        self._stale: set[int] = set()
        self._at_work: set[int] = set()
        self._faces: dict[int, int] = {}
        self._threshold: float | None = None

    def open(self, volume: Volume, labels: LabelMap) -> None:
        """Begin with another volume: every label it has is stale."""
        self._volume, self._labels = volume, labels
        self._at_work = set()
        self._faces = {}
        self._stale = {n for n, voxels in labels.voxels.items() if voxels}
        self._threshold = None

    def close(self) -> None:
        """Keep nothing of the volume; what is still being built is for nobody."""
        self._volume = self._labels = None
        self._stale, self._at_work, self._faces = set(), set(), {}
        with param.parameterized.discard_events(self):
            self.built = None

    def outline(self, threshold: float | None) -> None:
        """Build the surface of the whole foreground, if it is not the one shown."""
        if threshold == self._threshold:
            return
        self._threshold = threshold
        if threshold is None:
            self._show_nothing(WHOLE)
        else:
            data, affine = self._volume.data, self._volume.affine
            self._submit(WHOLE, surface.outline, data, affine, threshold)

    def note(self, edit: Edit) -> None:
        """Mark the labels that `edit` touched as stale, whether it was applied or reverted."""
        self._stale |= edit.touched

    def build(self) -> None:
        """Start to build what is stale; what is being built already waits for the next call."""
        self._stale |= {n for n, faces in self._faces.items() if faces > self._share}
        for label in self._stale - self._at_work:
            self._stale.discard(label)
            self._build(label)

    def _build(self, label: int) -> None:
        box = self._labels.extents.get(label)
        if box is None or not self._labels.voxels[label]:
            self._show_nothing(label)
            return
        affine = self._volume.affine.copy()
        affine[:3, 3] += affine[:3, :3] @ [axis.start for axis in box]
        mask = self._labels.data[box] == label
        self._submit(label, surface.surface, mask, affine, max_faces=self._share)

    @property
    def _share(self) -> int:
        """How many faces each label may have; at least a third for one, so that few are fine."""
        return MOST_FACES // max(3, sum(voxels > 0 for voxels in self._labels.voxels.values()))

    def _show(self, label: int, vertices: np.ndarray, faces: np.ndarray) -> None:
        if label != WHOLE:
            self._faces[label] = len(faces)
        self.built = (label, vertices, faces)

    def _show_nothing(self, label: int) -> None:
        self._show(label, np.empty((0, 3), np.float32), np.empty((0, 3), np.int32))

    def _submit(self, label: int, kernel: Callable, *args, **kwargs) -> None:
        arrived = partial(self._arrive, label, (self._volume, self._threshold))
        future = self._executor.submit(kernel, *args, **kwargs)
        self._at_work.add(label)
        self.busy += 1
        future.add_done_callback(lambda done: self._schedule(partial(arrived, done)))

    def _arrive(self, label: int, asked: tuple[Volume, float | None], done: Future) -> None:
        self.busy -= 1
        volume, threshold = asked
        if volume is not self._volume:
            return
        self._at_work.discard(label)
        if done.cancelled() or (label == WHOLE and threshold != self._threshold):
            return
        if error := done.exception():
            self.failure = f"The 3D surface could not be made: {error}"
        else:
            self._show(label, *done.result())
        if label in self._stale:
            self.build()
