"""The one gate for label tables: three forms are written, and more are read."""

from __future__ import annotations

from collections.abc import Iterable

from workers.formats.label_tables import columns, freesurfer, itksnap, tsv
from workers.formats.label_tables.row import Row, row_lines
from workers.formats.label_tables.text import text_of

MOST_BYTES = 4_000_000
_LONGEST = 20_000
FORMS = {
    "bids": ("BIDS", "_dseg.tsv"),
    "itksnap": ("ITK-SNAP", "_labels.txt"),
    "freesurfer": ("FreeSurfer", "_LUT.txt"),
}
"""By what is called: the name for a user, and how a file's name ends."""


def encode(rows: Iterable[tuple], form: str) -> bytes:
    """Return the file of a table.

    Parameters
    ----------
    rows : iterable of (value, name, color[, visible])
        As `workers.formats.label_tables.row.Row`.
    form : str
        One of `FORMS`.

    Returns
    -------
    content : bytes
        Of a text in UTF-8.

    Raises
    ------
    ValueError
        If there is no such form.
    """
    if form not in FORMS:
        raise ValueError(f"Expected one of {', '.join(FORMS)} as form of the table; got {form}.")
    rows = [Row(*row) for row in rows]
    if form == "bids":
        return tsv.encode(row[:3] for row in rows).encode()
    return (itksnap if form == "itksnap" else freesurfer).encode(rows).encode()


def decode(content: bytes) -> tuple[Row, ...]:
    """Return the rows of a file in any of the forms, as `read` without what is to be said of it.

    Parameters
    ----------
    content : bytes
        As of `read`, which tells what it raises, too.

    Returns
    -------
    rows : tuple of Row
        As of `read`.
    """
    return read(content)[0]


def read(content: bytes) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Return the rows of a file in any of the forms, and notes.

    Parameters
    ----------
    content : bytes
        Of the file, at most some megabytes; in UTF-8, UTF-16 with or without its mark, or Latin-1.

    Returns
    -------
    rows : tuple of Row
        In the order of the file; values from 1, each once.
    notes : tuple of str
        What the user should know of how it was read.

    Raises
    ------
    ValueError
        With one sentence for the user, if it is none, or is damaged.
    """
    if len(content) > MOST_BYTES:
        raise ValueError(
            f"Expected a label table of at most {MOST_BYTES:,} bytes; got {len(content):,}."
        )
    text, notes = text_of(content)
    _must_be_short(text)
    is_snap = _is_itksnap(text)
    found = (itksnap.decode(text), ()) if is_snap else columns.read(text)
    if found is None:
        raise ValueError(
            "Expected a label table of ITK-SNAP, FreeSurfer or BIDS (_dseg.tsv), or a CSV of "
            f'3D Slicer; its first line is "{_first(text)[:60]}".'
        )
    if not (rows := tuple(row for row in found[0] if row.value)):
        raise ValueError("The label table holds no labels.")
    return rows, notes + found[1]


def _must_be_short(text: str) -> None:
    for number, line in row_lines(text):
        if len(line) > _LONGEST:
            raise ValueError(
                f"Expected a label table with lines of at most {_LONGEST:,} characters; line "
                f"{number} has {len(line):,}."
            )


def _is_itksnap(text: str) -> bool:
    """Tell whether most lines are such as ITK-SNAP writes; the others are refused then."""
    lines = row_lines(text)
    alike = sum(itksnap.is_like(line) for _, line in lines)
    return bool(alike) and 2 * alike >= len(lines)


def _first(text: str) -> str:
    return next((line.strip() for _, line in row_lines(text)), "")
