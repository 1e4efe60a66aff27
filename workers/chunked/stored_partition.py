"""Superpixels of a volume on disk, by as many workers as there are: those of `partition`.

Only sums, samples and tables come back from the chunks, so that nobody holds the volume. The ids
are in every voxel those of `workers.superpixels.partition.partition`, for any chunks and any order
of the work. What is done is on disk: the same call again goes on from there.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import numpy as np

from workers.chunked import chunk_slic
from workers.chunked.checkpoints import Checkpoints, Run
from workers.chunked.chunk_grid import ChunkGrid
from workers.chunked.chunk_slic import Centres, Features
from workers.chunked.connect_chunks import Connected, connect_chunks
from workers.chunked.foreground_stored import Wish, find_features, find_ground
from workers.chunked.stored_pieces import create as create_pieces
from workers.chunked.stored_pieces import is_kept
from workers.runtime.progress import Report, silent
from workers.slic.exact_sums import Rule, near_each
from workers.slic.sums import means
from workers.storage.foreign_zarr.array import image_at
from workers.storage.stored_array import CHUNK, create
from workers.superpixels.partition import (
    COMPACTNESS,
    CRUMB,
    ITERATIONS,
    check,
    usual_sigma_mm,
    weights_of,
)

CHUNKS = (128, 128, 128)
"""Voxels that one worker has in memory at a time."""

_BEGUN, _CLUSTERED = 0.2, 0.85  # of the whole, when iterations begin and end


class Stored(NamedTuple):
    """Superpixels on disk.

    Attributes
    ----------
    count : int
        How many.
    boxes : (count, 6) ndarray of int32
        As in `workers.superpixels.partition.Partition`.
    sizes : (count,) ndarray of int64
        In voxels.
    threshold : float or None
        As there.
    """

    count: int
    boxes: np.ndarray
    sizes: np.ndarray
    threshold: float | None


def partition_stored(
    image: str | Sequence[str],
    out: str,
    spacing: Sequence[float],
    executor: Executor,
    *,
    work: Path,
    chunks: tuple[int, int, int] = CHUNKS,
    count: int | None = None,
    size_mm3: float | None = None,
    compactness: float = COMPACTNESS,
    sigma_mm: float | None = None,
    threshold: float | str | None = "auto",
    weights: Sequence[float] | None = None,
    report: Report | None = None,
) -> Stored:
    """Compute the superpixels of a stored volume, and write their ids.

    Parameters
    ----------
    image : str or sequence of str
        Path of a zarr array (I, J, K) of integers or reals; of one for each channel.
    out : str
        Path of an array of uint32 (I, J, K) with the ids that is there at the end; 0 outside the
        foreground. It lies on the same disk as `work`.
    spacing : (3,) sequence of float
        Voxel edges in mm.
    executor : Executor
        Runs the kernels, each on a chunk. Its processes must see `image`, `out` and `work`.
    work : Path
        A folder for what is needed on the way, 5 to 9 bytes for each voxel, from which a call with
        the same arguments goes on. Who has kept what is returned may remove it. If two calls at
        once use it, the first ends with a ValueError.
    chunks : (3,) tuple of int, optional
        Voxels of a chunk; the ids do not depend on it.
    count, size_mm3, compactness, sigma_mm, threshold, weights
        As for `workers.superpixels.partition.partition`.
    report : callable, optional
        Told the fraction that is done, and by `workers.runtime.progress.say` what is being done;
        may raise CancelledError.

    Returns
    -------
    stored : Stored

    Raises
    ------
    ValueError
        As `partition`; and in a sentence if the disk is full or a worker does not see the arrays.
    BrokenExecutor
        If the workers are lost again and again.
    """
    sigma_mm = usual_sigma_mm(spacing) if sigma_mm is None else sigma_mm
    images = (image,) if isinstance(image, str) else tuple(image)
    shape = _shape_of(images)
    check(shape, spacing, count, size_mm3, compactness, sigma_mm, threshold)
    weights = weights_of(images, weights)
    wish = Wish(tuple(spacing), count, size_mm3, compactness, sigma_mm, threshold, weights)
    if len(chunks) != 3 or min(chunks) < 1:
        raise ValueError(f"chunks must have 1 voxel or more along each of 3 axes; got {chunks}.")
    cutting = ChunkGrid(shape, tuple(chunks))
    here = work / "x".join(map(str, chunks))
    course = Checkpoints(here, cutting, executor, report or silent, uuid4().hex)
    try:
        course.begin()
        found = find_ground(course, images, wish)
        features, centres, how = find_features(course, found, wish)
        centres = _cluster(course, features, centres, how)
        connected = _connect(course, features, centres, how, out, int(found.size * CRUMB))
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            course.check()
        raise ValueError(describe(error, work)) from error
    return Stored(*connected, found.threshold)


def _shape_of(images):
    shapes = {image_at(image).shape for image in images}
    if len(shapes) != 1:
        raise ValueError(f"channels must have one shape; got {sorted(shapes)}.")
    return shapes.pop()


def id_chunks(chunks: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return the chunks of the ids: good to look at, and none in two of the workers' `chunks`."""
    i, j, k = (n if side % n == 0 else side for side, n in zip(chunks, CHUNK, strict=True))
    return i, j, k


def _cluster(course: Checkpoints, features: Features, centres: np.ndarray, how: Rule) -> np.ndarray:
    """Return the centres of the last iteration; each iteration is kept."""
    share = (_CLUSTERED - _BEGUN) / (ITERATIONS - 1)
    for n in range(1, ITERATIONS):
        text = f"iteration {n} of {ITERATIONS}"
        run = course.run(text, _BEGUN + share * (n - 1), _BEGUN + share * n)
        made = course.once(f"centres-{n:02}", lambda at=centres, run=run: {
            "centres": means(sums_of_all(course, features, at, how, run))
        })  # fmt: skip
        centres = made["centres"]
    return centres


def sums_of_all(
    course: Checkpoints, features: Features, centres: np.ndarray, how: Rule, run: Run
) -> np.ndarray:
    """Return the sums over the voxels of each cluster, those of all chunks added up."""
    sums = np.zeros((len(centres), 1 + centres.shape[1]), np.int64)
    known = _pair_with_centres(course, features, centres, how)
    calls = [(features, box, each, how) for box, each in known if each.numbers.size]
    for call, part in zip(calls, run(chunk_slic.sums_of, calls), strict=True):
        sums[call[2].numbers] += part
    return sums


def _pair_with_centres(course, features, centres, how):
    """Return each chunk with the centres that it has to know."""
    near = near_each(centres, how, course.boxes, features.box[::2])
    return [(box, Centres(n, centres[n])) for box, n in zip(course.boxes, near, strict=True)]


def _connect(course, features, centres, how, out, min_size) -> Connected:
    pieces = course.made("pieces", lambda at: create_pieces(at, course.cutting))
    calls = [
        (features, box, each, how, (pieces, n))
        for n, (box, each) in enumerate(_pair_with_centres(course, features, centres, how))
        if not is_kept(pieces, n)
    ]
    text = f"iteration {ITERATIONS} of {ITERATIONS}"
    course.run(text, _CLUSTERED, 0.92)(chunk_slic.keep_pieces, calls)
    ids = course.fresh("ids")
    create(ids, course.cutting.shape, np.uint32, id_chunks(course.cutting.chunk))
    run = course.run("connecting", 0.92, 1.0, most=4)
    connected = connect_chunks(pieces, course.cutting, ids, run, min_size)
    shutil.rmtree(out, ignore_errors=True)
    Path(ids).replace(out)
    return connected


def describe(error: OSError, work: Path) -> str:
    """Return in a sentence what an error of the disk means, and the way out."""
    if error.errno == errno.ENOSPC:
        return f"The disk of {work} is full: make room, then begin again; what is done is kept."
    if isinstance(error, FileNotFoundError):
        return (
            f"A worker cannot read {error.filename or work}: the cache must lie in a folder that "
            "all workers see under the same path. Choose one with --cache."
        )
    return f"A worker could not read or write in {work}: {error}."
