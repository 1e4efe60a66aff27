"""From a file with a label map to labels on the volume's grid, in the thread that reads files."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dashboard.annotation.label_map import DTYPE, Patch
from dashboard.annotation.label_table import MOST_LABEL
from dashboard.volumes import find_label_table
from dashboard.volumes.grid import Grid
from dashboard.volumes.length_unit import edges_said
from dashboard.volumes.memory_volume import Volume
from dashboard.volumes.open_volume import MOST_LABELS, form_over
from workers.formats import convert, open_volume
from workers.labels.resample import outside, resample_labels
from workers.runtime.progress import Report, part, silent
from workers.storage.source import Source

MOST_VOXELS = 2**27
"""Of a label map that is resampled: it is held in memory."""


class OtherGrid(ValueError):
    """A label map that lies on another grid than the volume; its message tells the way out.

    Attributes
    ----------
    difference : str
        How it lies, in a sentence for the user.
    """

    def __init__(self, difference: str) -> None:
        super().__init__(f"{difference} Open it over the volume on the page to resample it.")
        self.difference = difference


class FoundLabels(NamedTuple):
    """A label map that was read over a volume.

    Attributes
    ----------
    values : list of int
        The labels that occur in the file, without 0, ascending.
    labels : (I, J, K) ndarray of uint16 or None
        All of it, on the volume's grid; None where `patches` tell it.
    patches : tuple of Patch
        What makes the volume's labels equal to it.
    kept : int
        Voxels of locked labels that the file has otherwise, as far as `patches` tell it.
    rows : tuple of (value, name, color, …)
        The table beside it.
    notes : tuple of str
        What the user should know of how it was read. Text, never markup.
    """

    values: list[int]
    labels: np.ndarray | None = None
    patches: tuple[Patch, ...] = ()
    kept: int = 0
    rows: find_label_table.Rows = ()
    notes: tuple[str, ...] = ()


def read_labels(
    source: Path | bytes,
    volume: Volume,
    *,
    resample: bool = False,
    within: Path | None = None,
    report: Report | None = None,
) -> FoundLabels:
    """Read a label map over `volume`, with the table beside it.

    No link may lead out of the folder `within`, if one is given.

    Raises
    ------
    OtherGrid
        If it lies on another grid; not with `resample`, which puts it on the volume's.
    ValueError
        With one sentence for the user, if it is none.
    """
    if resample:
        labels, affine, notes = read_elsewhere(
            source, volume, within=within, report=part(report or silent, 0, 0.6)
        )
        rest = part(report or silent, 0.6, 1)
        counts = voxels_of(labels)
        left = left_out(labels, affine, volume, report=part(rest, 0, 0.5))
        labels = resample_labels(
            labels, affine, volume.shape, volume.affine, report=part(rest, 0.5, 1)
        )
        notes += told_of(counts, left, voxels_of(labels))
    else:
        with opened_over(source, volume, report, within) as found:
            labels, notes = read_all(found), found.notes
        counts = voxels_of(labels)
    rows, said = find_label_table.of(source, within)
    return FoundLabels(must_be_few(counts), labels, rows=rows, notes=notes + said)


def read_map(
    source: Path | bytes, volume: Grid, *, report: Report | None = None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return a label map that lies on `volume`, and what is to be said of how it was read.

    Raises
    ------
    OtherGrid, ValueError
        As `read_labels`.
    """
    with opened_over(source, volume, report) as found:
        labels, notes = read_all(found), found.notes
    must_be_few(voxels_of(labels))
    return labels, notes


@contextmanager
def opened_over(
    source: Path | bytes, volume: Grid, report: Report | None, within: Path | None = None
) -> Iterator[Source]:
    """Open a label map that lies on `volume`, by the form that does if its two differ.

    Raises
    ------
    OtherGrid, ValueError
        As `read_labels`; before a voxel is read.
    """
    form = form_over(source, volume, within)
    most = {"max_voxels": convert.MAX_VOXELS, "within": within}
    with open_volume.open_file(source, form=form, report=report, **most) as found:
        if found.shape != volume.shape or not volume.lies_on(found.affine):
            raise _other(found, volume, form)
        yield found


def read_elsewhere(
    source: Path | bytes,
    volume: Grid,
    *,
    within: Path | None = None,
    report: Report | None = None,
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Return a label map as it lies in its file, its affine, and what is to be said of it.

    Raises
    ------
    ValueError
        As `read_labels`.
    """
    which = {"form": form_over(source, volume, within), "within": within}
    with open_volume.open_file(source, **which, max_voxels=MOST_VOXELS, report=report) as found:
        return read_all(found), found.affine, found.notes


def read_all(found: Source) -> np.ndarray:
    """Return all labels of an open file, as `as_labels` does."""
    labels = np.empty(found.shape, DTYPE)
    for box, values in found.parts(found.shape):
        labels[box] = as_labels(values)
    return labels


def as_labels(values: np.ndarray) -> np.ndarray:
    """Return whole numbers of any type as labels.

    Raises
    ------
    ValueError
        If they are others.
    """
    is_whole = values.dtype.kind != "f" or (np.isfinite(values) & (values == np.rint(values))).all()
    if not is_whole or values.min(initial=0) < 0:
        raise ValueError("Expected labels as whole numbers from 0; the file holds others.")
    if values.max(initial=0) > MOST_LABEL:
        raise ValueError(f"Expected labels from 0 to {MOST_LABEL}; got {values.max()}.")
    return values.astype(DTYPE)


def must_be_few(counts: Collection[int]) -> list[int]:
    """Return labels in their order.

    Raises
    ------
    ValueError
        If they are more than a table of labels is for.
    """
    if len(counts) > MOST_LABELS:
        raise ValueError(
            f"Expected a map of at most {MOST_LABELS} labels; the file holds {len(counts):,}. "
            "If these are superpixels, open them as superpixels."
        )
    return sorted(counts)


def voxels_of(labels: np.ndarray) -> dict[int, int]:
    """Return how many voxels each label has that occurs, without 0."""
    counts = np.bincount(labels.ravel(order="K"))
    return {int(value): int(counts[value]) for value in np.flatnonzero(counts) if value}


def left_out(
    labels: np.ndarray, affine: np.ndarray, volume: Grid, *, report: Report | None = None
) -> Counter[int]:
    """Return how many voxels of each label lie outside of a volume.

    Raises
    ------
    ValueError
        If all of them do.
    """
    left = outside(labels, affine, volume.shape, volume.affine, report=report)
    if left and left.total() == np.count_nonzero(labels):
        raise ValueError(
            "All that it labels lies outside of the volume: see that it belongs to this volume."
        )
    return left


def told_of(before: dict[int, int], left: Counter[int], after: Collection[int]) -> tuple[str, ...]:
    """Return sentences on what is lost of a label map that was resampled."""
    said = []
    if left:
        which = ", ".join(f"{voxels:,} of label {value}" for value, voxels in sorted(left.items()))
        said.append(f"Voxels that lie outside of the volume are left out: {shortened(which)}.")
    if gone := [value for value in before if value not in after]:
        which = ", ".join(f"label {value}" for value in sorted(gone))
        said.append(f"On the volume's grid no voxel is left of {shortened(which)}.")
    return tuple(said)


def shortened(text: str, most: int = 200) -> str:
    """Return a list in words, cut where it becomes long."""
    return text if len(text) <= most else f"{text[:most].rsplit(', ', 1)[0]}, …"


def _other(found: Source, volume: Grid, form: str | None) -> ValueError:
    if math.prod(found.shape) > MOST_VOXELS:
        return ValueError(
            f"It lies on another grid ({_told(found)}) than the volume ({_told(volume)}), and has "
            f"more than the {MOST_VOXELS:,} voxels that can be resampled here: resample it onto "
            "the volume in another program first, by nearest neighbour."
        )
    said = f"The label map lies on another grid ({_told(found)}) than the volume ({_told(volume)})"
    if found.shape == volume.shape:
        said += f": its corners lie up to {apart_mm(found, volume):.3g} mm from the volume's"
    if form is not None:
        said += f"; its qform and sform differ, and the {form} is taken"
    return OtherGrid(f"{said}.")


def apart_mm(found: Source, volume: Grid) -> float:
    """Return how far the corners of two grids of one shape lie apart, at most."""
    corners = (np.array(list(np.ndindex(2, 2, 2))) * 2 - 1) * (np.array(volume.shape) / 2)
    centre = (np.array(volume.shape) - 1) / 2
    between = found.affine - volume.affine
    apart = (corners + centre) @ between[:3, :3].T + between[:3, 3]
    return float(np.linalg.norm(apart, axis=1).max())


class _Placed(Grid):
    def __init__(self, found: Source) -> None:
        self.shape, self.affine = found.shape, found.affine


def _told(grid: Grid | Source) -> str:
    grid = grid if isinstance(grid, Grid) else _Placed(grid)
    sides = " × ".join(map(str, grid.shape))
    tilt = f", oblique by {grid.obliqueness_degrees:.0f}°" if grid.obliqueness_degrees > 0.5 else ""
    return f"{sides} voxels of {edges_said(grid.spacing)}, {grid.axcodes}{tilt}"
