"""``supervox stats``: what is measured of a label map, without a page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.cli import partition, printing, serve_options
from dashboard.cli.progress_line import Telling
from dashboard.session.measure import left_out
from dashboard.volumes import find_label_table
from dashboard.volumes.cache.store import Store
from dashboard.volumes.measure_stored import stored_statistics
from dashboard.volumes.read_labels import read_map
from dashboard.volumes.read_labels_stored import read_map_over
from workers.formats.nifti import nifti
from workers.labels import statistics_csv
from workers.labels.statistics import Statistics, statistics
from workers.runtime.progress import Report, part, silent
from workers.storage import atomic_write, pipes


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
        "--out",
        type=Path,
        metavar="FILE.csv",
        help="where the CSV goes; a pipe is written to (default: - which prints it)",
    )
    partition.add_volume(parser)
    parser.add_argument(
        "--form", choices=nifti.FORMS, help="which one places the image if qform and sform differ"
    )
    serve_options.add_storage_to(parser)


def run(given: argparse.Namespace) -> int:
    """Write the statistics as CSV; returns the exit status."""
    telling = Telling(sys.stderr) if sys.stderr.isatty() else None
    try:
        _check_out(given)
        names, said = names_of(given)
        rows, notes = measure(given, telling or silent)
        written = statistics_csv.encode(rows, names)
        if telling:
            telling.end()
        printing.say(filter(None, (*notes, *said, left_out(rows, names))))
        _write(written, given.out)
    except ValueError as refused:
        if telling:
            telling.end()
        printing.say([str(refused)])
        return 2
    return 0


def measure(
    given: argparse.Namespace, report: Report
) -> tuple[tuple[Statistics, ...], tuple[str, ...]]:
    """Return the statistics of the label map, and notes on how the files were understood.

    Those of a volume that is too large are read from disk.

    Raises
    ------
    ValueError
        With a sentence, if a file cannot be read, or the labels do not lie on the image.
    """
    volume = partition.open_image(
        given, given.image, Store(serve_options.storage(given)), part(report, 0, 0.3)
    )
    reading, measuring = part(report, 0.3, 0.5), part(report, 0.5, 1)
    stored = volume.is_on_disk
    try:
        labels, notes = (read_map_over if stored else read_map)(
            given.labels, volume, report=reading
        )
    except nifti.SeveralVolumes as several:
        said = str(several).removesuffix("choose one.")
        raise ValueError(
            f"{said}save one of them as a file of its own, for --volume tells that of the image."
        ) from None
    told = *partition.noted(volume), *(f"{given.labels.name}: {note}" for note in notes)
    if stored:
        return stored_statistics(volume, labels, volume.affine, report=measuring), told
    return statistics(volume.data, labels, volume.affine, report=measuring), told


def names_of(given: argparse.Namespace) -> tuple[dict[int, str], tuple[str, ...]]:
    """Return the names of the labels, and what is to be said of their table.

    Raises
    ------
    ValueError
        With a sentence, if the table that was asked for cannot be read.
    """
    rows, notes = (
        find_label_table.read(given.table) if given.table else find_label_table.of(given.labels)
    )
    return {value: name for value, name, *_ in rows}, notes


def _check_out(given: argparse.Namespace) -> None:
    if is_printed(given.out):
        return
    place = pipes.place_of(given.out)
    if place in {pipes.place_of(each) for each in (given.image, given.labels, given.table) if each}:
        raise ValueError("Expected an output other than what is read, which would be lost.")
    with _said(given.out):
        atomic_write.check(given.out, streams_too=True)


def is_printed(out: Path | None) -> bool:
    """Tell whether an output is that of the command itself."""
    return out is None or str(out) == "-"


def _write(text: str, out: Path | None) -> None:
    if is_printed(out):
        printing.put(text)
        return
    with _said(out):
        atomic_write.replace(out, text.encode(), streams_too=True)


@contextmanager
def _said(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ValueError(
            f"The statistics could not be written to {out} ({error.strerror or error})."
        ) from error
