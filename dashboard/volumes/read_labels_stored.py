"""From a file with a label map to what it changes on a volume on disk, piece by piece."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from dashboard.annotation.chunked_array import Frozen
from dashboard.annotation.label_map import DTYPE, Patch, alike, extent
from dashboard.annotation.tiling import Tiling
from dashboard.volumes import find_label_table
from dashboard.volumes.read_labels import (
    FoundLabels,
    as_labels,
    left_out,
    must_be_few,
    opened_over,
    read_elsewhere,
    told_of,
    voxels_of,
)
from dashboard.volumes.stored_volume import StoredVolume
from workers.formats.convert_layers import layers
from workers.labels.resample import resample_labels
from workers.runtime.box import Box
from workers.runtime.progress import Report, part, silent
from workers.storage.source import Source
from workers.storage.stored_array import CHUNK

MOST_VOXELS = 2**27
"""In the boxes of all that changes: an edit is held, and written, as a whole."""

_SIDE = 128
_LAYER_BYTES = 128 << 20


def read_labels_over(
    source: Path | bytes,
    volume: StoredVolume,
    labels: Frozen,
    locked: Collection[int] = (),
    *,
    resample: bool = False,
    within: Path | None = None,
    report: Report | None = None,
) -> FoundLabels:
    """Read a label map over `volume`, with the table beside it.

    Its patches make `labels` equal to it, but where those are `locked`. No link may lead out of the
    folder `within`, if one is given.

    Raises
    ------
    dashboard.volumes.read_labels.OtherGrid
        If it lies on another grid; not with `resample`, which puts it on the volume's.
    ValueError
        With one sentence for the user, if it is none or changes too much.
    """
    changes, notes = _Changes(labels, locked), ()
    if resample:
        found, affine, notes = read_elsewhere(
            source, volume, within=within, report=part(report or silent, 0, 0.3)
        )
        counts = voxels_of(found)
        left = left_out(found, affine, volume, report=part(report or silent, 0.3, 0.4))
        for box, given in _resampled(found, affine, volume, part(report or silent, 0.4, 1)):
            changes.add(box, given)
        notes += told_of(counts, left, changes.counts)
    else:
        with opened_over(source, volume, report, within) as file:
            for box, given in pieces_of(file, volume):
                changes.add(box, given)
        counts, notes = changes.counts, file.notes
    rows, said = find_label_table.of(source, within)
    told = rows, notes + said
    return FoundLabels(must_be_few(counts), None, tuple(changes.patches), changes.kept, *told)


def read_map_over(
    source: Path | bytes, volume: StoredVolume, *, report: Report | None = None
) -> tuple[Frozen, tuple[str, ...]]:
    """Read a label map that lies on `volume`, as a whole; what does not fit is put on disk.

    Returns
    -------
    labels : Frozen
    notes : tuple of str
        What is to be said of how it was read.

    Raises
    ------
    ValueError
        As `read_labels_over`.
    """
    occurs, labels = set(), volume.zeros(DTYPE)
    with opened_over(source, volume, report) as file:
        for box, given in pieces_of(file, volume):
            occurs.update(voxels_of(given))
            labels[box] = given
    must_be_few(occurs)
    return labels.frozen(), file.notes


def pieces_of(file: Source, volume: StoredVolume) -> Iterator[tuple[Box, np.ndarray]]:
    """Yield the labels of an open file that lies on `volume` in boxes.

    Raises
    ------
    ValueError
        As `read_labels_over`.
    """
    for box, values in layers(file, CHUNK, _LAYER_BYTES, volume.folder):
        yield box, as_labels(values)


def _resampled(found, affine, volume, report) -> Iterator[tuple[Box, np.ndarray]]:
    every = tuple(slice(0, size) for size in volume.shape)
    boxes = [each.here for each in Tiling(volume.shape, _SIDE).parts(every)]
    for n, box in enumerate(boxes, 1):
        there = volume.affine.copy()
        there[:3, 3] += volume.affine[:3, :3] @ [side.start for side in box]
        sizes = tuple(side.stop - side.start for side in box)
        yield box, resample_labels(found, affine, sizes, there)
        report(n / len(boxes))


class _Changes:
    """What makes labels equal to those of a file, gathered box by box."""

    def __init__(self, labels: Frozen, locked: Collection[int]) -> None:
        self._labels, self._locked = labels, list(locked)
        self._size = self.kept = 0
        self.patches: list[Patch] = []
        self.counts: Counter[int] = Counter()

    def add(self, box: Box, given: np.ndarray) -> None:
        """Take the labels of a box in tight boxes of at most 128 voxels an edge.

        Raises
        ------
        ValueError
            If what changes is too much for one edit.
        """
        self.counts.update(voxels_of(given))
        whole = tuple(slice(0, n) for n in given.shape)
        for _, _, here in Tiling(given.shape, _SIDE).parts(whole):
            self._add(_moved(here, box), given[here])

    def _add(self, tile: Box, after: np.ndarray) -> None:
        before = np.zeros(after.shape, DTYPE)
        for there, values in self._labels.scan(tile):
            before[there] = values
        changed = before != after
        if self._locked and changed.any():
            kept = changed & np.isin(before, self._locked)
            self.kept += int(kept.sum())
            changed &= ~kept
        if not changed.any():
            return
        tight = tuple(extent(changed.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1)))
        mask = changed[tight].copy()
        self._size += mask.size
        if self._size > MOST_VOXELS:
            raise ValueError(
                f"The file changes more than {MOST_VOXELS:,} voxels of the labels, which cannot be "
                "taken back as one step: open it in parts, each with some of the labels."
            )
        values = (alike(each[tight][mask]) for each in (before, after))
        self.patches.append(Patch(_moved(tight, tile), mask, *values))


def _moved(inner: Box, outer: Box) -> Box:
    return tuple(
        slice(a.start + b.start, a.stop + b.start) for a, b in zip(inner, outer, strict=True)
    )
