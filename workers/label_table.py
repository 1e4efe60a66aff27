"""The one gate for label tables: which of three forms a file has, and what it says."""

from __future__ import annotations

from collections.abc import Iterable

from workers import labels_freesurfer, labels_itksnap, labels_tsv
from workers.label_rows import LINE_END, Row, row_lines

MOST_BYTES = 4_000_000
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
        As `workers.label_rows.Row`.
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
        return labels_tsv.encode(row[:3] for row in rows).encode()
    return (labels_itksnap if form == "itksnap" else labels_freesurfer).encode(rows).encode()


def decode(content: bytes) -> tuple[Row, ...]:
    """Return the rows of a file in any of the forms, those of value 0 left out.

    Parameters
    ----------
    content : bytes
        Of the file, at most some megabytes; UTF-8, with a byte order mark or without.

    Returns
    -------
    rows : tuple of Row
        In the order of the file; values from 1, each once.

    Raises
    ------
    ValueError
        With one sentence for the user, if it is none, or is damaged.
    """
    if len(content) > MOST_BYTES:
        raise ValueError(
            f"Expected a label table of at most {MOST_BYTES:,} bytes; got {len(content):,}."
        )
    text = _text(content)
    rows = {"bids": _bids, "itksnap": labels_itksnap.decode, "freesurfer": labels_freesurfer.decode}
    found = tuple(row for row in rows[form_of(text)](text) if row.value)
    if not found:
        raise ValueError("The label table holds no labels.")
    return found


def form_of(text: str) -> str:
    """Return in which of `FORMS` a text is a table.

    Parameters
    ----------
    text : str
        Of a file, whole.

    Returns
    -------
    form : str
        ``"itksnap"``, ``"freesurfer"`` or ``"bids"``.

    Raises
    ------
    ValueError
        If in none.
    """
    head, *_ = LINE_END.split(text.removeprefix("\ufeff"), 1)
    if {"index", "name"} <= set(head.split("\t")):
        return "bids"
    _, first = next(iter(row_lines(text)), (0, ""))
    if labels_itksnap.is_like(first):
        return "itksnap"
    if labels_freesurfer.is_like(first):
        return "freesurfer"
    raise ValueError(
        "Expected a label table of ITK-SNAP, FreeSurfer or BIDS (_dseg.tsv); its first line is "
        f'"{first.strip()[:60]}".'
    )


def _bids(text):
    return tuple(Row(*row) for row in labels_tsv.decode(text))


def _text(content):
    # Spreadsheets save "Unicode text" as UTF-16, with a mark that says so.
    code = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(code)
    except UnicodeDecodeError:
        raise ValueError(
            "Expected a label table as text in UTF-8; this file is none: save it as UTF-8."
        ) from None
