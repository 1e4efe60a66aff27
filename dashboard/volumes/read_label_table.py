"""From a file to the rows of a label table, in the thread that reads files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dashboard.annotation.label_table import MOST_LABEL
from workers.formats.label_tables import label_table
from workers.storage.regular_file import open_regular
from workers.storage.unreadable import naming

Rows = tuple[tuple[int, str, str, bool | None], ...]


def read_table(
    source: Path | bytes,
    *,
    within: Path | None = None,
    report: Callable[[float], None] | None = None,
) -> tuple[Rows, str]:
    """Read a label table of any program that `workers.formats.label_tables.label_table` knows.

    No link may lead out of the folder `within`.

    Returns
    -------
    rows : tuple of (value, name, color, visible)
        Of values from 1 to 65535; ``color`` may be ``""`` and ``visible`` None.
    note : str
        What the user should know of it, if anything.

    Raises
    ------
    ValueError
        With one sentence for the user, if it is none.
    """
    if report is not None:
        report(0.0)
    content = source if isinstance(source, bytes) else _content(source, within)
    rows, notes = label_table.read(content)
    held = tuple(row for row in rows if row.value <= MOST_LABEL)
    if not held:
        raise ValueError(f"Expected values from 1 to {MOST_LABEL}; the table has larger ones only.")
    return held, " ".join(filter(None, (*notes, _said(len(rows) - len(held)))))


def _said(left_out: int) -> str:
    if not left_out:
        return ""
    return f"Left out, since a label map holds no value above {MOST_LABEL}: {left_out:,} of them."


def _content(path: Path, within: Path | None) -> bytes:
    try:
        with naming(path.name), open_regular(path, within) as file:
            return file.read(label_table.MOST_BYTES + 1)
    except OSError:
        raise ValueError(f"{path.name} cannot be read: see that it is a file, and yours.") from None
