"""Superpixels of a file, without a page."""

from __future__ import annotations

import argparse
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import zarr

from dashboard import arguments
from dashboard.annotation.stored_superpixels import StoredSuperpixels
from dashboard.cli import partition_output, serve_options
from dashboard.volumes.cache.partitions import partition_stored
from dashboard.volumes.cache.store import Store
from dashboard.volumes.memory_volume import Volume
from dashboard.volumes.open_volume import read_volume
from dashboard.volumes.stored_volume import StoredVolume
from workers.chunked.stored_partition import CHUNKS
from workers.formats.nifti import nifti
from workers.runtime.progress import Report
from workers.runtime.team import usable
from workers.superpixels.partition import COMPACTNESS, COUNT, partition


class PartitionOptions(NamedTuple):
    """What superpixels are asked for, as `workers.superpixels.partition.partition` takes it."""

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
    parser.add_argument(
        "--with",
        dest="others",
        type=Path,
        action="append",
        default=[],
        metavar="IMAGE",
        help="another volume on the same grid, whose borders the superpixels follow too; may be "
        "given several times",
    )
    parser.add_argument(
        "--weights",
        type=arguments.weights,
        metavar="W,W,…",
        help="how much the intensities of the first volume and of each other one count "
        "(default: 1 each)",
    )
    how_many = parser.add_mutually_exclusive_group()
    how_many.add_argument(
        "--count",
        type=arguments.whole_number,
        help=f"superpixels wanted in the foreground (default: {COUNT})",
    )
    how_many.add_argument(
        "--size-mm3", type=arguments.number, help="volume wanted of one superpixel"
    )
    shape = "small: along the intensities, large: like cubes (default: %(default)s)"
    parser.add_argument("--compactness", type=arguments.number, default=COMPACTNESS, help=shape)
    parser.add_argument(
        "--sigma-mm",
        type=arguments.number,
        help="width of the blur before (default: 3/4 of a voxel)",
    )
    parser.add_argument(
        "--threshold", type=arguments.threshold, default="auto", help="auto, none or a value"
    )
    add_volume(parser)
    parser.add_argument(
        "--form", choices=nifti.FORMS, help="which one places the image if qform and sform differ"
    )
    parser.add_argument(
        "--chunks",
        type=arguments.chunks,
        metavar="I,J,K",
        help="work on disk, so many voxels at a time for each worker; the ids do not depend on it "
        "(default: 128,128,128 for what is over the memory budget)",
    )
    serve_options.add_storage_to(parser)


def add_volume(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses a volume of several, counted as on the page."""
    parser.add_argument("--volume", type=arguments.volume, help="which volume of a 4D file, from 1")


def partition_file(
    given: argparse.Namespace, executor: Executor | None = None, report: Report | None = None
) -> dict:
    """Partition ``given.image``, with ``given.others`` if there are any, and write the ids.

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
        ``count`` of superpixels, ``voxels`` in them, ``seconds`` of the partition,
        ``sha256`` of the ids in C order, and ``notes`` on how the files were understood.

    Raises
    ------
    ValueError
        With a sentence, if the image cannot be read, an option is out of range or the output
        cannot be written.
    """
    for image in (given.image, *given.others):
        partition_output.check(given.out, image)
    storage = serve_options.storage(given)
    store = Store(storage._replace(budget_gb=0) if given.chunks else storage)
    volumes = all_opened(given, store, report)
    start = time.perf_counter()
    ids, count = compute(volumes, given, executor, store, report)
    seconds = time.perf_counter() - start
    digest, voxels = partition_output.digest(ids, count)
    partition_output.write(given.out, ids, count, volumes[0])
    told = {"count": count, "voxels": voxels, "seconds": round(seconds, 3), "sha256": digest}
    return told | {"notes": list(dict.fromkeys(note for each in volumes for note in noted(each)))}


def noted(volume: Volume | StoredVolume) -> list[str]:
    """Return what is to be said of how a volume's file was understood, begun with its name."""
    return [f"{volume.name}: {note}" for note in volume.notes]


def all_opened(
    given: argparse.Namespace, store: Store, report: Report | None = None
) -> list[Volume] | list[StoredVolume]:
    """Read all images: all into the memory, whose budget they share, or all into the cache.

    Raises
    ------
    ValueError
        With a sentence, if one cannot be read or lies elsewhere.
    """
    images = [given.image, *given.others]
    store.budget //= len(images)
    volumes = [open_image(given, image, store, report) for image in images]
    if any(volume.is_on_disk for volume in volumes):
        store.budget = 0
        volumes = [
            volume if volume.is_on_disk else open_image(given, image, store, report)
            for image, volume in zip(images, volumes, strict=True)
        ]
    for other in volumes[1:]:
        if other.shape != volumes[0].shape or not volumes[0].lies_on(other.affine):
            raise ValueError(
                f"{other.name} does not lie on the voxels of {volumes[0].name}: resample it first, "
                "or add it on the page, which does so."
            )
    return volumes


def open_image(
    given: argparse.Namespace, image: Path, store: Store, report: Report | None = None
) -> Volume | StoredVolume:
    """Read an image as `given` says, or open it in the cache.

    Raises
    ------
    ValueError
        With a sentence that names the option where a choice is wanted.
    """
    how = {"form": given.form, "store": store, "report": report}
    name = image.name or image.absolute().name  # the folder in which one is has none
    try:
        return _read(image, name, given, how)
    except nifti.FormsDiffer as differ:
        said = f"{differ} {differ.difference} Say --form sform or --form qform."
        raise ValueError(said) from None
    except nifti.SeveralVolumes as several:
        which = f"choose one with --volume, from 1 to {several.count}."
        raise ValueError(f"{str(several).removesuffix('choose one.')}{which}") from None


def _read(image, name, given, how):
    """Read an image; one of `given.others` need not have as many volumes as the first."""
    if image == given.image or given.volume is None:
        return read_volume(image, name, volume=given.volume, **how)
    try:
        return read_volume(image, name, **how)
    except nifti.SeveralVolumes:
        return read_volume(image, name, volume=given.volume, **how)


def compute(
    volumes: list[Volume] | list[StoredVolume],
    given: argparse.Namespace,
    executor: Executor | None,
    store: Store,
    report: Report | None = None,
) -> tuple[np.ndarray | zarr.Array, int]:
    """Return ids and count of the superpixels; kernels run on `executor`, or here."""
    count = COUNT if given.count is None and given.size_mm3 is None else given.count
    wish = PartitionOptions(
        count, given.size_mm3, given.compactness, given.sigma_mm, given.threshold
    )
    main, *others = volumes
    if main.is_on_disk:
        told = {"chunks": given.chunks or CHUNKS, "store": store}
        told |= {"others": others, "weights": given.weights, "report": report}
        found = _on_disk(main, wish, executor, told)
        return found.ids_array(), found.count
    how = wish._asdict() | {"weights": given.weights, "report": report}
    image = [each.data for each in volumes] if others else main.data
    if executor is None:
        made = partition(image, main.spacing, **how)
    else:
        made = executor.submit(partition, image, main.spacing, **how).result()
    return made.ids, int(made.count)


def _on_disk(volume, wish, executor, told) -> StoredSuperpixels:
    if executor is not None:
        return partition_stored(volume, wish, executor, **told)[0]
    with ThreadPoolExecutor(usable()) as threads:
        return partition_stored(volume, wish, threads, **told)[0]
