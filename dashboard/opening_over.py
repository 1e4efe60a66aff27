"""From a file with a label map to what it changes on a volume on disk, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from dashboard.model.chunked_array import Frozen
from dashboard.model.labels import DTYPE, Patch, alike, extent
from dashboard.model.stored_volume import StoredVolume
from dashboard.model.superpixels import Box
from dashboard.model.tiling import Tiling
from dashboard.opening import MOST_LABEL, MOST_LABELS, form_over
from workers import volume_file
from workers.source import Source
from workers.stored import CHUNK
from workers.turning_layers import layers

MOST_VOXELS = 2**27
"""In the boxes of all that changes: an edit is held, and written, as a whole."""

_SIDE = 128
_LAYER_BYTES = 128 << 20


def read_labels_over(
    source: Path | bytes,
    volume: StoredVolume,
    labels: Frozen,
    *,
    report: Callable[[float], None] | None = None,
) -> tuple[tuple[Patch, ...], list[int]]:
    """Read a label map that lies on `volume`.

    Returns
    -------
    patches : tuple of Patch
        What makes `labels` equal to it.
    values : list of int
        The labels that occur, without 0, ascending.

    Raises
    ------
    ValueError
        With one sentence for the user, if it is none, lies elsewhere or changes too much.
    """
    occurs, patches, size = np.zeros(MOST_LABEL + 1, bool), [], 0
    for box, given in pieces_over(source, volume, report):
        occurs[np.unique(given)] = True
        for patch in _patches(box, given, labels):
            patches.append(patch)
            size += patch.mask.size
            _must_not_exceed(size)
    return tuple(patches), _values(occurs)


def read_map_over(
    source: Path | bytes, volume: StoredVolume, *, report: Callable[[float], None] | None = None
) -> Frozen:
    """Read a label map that lies on `volume`, as a whole; what does not fit is put on disk.

    Raises
    ------
    ValueError
        As `read_labels_over`.
    """
    occurs, labels = np.zeros(MOST_LABEL + 1, bool), volume.zeros(DTYPE)
    for box, given in pieces_over(source, volume, report):
        occurs[np.unique(given)] = True
        labels[box] = given
    _values(occurs)
    return labels.frozen()


def pieces_over(
    source: Path | bytes, volume: StoredVolume, report: Callable[[float], None] | None
) -> Iterator[tuple[Box, np.ndarray]]:
    """Yield a label map that lies on `volume` in boxes, by the form that does if two differ.

    Raises
    ------
    ValueError
        As `read_labels_over`.
    """
    form, most = form_over(source, volume), volume.voxels
    with volume_file.opened(source, form=form, max_voxels=most, report=report) as found:
        _must_lie_on(volume, found)
        for box, values in layers(found, CHUNK, _LAYER_BYTES, volume.folder):
            yield box, _labels(values)


def _values(occurs: np.ndarray) -> list[int]:
    values = [int(value) for value in np.flatnonzero(occurs) if value]
    if len(values) > MOST_LABELS:
        raise ValueError(
            f"Expected a map of at most {MOST_LABELS} labels; the file holds {len(values):,}."
        )
    return values


def _must_lie_on(volume: StoredVolume, found: Source) -> None:
    if found.shape != volume.shape:
        raise ValueError(
            f"Expected labels of shape {volume.shape}, as the open volume; got {found.shape}."
        )
    if not volume.lies_on(found.affine):
        raise ValueError("Expected labels that lie on the open volume; their affine differs.")


def _must_not_exceed(size: int) -> None:
    if size > MOST_VOXELS:
        raise ValueError(
            f"The file changes more than {MOST_VOXELS:,} voxels of the labels, which cannot be "
            "taken back as one step: open it in parts, each with some of the labels."
        )


def _labels(values: np.ndarray) -> np.ndarray:
    if not (np.isfinite(values) & (values == np.rint(values)) & (values >= 0)).all():
        raise ValueError("Expected labels as whole numbers from 0; the file holds others.")
    if values.max(initial=0) > MOST_LABEL:
        raise ValueError(f"Expected labels from 0 to {MOST_LABEL}; got {values.max()}.")
    return values.astype(DTYPE)


def _patches(box: Box, given: np.ndarray, labels: Frozen):
    """Yield what is to change in a box, in tight boxes of at most 128 voxels an edge."""
    for _, _, here in Tiling(given.shape, _SIDE).parts(tuple(slice(0, n) for n in given.shape)):
        tile = _moved(here, box)
        before = np.zeros(given[here].shape, DTYPE)
        for part, values in labels.scan(tile):
            before[part] = values
        after = given[here]
        changed = before != after
        if not changed.any():
            continue
        tight = tuple(extent(changed.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1)))
        mask = changed[tight].copy()
        values = (alike(each[tight][mask]) for each in (before, after))
        yield Patch(_moved(tight, tile), mask, *values)


def _moved(inner: Box, outer: Box) -> Box:
    return tuple(
        slice(a.start + b.start, a.stop + b.start) for a, b in zip(inner, outer, strict=True)
    )
