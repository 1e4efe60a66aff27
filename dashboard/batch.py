"""Superpixels of a file, without a page."""

from __future__ import annotations

import argparse
import functools
import hashlib
import time
from concurrent.futures import Executor
from pathlib import Path

import numpy as np

from dashboard.model.volume import Volume
from dashboard.opening import read_volume
from workers import files, nifti
from workers.partition import COMPACTNESS, COUNT, Partition, partition

ENDINGS = (".nii.gz",)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``supervox partition``."""
    parser.add_argument("image", type=Path, help="NIfTI volume")
    parser.add_argument("out", type=Path, help="where the ids go: a name ending in .nii.gz")
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
    parser.add_argument("--volume", type=int, help="which volume of a 4D file, from 0")
    parser.add_argument(
        "--form", choices=nifti.FORMS, help="which one places the image if qform and sform differ"
    )


def threshold(text: str) -> float | str | None:
    """Return a threshold from its text: ``auto``, ``none`` or a number."""
    if text == "auto":
        return text
    return None if text == "none" else float(text)


def partition_file(given: argparse.Namespace, executor: Executor | None = None) -> dict:
    """Partition ``given.image``, write the ids to ``given.out``, and return what was found.

    Parameters
    ----------
    given : argparse.Namespace
        What `add_to` reads.
    executor : Executor, optional
        Runs the kernel; this process does if there is none.

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
    if not given.out.name.endswith(ENDINGS):
        raise ValueError(f"Expected an output name ending in .nii.gz; got {given.out.name}.")
    if given.out.resolve() == given.image.resolve():
        raise ValueError("Expected an output other than the image, which would be lost.")
    volume = opened(given)
    start = time.perf_counter()
    found = compute(volume, given, executor)
    seconds = time.perf_counter() - start
    try:
        files.replace(given.out, nifti.encode_labels(found.ids, volume.header))
    except OSError as error:
        raise ValueError(f"The ids could not be written to {given.out}: {error}") from error
    return {
        "count": int(found.count),
        "voxels": int(np.count_nonzero(found.ids)),
        "seconds": round(seconds, 3),
        "sha256": hashlib.sha256(np.ascontiguousarray(found.ids)).hexdigest(),
    }


def opened(given: argparse.Namespace) -> Volume:
    """Read the image as `given` says.

    Raises
    ------
    ValueError
        With a sentence that names the option where a choice is wanted.
    """
    try:
        return read_volume(given.image, given.image.name, volume=given.volume, form=given.form)
    except nifti.FormsDiffer as differ:
        said = f"{differ} {differ.difference} Say --form sform or --form qform."
        raise ValueError(said) from None


def compute(volume: Volume, given: argparse.Namespace, executor: Executor | None) -> Partition:
    """Run the kernel on `executor`, or here."""
    kernel = functools.partial(
        partition,
        count=given.count,
        size_mm3=given.size_mm3,
        compactness=given.compactness,
        sigma_mm=given.sigma_mm,
        threshold=given.threshold,
    )
    if executor is None:
        return kernel(volume.data, volume.spacing)
    return executor.submit(kernel, volume.data, volume.spacing).result()
