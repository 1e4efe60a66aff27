"""The superpixels of a volume on disk: kept beside it, computed once for the same settings."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import time
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path

import numpy as np

from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.stored_superpixels import (
    BOXES,
    IDS,
    PARTITIONS,
    SIZES,
    TOLD,
    StoredSuperpixels,
)
from dashboard.volumes.cache import eviction
from dashboard.volumes.cache.locks import Hold
from dashboard.volumes.cache.patience import blind, patient
from dashboard.volumes.cache.store import Store
from dashboard.volumes.stored_volume import StoredVolume
from workers.chunked import stored_partition
from workers.chunked.stored_partition import CHUNKS
from workers.runtime.progress import Report, say, silent
from workers.storage import atomic_write, stored_array
from workers.superpixels.partition import VERSION, usual_sigma_mm, weights_of

_WAIT_S = 0.2
_WORK, _MAKING = "work", "making"
_ATTEMPTS = 3
_BYTES = 11  # of a voxel: ids, features, mask and pieces, where nothing can be compressed
_BYTES_MORE = 4  # for each volume that is cut with it


def partition_stored(
    volume: StoredVolume,
    settings: Settings,
    executor: Executor,
    *,
    others: Sequence[StoredVolume] = (),
    weights: Sequence[float] | None = None,
    store: Store | None = None,
    chunks: tuple[int, int, int] = CHUNKS,
    report: Report | None = None,
) -> tuple[StoredSuperpixels, float | None]:
    """Return superpixels of a stored volume, and the threshold of its foreground.

    Those that were computed with the same settings before are taken as they are; where that was
    not finished, it goes on.

    Parameters
    ----------
    volume : StoredVolume
    settings : Settings
    executor : Executor
        Runs the kernels. This call waits for them, so it needs a thread of its own.
    others : sequence of StoredVolume, optional
        On the same grid: the superpixels follow the borders in these too. What is not finite in
        one of them is outside.
    weights : sequence of float, optional
        How much `volume` and each of the others count; by default 1.
    store : Store, optional
        Makes room for what is written, up to 11 bytes for each voxel on the way and 4 more for
        each of the others; 5 of them stay.
    chunks : (3,) tuple of int, optional
        Voxels that a worker has in memory; nothing else depends on it.
    report : callable, optional
        Told the fraction that is done, and what is being done; may raise CancelledError.

    Raises
    ------
    ValueError
        In a sentence: a setting cannot be, nothing is foreground, the disk is full, or workers do
        not see the cache.
    BrokenExecutor
        If the cluster was lost; the next call goes on.
    """
    report = report or silent
    folder = volume.folder / PARTITIONS / key_of(volume, settings, others, weights)
    images = [str(each.levels[0].path) for each in (volume, *others)]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for _ in range(_ATTEMPTS):
        if found := _known(folder):
            return found
        with _alone(folder, report) as hold:
            if hold and not _known(folder):
                if store is not None:
                    there = eviction.size(folder)
                    most = volume.voxels * (_BYTES + _BYTES_MORE * len(others))
                    store.make_room(max(0, most - there))
                how = settings._asdict() | {"weights": weights}
                _compute(volume, images, how, executor, folder, chunks, report)
            shutil.rmtree(folder / _WORK, ignore_errors=True)
    raise ValueError(f"Others take away what is being written to {folder}: press Partition again.")


def in_use(folder: Path) -> StoredSuperpixels:
    """Return the partition in a folder; as long as it lives, it is not removed.

    Raises
    ------
    OSError, ValueError, LookupError
        If there is no whole one.
    """
    if not (hold := Hold.shared(folder)):
        raise FileNotFoundError(f"{folder} is being removed.")
    try:
        found = StoredSuperpixels.read(folder)
    except BaseException:
        hold.release()
        raise
    weakref.finalize(found, hold.release)
    return found


def key_of(
    volume: StoredVolume,
    settings: Settings,
    others: Sequence[StoredVolume] = (),
    weights: Sequence[float] | None = None,
) -> str:
    """Return what a partition is called: the same for all that give the same superpixels."""
    sigma_mm = settings.sigma_mm
    if sigma_mm is None:
        settings = settings._replace(sigma_mm=usual_sigma_mm(volume.spacing))
    given = settings._asdict()
    if given.get("size_mm3") is None:  # the page has no such wish
        given.pop("size_mm3", None)
    counts = weights_of((volume, *others), weights)
    joint = [[each.digest for each in others], counts] if others else []
    told = json.dumps([VERSION, given, *joint], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


@contextlib.contextmanager
def _alone(folder: Path, report: Report) -> Iterator[Hold | None]:
    """Wait until nobody else computes in a folder, and use it; None if it is being removed."""
    making = folder / _MAKING
    making.mkdir(parents=True, exist_ok=True, mode=0o700)
    while not (turn := Hold.alone(making, guess=True)):
        say(report, "another page computes the same")
        report(0.0)
        time.sleep(_WAIT_S)
    hold = Hold.shared(folder)
    try:
        yield hold
    finally:
        if hold:
            hold.release()
        turn.release()


def _known(folder: Path) -> tuple[StoredSuperpixels, float | None] | None:
    try:
        told = json.loads((folder / TOLD).read_text(encoding="utf-8"))
        if told["version"] != VERSION:
            return None
        return in_use(folder), told["threshold"]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _compute(volume, images, how, executor, folder, chunks, report) -> None:
    if unseen := blind(executor, volume.folder):
        raise ValueError(
            f"These Dask workers do not see the cache folder {volume.folder}: {', '.join(unseen)}. "
            "Choose one that all see under the same path with --cache."
        )
    (folder / TOLD).unlink(missing_ok=True)  # what it tells of is about to be replaced
    found = stored_partition.partition_stored(
        images,
        str(folder / IDS),
        volume.spacing,
        patient(executor, lambda sentence: say(report, sentence), volume.folder),
        work=folder / _WORK,
        chunks=chunks,
        report=report,
        **how,
    )
    try:
        _keep(found, how, folder)
    except OSError as error:
        raise ValueError(stored_partition.describe(error, folder)) from error


def _keep(found, how, folder) -> None:
    """Write what is known of superpixels, last of all that they are there."""
    os.sync()  # no chunk may be missing where a loss of power leaves the record
    _save(folder / BOXES, found.boxes)
    _save(folder / SIZES, found.sizes)
    told = {
        "version": VERSION,
        "count": found.count,
        "voxels": int(found.sizes.sum()),
        "extent": stored_array.extent(folder / IDS),
        "threshold": found.threshold,
        "settings": how,
    }
    atomic_write.replace(folder / TOLD, json.dumps(told, indent=1).encode())


def _save(path: Path, array: np.ndarray) -> None:
    content = io.BytesIO()
    np.save(content, array)
    atomic_write.replace(path, content.getvalue())
