"""Superpixels of a file, without a page."""

from __future__ import annotations

import argparse
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import zarr

from dashboard import batch_out, options
from dashboard.chunked import partition_stored
from dashboard.model.stored_superpixels import StoredSuperpixels
from dashboard.model.stored_volume import StoredVolume
from dashboard.model.volume import Volume
from dashboard.opening import read_volume
from dashboard.store import Store
from workers import nifti
from workers.partition import COMPACTNESS, COUNT, partition
from workers.progress import Report
from workers.stored_partition import CHUNKS
from workers.team import usable


class Wish(NamedTuple):
    """What superpixels are asked for, as `workers.partition.partition` takes it."""

    count: int | None
    size_mm3: float | None
    compactness: float
    sigma_mm: float | None
    threshold: float | str | None


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``supervox partition``."""
    parser.add_argument("image", type=Path, help="volume")
    parser.add_argument(
        "out",
        type=Path,
        help="where the ids go: a name ending in .nii.gz or .zarr",
    )
    how_many = parser.add_mutually_exclusive_group()
    how_many.add_argument(
        "--count", type=int, help=f"superpixels wanted in the foreground (default: {COUNT})"
    )
    how_many.add_argument("--size-mm3", type=float, help="volume wanted of one superpixel")
    shape = "small: along the intensities, large: like cubes (default: %(default)s)"
    parser.add_argument("--compactness", type=float, default=COMPACTNESS, help=shape)
    parser.add_argument(
        "--sigma-mm", type=float, help="width of the blur before (default: 3/4 of a voxel)"
    )
    parser.add_argument("--threshold", type=threshold, default="auto", help="auto, none or a value")
    add_volume(parser)
    parser.add_argument(
        "--form", choices=nifti.FORMS, help="which one places the image if qform and sform differ"
    )
    parser.add_argument(
        "--chunks",
        type=chunks,
        metavar="I,J,K",
        help="work on disk, so many voxels at a time for each worker; the ids do not depend on it "
        "(default: 128,128,128 for what is over the memory budget)",
    )
    options.add_storage_to(parser)


def add_volume(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses a volume of several, counted as on the page."""
    parser.add_argument("--volume", type=numbered, help="which volume of a 4D file, from 1")


def numbered(text: str) -> int:
    """Return the index of a volume from its number, which counts from 1."""
    if (number := int(text)) < 1:
        raise ValueError(f"Expected a number from 1; got {text}.")
    return number - 1


def chunks(text: str) -> tuple[int, int, int]:
    """Return the sides of a chunk from ``128,128,128``."""
    i, j, k = (int(side) for side in text.split(","))
    if min(i, j, k) < 1:
        raise ValueError(f"Expected sides of 1 voxel or more; got {text}.")
    return i, j, k


def threshold(text: str) -> float | str | None:
    """Return a threshold from its text: ``auto``, ``none`` or a number."""
    if text == "auto":
        return text
    return None if text == "none" else float(text)


def partition_file(
    given: argparse.Namespace, executor: Executor | None = None, report: Report | None = None
) -> dict:
    """Partition ``given.image``, write the ids to ``given.out``, and return what was found.

    Parameters
    ----------
    given : argparse.Namespace
        What `add_to` reads.
    executor : Executor, optional
        Runs the kernels; this process does if there is none.
    report : callable, optional
        Told how far it is, and what is being done.

    Returns
    -------
    dict
        ``count`` of superpixels, ``voxels`` in them, ``seconds`` of the partition, and
        ``sha256`` of the ids in C order.

    Raises
    ------
    ValueError
        With a sentence, if the image cannot be read, an option is out of range or the output
        cannot be written.
    """
    batch_out.check(given.out, given.image)
    storage = options.storage(given)
    store = Store(storage._replace(budget_gb=0) if given.chunks else storage)
    volume = opened(given, store, report)
    start = time.perf_counter()
    ids, count = compute(volume, given, executor, store, report)
    seconds = time.perf_counter() - start
    digest, voxels = batch_out.digest(ids, count)
    batch_out.write(given.out, ids, count, volume)
    return {"count": count, "voxels": voxels, "seconds": round(seconds, 3), "sha256": digest}


def opened(
    given: argparse.Namespace, store: Store, report: Report | None = None
) -> Volume | StoredVolume:
    """Read the image as `given` says, or open it in the cache.

    Raises
    ------
    ValueError
        With a sentence that names the option where a choice is wanted.
    """
    which = {"volume": given.volume, "form": given.form, "store": store, "report": report}
    try:
        return read_volume(given.image, given.image.name, **which)
    except nifti.FormsDiffer as differ:
        said = f"{differ} {differ.difference} Say --form sform or --form qform."
        raise ValueError(said) from None


def compute(
    volume: Volume | StoredVolume,
    given: argparse.Namespace,
    executor: Executor | None,
    store: Store,
    report: Report | None = None,
) -> tuple[np.ndarray | zarr.Array, int]:
    """Return ids and count of the superpixels; kernels run on `executor`, or here."""
    count = COUNT if given.count is None and given.size_mm3 is None else given.count
    wish = Wish(count, given.size_mm3, given.compactness, given.sigma_mm, given.threshold)
    if isinstance(volume, StoredVolume):
        told = {"chunks": given.chunks or CHUNKS, "store": store, "report": report}
        found = _on_disk(volume, wish, executor, told)
        return found.ids_array(), found.count
    if executor is None:
        made = partition(volume.data, volume.spacing, report=report, **wish._asdict())
    else:
        how = wish._asdict() | {"report": report}
        made = executor.submit(partition, volume.data, volume.spacing, **how).result()
    return made.ids, int(made.count)


def _on_disk(volume, wish, executor, told) -> StoredSuperpixels:
    if executor is not None:
        return partition_stored(volume, wish, executor, **told)[0]
    with ThreadPoolExecutor(usable()) as threads:
        return partition_stored(volume, wish, threads, **told)[0]
