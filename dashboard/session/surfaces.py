"""The 3D surfaces of labels: which are stale, and building them on the executor."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import NamedTuple, Protocol

import numpy as np
import param

from dashboard.annotation.label_map import LabelMap
from dashboard.session.flow import arrival, at_once
from dashboard.volumes.grid import Grid
from workers.labels import surface
from workers.runtime.box import Box
from workers.storage.coarse import stride_affine

WHOLE = 0
MOST_VOXELS = 10_000_000  # of a mask; more are joined to blocks first
MOST_FACES = 180_000  # of all labels together: 28 bytes each, in one message of less than 8 MB

Strides = tuple[int, int, int]


class Touching(Protocol):
    """An edit, or several."""

    touched: set[int]


class Asked(NamedTuple):
    """What a surface is made for: it is shown if that is still what is open."""

    label: int
    volume: Grid
    threshold: float | None


class Surfaces(param.Parameterized):
    """Surfaces in RAS mm, by label; only those of labels that changed are built again.

    A result that a later change has overtaken is shown all the same, and built anew after it.

    Parameters
    ----------
    executor : Executor
        Makes surfaces of masks.
    schedule : callable
        Runs a function later in the page's thread.
    threads : Executor
        Makes masks of the labels, in this process.
    """

    built = param.Parameter(doc="The latest (label, vertices, faces); label 0 is the whole.")
    busy = param.Integer(default=0, doc="How many are being built.")
    failure = param.String(doc="Why the last one failed.")

    def __init__(self, executor: Executor, schedule: Callable, threads: Executor) -> None:
        super().__init__()
        self._executor, self._threads = executor, threads
        self._schedule = schedule
        self._volume: Grid | None = None
        self._labels: LabelMap | None = None
        self._stale: set[int] = set()
        self._wanted: set[int] = set()  # of those, what is to be built next
        self._at_work: set[int] = set()
        self._faces: dict[int, int] = {}
        self._threshold: float | None = None

    def open(self, volume: Grid, labels: LabelMap) -> None:
        """Begin with another volume: every label it has is stale."""
        self._volume, self._labels = volume, labels
        self._wanted, self._at_work = set(), set()
        self._faces = {}
        self._stale = {n for n, voxels in labels.voxels.items() if voxels}
        self._threshold = None

    def close(self) -> None:
        """Keep nothing of the volume; what is still being built is for nobody."""
        self._volume = self._labels = None
        self._stale, self._wanted, self._at_work, self._faces = set(), set(), set(), {}
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
            self._outline(threshold)

    @at_once
    async def _outline(self, threshold: float) -> None:
        asked, kernel = self._asked(WHOLE), self._volume.outline(threshold, MOST_VOXELS)
        self._begin(asked)
        self._arrive(asked, await arrival(self._executor.submit(*kernel), self._schedule))

    def note(self, edit: Touching) -> None:
        """Mark the labels that `edit` touched as stale, whether it was applied or reverted."""
        self._stale |= edit.touched

    def build(self) -> None:
        """Start to build what is stale, one label at a time; a stroke so finds a worker free."""
        share = self._share
        self._stale |= {n for n, faces in self._faces.items() if faces > share}
        self._wanted |= self._stale
        self._go_on()

    def _go_on(self) -> None:
        while self._wanted and not self._at_work - {WHOLE}:
            label = min(self._wanted)
            self._wanted.discard(label)
            self._stale.discard(label)
            self._build(label)

    @at_once
    async def _build(self, label: int) -> None:
        box = self._labels.extents.get(label)
        if box is None or not self._labels.voxels[label]:
            self._show_nothing(label)
            return
        asked, strides = self._asked(label), choose_strides(box, self._volume.spacing)
        self._begin(asked)
        made = self._threads.submit(self._labels.mask, label, box, strides)
        if not made.done():  # as one in memory mostly is
            await arrival(made, self._schedule)
        if not made.exception() and asked.volume is self._volume:
            given = made.result(), place_blocks(asked.volume.affine, box, strides)
            made = self._executor.submit(surface.surface, *given, max_faces=self._share)
            await arrival(made, self._schedule)
        self._arrive(asked, made)

    def _begin(self, asked: Asked) -> None:
        self._at_work.add(asked.label)
        self.busy += 1

    def _asked(self, label: int) -> Asked:
        return Asked(label, self._volume, self._threshold)

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

    def _arrive(self, asked: Asked, done: Future) -> None:
        self.busy -= 1
        label = asked.label
        if asked.volume is not self._volume:
            return
        self._at_work.discard(label)
        self._take(asked, done)
        if label in self._stale:
            self.build()
        self._go_on()

    def _take(self, asked: Asked, done: Future) -> None:
        if done.cancelled() or (asked.label == WHOLE and asked.threshold != self._threshold):
            return
        if error := done.exception():
            self.failure = f"The 3D surface could not be made: {error}"
        else:
            self._show(asked.label, *done.result())


def choose_strides(
    box: Box, spacing: tuple[float, float, float], most: int = MOST_VOXELS
) -> Strides:
    """Return how many voxels of a box are joined along i, j and k so that at most `most` are left.

    Those along the short edges are joined first.
    """
    sizes = np.array([axis.stop - axis.start for axis in box])
    strides = np.ones(3, int)
    while np.prod(-(-sizes // strides)) > most:
        edges = np.where(strides < sizes, strides * spacing, np.inf)
        strides[np.argmin(edges)] *= 2
    return tuple(strides.tolist())


def place_blocks(affine: np.ndarray, box: Box, strides: Strides) -> np.ndarray:
    """Return the affine of the blocks of `strides` voxels in `box`."""
    moved = affine.copy()
    moved[:3, 3] += affine[:3, :3] @ [axis.start for axis in box]
    return stride_affine(moved, np.array(strides))
