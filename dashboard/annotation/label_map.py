"""The annotation itself: one label for each voxel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from dashboard.annotation.chunked_array import ChunkedArray
from dashboard.annotation.label_table import Relabelling
from dashboard.annotation.split import Split
from dashboard.annotation.superpixels import SuperpixelMasks
from workers.runtime.box import Box

DTYPE = np.uint16
Values = np.ndarray | int


class Patch(NamedTuple):
    """The changed voxels of one box, with their labels before and after.

    Attributes
    ----------
    box : tuple of slice
        Where in the volume.
    mask : ndarray of bool
        Which voxels of the box; ``mask.sum()`` is m.
    before, after : (m,) ndarray of int, or int
        Their labels; one number where all are alike.
    """

    box: Box
    mask: np.ndarray
    before: Values
    after: Values


class Edit(NamedTuple):
    """What one action changed: enough to take it back, and to do it again.

    Attributes
    ----------
    patches : tuple of Patch
        What changed in the label map.
    title : str
        What was done, in the annotator's words.
    ids, label : (k,) ndarray of int, int, optional
        The superpixels of which every voxel was given `label`, where that is all.
    at : tuple of int, optional
        The voxel (i, j, k) where it was done.
    relabelled : Relabelling
        What changed in the table of labels.
    split : Split, optional
        What changed in the superpixels.
    """

    patches: tuple[Patch, ...]
    title: str
    ids: np.ndarray | None = None
    label: int | None = None
    at: tuple[int, int, int] | None = None
    relabelled: Relabelling = ()
    split: Split | None = None

    @property
    def touched(self) -> set[int]:
        """The labels that some voxel lost or got, 0 left out."""
        values = (v for patch in self.patches for v in (patch.before, patch.after))
        return {label for each in values for label in tally(each, 1)}


class LabelMap:
    """A label for each voxel of a volume; 0 is unlabelled.

    The boxes in which each label may lie and the voxels of each are kept up to date at the cost
    of the edit, not of the volume.

    Parameters
    ----------
    shape : (3,) tuple of int
        (I, J, K).
    data : ndarray or ChunkedArray, optional
        The labels that there are, of type `DTYPE`, all zero; by default an ndarray.

    Attributes
    ----------
    watch : callable, optional
        Told each patch that is written, with the labels before and after.
    """

    def __init__(
        self, shape: tuple[int, int, int], data: np.ndarray | ChunkedArray | None = None
    ) -> None:
        self.data = np.zeros(shape, DTYPE) if data is None else data
        self.voxels: Counter[int] = Counter()
        self.extents: dict[int, Box] = {}
        self.watch: Callable[[Patch, Values, Values], None] | None = None
        self._moved: set[int] = set()

    def take_moved(self) -> set[int]:
        """Return which labels some voxel lost or got since this was asked last."""
        moved, self._moved = self._moved, set()
        return moved

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along i, j and k."""
        return self.data.shape

    def read(self, box: Box) -> np.ndarray:
        """Return a copy of the labels in `box`; in any thread."""
        return np.array(self.data[box])

    def plane(self, axis: int, index: int) -> np.ndarray:
        """Return a copy of the 2D labels where `axis` is held at `index`; in any thread."""
        box = tuple(slice(index, index + 1) if n == axis else slice(None) for n in range(3))
        return self.read(box).squeeze(axis)

    def mask(self, label: int, box: Box, strides: tuple[int, int, int] = (1, 1, 1)) -> np.ndarray:
        """Return which voxels of `box` have `label`; in any thread.

        With `strides`, which blocks of so many voxels, from the start of the box, have it anywhere.
        """
        sizes = [
            -(-(axis.stop - axis.start) // stride)
            for axis, stride in zip(box, strides, strict=True)
        ]
        found = np.zeros(sizes, bool)
        for part, labels in self.scan(box):
            here, has = joined(labels == label, part, strides)
            found[here] |= has
        return found

    def scan(self, box: Box) -> Iterator[tuple[Box, np.ndarray]]:
        """Yield parts of `box`, counted from its start, with their labels; 0 in all others."""
        if isinstance(self.data, ChunkedArray):
            return self.data.scan(box)
        whole = tuple(slice(0, axis.stop - axis.start) for axis in box)
        return iter([(whole, self.data[box])])

    def assign(
        self,
        superpixels: SuperpixelMasks,
        ids: np.ndarray,
        label: int,
        title: str,
        locked: Collection[int] = (),
    ) -> Edit:
        """Give `label` to every voxel of the superpixels `ids`, but those of `locked` labels.

        Voxels that have it already are no part of the edit; if all have, the edit is empty.
        """
        pieces = (piece for n in ids for piece in superpixels.pieces(int(n)))
        edit = self.fill(pieces, label, title, locked)
        # Some voxels of them may have been spared, so it is no edit of whole superpixels then.
        return edit if locked else edit._replace(ids=ids, label=label)

    def fill(
        self,
        pieces: Iterable[tuple[Box, np.ndarray]],
        label: int,
        title: str,
        locked: Collection[int] = (),
    ) -> Edit:
        """Give `label` to the voxels of boxes with masks, of which no two share a voxel.

        Those of `locked` labels keep theirs; those that have it already are no part of the edit.
        """
        spared = lookup(locked) if locked else None
        patches = (self._patch(box, mask, label, spared) for box, mask in pieces)
        edit = Edit(tuple(p for p in patches if p is not None), title)
        self.apply(edit)
        return edit

    def replace(self, labels: np.ndarray, title: str) -> Edit:
        """Make the whole map equal to `labels` (I, J, K); the edit holds the changed box."""
        if labels.shape != self.data.shape:
            raise ValueError(
                f"labels must have the shape {self.data.shape} of the map; got {labels.shape}."
            )
        changed = labels != self.data
        if not changed.any():
            return Edit((), title)
        box = tuple(extent(changed.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1)))
        mask = changed[box]
        patch = Patch(box, mask, alike(self.data[box][mask]), alike(labels[box][mask]))
        edit = Edit((patch,), title)
        self.apply(edit)
        return edit

    def apply(self, edit: Edit) -> None:
        """Write what `edit` gave."""
        for patch in edit.patches:
            self._write(patch, patch.before, patch.after)

    def revert(self, edit: Edit) -> None:
        """Bring back what lay under `edit`, in the opposite order."""
        for patch in reversed(edit.patches):
            self._write(patch, patch.after, patch.before)

    def _patch(
        self, box: Box, mask: np.ndarray, label: int, spared: np.ndarray | None
    ) -> Patch | None:
        before = self.data[box]
        mask = mask & (before != label)
        if spared is not None:
            mask &= ~spared[before]
        return Patch(box, mask, alike(before[mask]), label) if mask.any() else None

    def _write(self, patch: Patch, old: Values, new: Values) -> None:
        labels = self.data[patch.box]  # a view or a copy
        labels[patch.mask] = new
        self.data[patch.box] = labels
        m = int(patch.mask.sum())
        lost, won = tally(old, m), tally(new, m)
        self._moved.update(lost, won)
        self.voxels.subtract(lost)
        for label, voxels in won.items():
            self.voxels[label] += voxels
            self.extents[label] = hull(patch.box, self.extents.get(label, patch.box))
        if self.watch is not None:
            self.watch(patch, old, new)


def joined(mask: np.ndarray, part: Box, strides: tuple[int, int, int]) -> tuple[Box, np.ndarray]:
    """Join the voxels of a `part` of a box in blocks; returns which blocks, and if any is set."""
    blocks = []
    for axis, (along, stride) in enumerate(zip(part, strides, strict=True)):
        numbers = np.arange(along.start, along.stop) // stride
        blocks.append(slice(int(numbers[0]), int(numbers[-1]) + 1))
        if stride > 1:
            starts = np.flatnonzero(np.diff(numbers, prepend=-1))
            mask = np.logical_or.reduceat(mask, starts, axis)
    return tuple(blocks), mask


def lookup(labels: Collection[int]) -> np.ndarray:
    """Return for each label that there may be whether it is one of `labels`."""
    found = np.zeros(np.iinfo(DTYPE).max + 1, bool)
    found[np.fromiter(labels, DTYPE, len(labels))] = True
    return found


def extent(touched: np.ndarray) -> slice:
    """Return the slice from the first to the last true value of `touched` (n,)."""
    where = np.flatnonzero(touched)
    return slice(int(where[0]), int(where[-1]) + 1)


def alike(values: np.ndarray) -> Values:
    """Return `values`, or one number if they are all the same."""
    return int(values[0]) if (values == values[0]).all() else values.astype(DTYPE)


def tally(values: Values, m: int) -> dict[int, int]:
    """Return how many of `m` voxels have each label, the unlabelled left out."""
    if isinstance(values, int):
        return {values: m} if values else {}
    counts = np.bincount(values)
    return {int(label): int(counts[label]) for label in np.flatnonzero(counts) if label}


def hull(*boxes: Iterable[slice]) -> Box:
    """Return the smallest box around `boxes`."""
    return tuple(
        slice(min(s.start for s in axis), max(s.stop for s in axis))
        for axis in zip(*boxes, strict=True)
    )
