"""What is in pieces, as the planes of a file that is written from its first to its last."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from dashboard.annotation.label_map import LabelMap
from dashboard.annotation.stored_superpixels import StoredSuperpixels
from workers.formats.nifti import nifti
from workers.runtime.box import Box
from workers.runtime.progress import Report, silent
from workers.storage.spill_to_disk import MOST_BYTES, Overflow

LAYER_BYTES = 128 << 20  # of planes that are held at once
THICK = 64

Parts = Callable[[Box], Iterator[tuple[Box, np.ndarray]]]
Writer = Callable[..., None]


def label_writer(labels: LabelMap, header: bytes) -> Writer:
    """Return what writes a chunked label map, as it is now, to a file."""
    now = labels.data.frozen()
    most = max(+labels.voxels, default=0)
    return partial(write, now.scan, labels.shape, labels.data.dtype, most, header)


def superpixel_writer(superpixels: StoredSuperpixels, header: bytes) -> Writer:
    """Return what writes the ids of superpixels on disk to a file."""
    ids = superpixels.ids_array()
    used = np.flatnonzero(superpixels.boxes[:, 1])
    most = int(used[-1]) + 1 if used.size else 0
    return partial(write, partial(chunks_of, ids), ids.shape, ids.dtype, most, header)


def write(
    parts: Parts,
    shape: tuple[int, int, int],
    dtype: np.dtype,
    most: int,
    header: bytes,
    file: BinaryIO,
    *,
    report: Report = silent,
) -> None:
    """Write a label map as NIfTI, of which some planes are held at a time."""
    planes = planes_of(parts, shape, dtype)
    nifti.write_labels(file, planes, shape, most, header, report=report)


def write_out(
    writer: Writer, path: Path | None, *, most_bytes: int = MOST_BYTES, report: Report = silent
) -> bytes | Path:
    """Return what is written, or the new file that holds it, where it is more than `most_bytes`.

    Without a path all is held in memory.

    Raises
    ------
    ValueError
        With a sentence, if the file cannot be written; then nothing is left of it.
    """
    path, most_bytes = (path, most_bytes) if path else (Path(), float("inf"))
    try:
        with Overflow(path, most_bytes) as file:
            writer(file, report=report)
    except OSError as error:
        raise ValueError(
            f"{path.name} could not be written to {path.parent} ({error.strerror or error})."
        ) from error
    return file.content


def planes_of(parts: Parts, shape: tuple[int, int, int], dtype: np.dtype) -> Iterator[np.ndarray]:
    """Yield the (I, J) planes at k = 0, 1, … of an array that is read in parts."""
    I, J, K = shape
    thick = max(1, min(THICK, LAYER_BYTES // (I * J * dtype.itemsize)))
    for k in range(0, K, thick):
        box = slice(0, I), slice(0, J), slice(k, min(k + thick, K))
        layer = np.zeros((I, J, box[2].stop - k), dtype, order="F")
        for part, values in parts(box):
            layer[part] = values
        yield from np.moveaxis(layer, 2, 0)


def chunks_of(array, box: Box) -> Iterator[tuple[Box, np.ndarray]]:
    """Yield what lies in `box` of each chunk of a zarr array, and where in the box."""
    cut = [
        range(axis.start // side * side, axis.stop, side)
        for axis, side in zip(box, array.chunks, strict=True)
    ]
    for begins in itertools.product(*cut):
        ends = zip(begins, array.chunks, box, strict=True)
        part = [slice(max(n, axis.start), min(n + side, axis.stop)) for n, side, axis in ends]
        here = (slice(s.start - a.start, s.stop - a.start) for s, a in zip(part, box, strict=True))
        yield tuple(here), array[tuple(part)]


def fresh(folder: Path, name: str, ending: str) -> Path:
    """Return a path in `folder` that is free: `name` and `ending`, with a number if need be."""
    numbers = itertools.chain([""], map("-{}".format, itertools.count(2)))
    tried = (folder / f"{name}{number}{ending}" for number in numbers)
    return next(path for path in tried if not path.exists())
