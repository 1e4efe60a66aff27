"""The table of labels that lies beside a label map's file."""

from __future__ import annotations

from pathlib import Path

from dashboard.volumes.open_volume import stem
from workers.formats.label_tables import label_table
from workers.storage.regular_file import open_regular

ENDINGS = (".tsv", ".label", ".txt", ".csv", ".ctbl")

Rows = tuple[tuple, ...]
"""Of (value, name, color, visible), as `workers.formats.label_tables.row.Row`."""


def of(labels: Path | bytes, within: Path | None = None) -> tuple[Rows, tuple[str, ...]]:
    """Return the rows of the table beside a label map, and what is to be said of it."""
    table = None if isinstance(labels, bytes) else beside(labels)
    if table is None:
        return (), ()
    try:
        rows, notes = read(table, within)
    except ValueError as refused:
        return (), (f"The table beside the labels is not used. {refused}",)
    return rows, notes


def beside(labels: Path) -> Path | None:
    """Return the table of a label map, ``x_dseg.tsv`` of ``x_dseg.nii.gz``; None without one."""
    tables = (labels.with_name(stem(labels.name) + ending) for ending in ENDINGS)
    return next((table for table in tables if table.is_file()), None)


def read(table: Path, within: Path | None = None) -> tuple[Rows, tuple[str, ...]]:
    """Return the rows of a table, and what is to be said of it, begun with its name.

    No link may lead out of the folder `within`.

    Raises
    ------
    ValueError
        With a sentence that names it, if it cannot be read or is none.
    """
    try:
        with open_regular(table, within) as file:
            rows, notes = label_table.read(file.read(label_table.MOST_BYTES + 1))
    except OSError as error:
        raise ValueError(f"{table.name}: cannot be read ({error.strerror or error}).") from error
    except ValueError as error:
        raise ValueError(f"{table.name}: {error}") from error
    return rows, tuple(f"{table.name}: {note}" for note in notes)
