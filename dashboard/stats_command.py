"""``supervox stats``: what is measured of a label map, without a page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dashboard import batch, options, sidecar
from dashboard.measuring import left_out
from dashboard.model.stored_volume import StoredVolume
from dashboard.opening_labels import read_labels
from dashboard.opening_over import read_map_over
from dashboard.store import Store
from dashboard.stored_measuring import stored_statistics
from dashboard.telling import Telling
from workers import files, nifti, statistics_csv
from workers.progress import Report, part, silent
from workers.statistics import Statistics, statistics


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``supervox stats``."""
    parser.add_argument("image", type=Path, help="volume whose intensities are measured")
    parser.add_argument("labels", type=Path, help="label map that lies on it, voxel for voxel")
    parser.add_argument(
        "--table",
        type=Path,
        metavar="FILE",
        help="names of the labels (default: the table beside LABELS, such as x_dseg.tsv of "
        "x_dseg.nii.gz)",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE.csv", help="where the CSV goes (default: printed)"
    )
    batch.add_volume(parser)
    parser.add_argument(
        "--form", choices=nifti.FORMS, help="which one places the image if qform and sform differ"
    )
    options.add_storage_to(parser)


def run(given: argparse.Namespace) -> int:
    """Write the statistics as CSV; returns the exit status."""
    telling = Telling(sys.stderr) if sys.stderr.isatty() else None
    try:
        _check_out(given)
        names, note = names_of(given)
        rows = measure(given, telling or silent)
        _write(statistics_csv.encode(rows, names), given.out)
    except ValueError as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    finally:
        if telling:
            telling.end()
    for said in filter(None, (note, left_out(rows, names))):
        sys.stderr.write(f"{said}\n")
    return 0


def measure(given: argparse.Namespace, report: Report) -> tuple[Statistics, ...]:
    """Return the statistics of the label map; of a volume that is too large, read from disk.

    Raises
    ------
    ValueError
        With a sentence, if a file cannot be read, or the labels do not lie on the image.
    """
    volume = batch.opened(given, given.image, Store(options.storage(given)), part(report, 0, 0.3))
    reading, measuring = part(report, 0.3, 0.5), part(report, 0.5, 1)
    if isinstance(volume, StoredVolume):
        labels = read_map_over(given.labels, volume, report=reading)
        return stored_statistics(volume, labels, volume.affine, report=measuring)
    labels = read_labels(given.labels, volume, report=reading).labels
    return statistics(volume.data, labels, volume.affine, report=measuring)


def names_of(given: argparse.Namespace) -> tuple[dict[int, str], str]:
    """Return the names of the labels, and what is to be said of their table.

    Raises
    ------
    ValueError
        With a sentence, if the table that was asked for cannot be read.
    """
    rows, notes = sidecar.read(given.table) if given.table else sidecar.of(given.labels)
    return {value: name for value, name, *_ in rows}, " ".join(notes)


def _check_out(given: argparse.Namespace) -> None:
    read = {each.resolve() for each in (given.image, given.labels, given.table) if each}
    if given.out and given.out.resolve() in read:
        raise ValueError("Expected an output other than what is read, which would be lost.")


def _write(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    try:
        files.replace(out, text.encode())
    except OSError as error:
        raise ValueError(
            f"The statistics could not be written to {out} ({error.strerror or error})."
        ) from error
