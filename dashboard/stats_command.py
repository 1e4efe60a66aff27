"""``supervox stats``: what is measured of a label map, without a page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard import batch, options, printing, sidecar
from dashboard.measuring import left_out
from dashboard.model.stored_volume import StoredVolume
from dashboard.opening_labels import read_map
from dashboard.opening_over import read_map_over
from dashboard.store import Store
from dashboard.stored_measuring import stored_statistics
from dashboard.telling import Telling
from workers import files, nifti, statistics_csv, streams
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
        "--out",
        type=Path,
        metavar="FILE.csv",
        help="where the CSV goes; a pipe is written to (default: - which prints it)",
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
    volume = batch.opened(given, given.image, Store(options.storage(given)), part(report, 0, 0.3))
    reading, measuring = part(report, 0.3, 0.5), part(report, 0.5, 1)
    stored = isinstance(volume, StoredVolume)
    try:
        labels, notes = (read_map_over if stored else read_map)(
            given.labels, volume, report=reading
        )
    except nifti.SeveralVolumes as several:
        said = str(several).removesuffix("choose one.")
        raise ValueError(
            f"{said}save one of them as a file of its own, for --volume tells that of the image."
        ) from None
    told = *batch.noted(volume), *(f"{given.labels.name}: {note}" for note in notes)
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
    rows, notes = sidecar.read(given.table) if given.table else sidecar.of(given.labels)
    return {value: name for value, name, *_ in rows}, notes


def _check_out(given: argparse.Namespace) -> None:
    if is_printed(given.out):
        return
    place = streams.place_of(given.out)
    if place in {
        streams.place_of(each) for each in (given.image, given.labels, given.table) if each
    }:
        raise ValueError("Expected an output other than what is read, which would be lost.")
    with _said(given.out):
        files.check(given.out, streams_too=True)


def is_printed(out: Path | None) -> bool:
    """Tell whether an output is that of the command itself."""
    return out is None or str(out) == "-"


def _write(text: str, out: Path | None) -> None:
    if is_printed(out):
        printing.put(text)
        return
    with _said(out):
        files.replace(out, text.encode(), streams_too=True)


@contextmanager
def _said(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ValueError(
            f"The statistics could not be written to {out} ({error.strerror or error})."
        ) from error
