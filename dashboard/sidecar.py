"""The table of labels that lies beside a label map's file."""

from __future__ import annotations

from pathlib import Path

from dashboard.opening import stem
from workers import labels_tsv

ENDINGS = (".tsv",)
MOST_BYTES = 1 << 20

Rows = tuple[tuple[int, str, str], ...]


def beside(labels: Path) -> Path | None:
    """Return the table of a label map, ``x_dseg.tsv`` of ``x_dseg.nii.gz``; None without one."""
    tables = (labels.with_name(stem(labels.name) + ending) for ending in ENDINGS)
    return next((table for table in tables if table.is_file()), None)


def read(table: Path) -> Rows:
    """Return value, name and colour of each label in a table; "" is no colour.

    Raises
    ------
    ValueError
        With a sentence that names it, if it cannot be read or is none.
    """
    try:
        with table.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValueError(f"Expected a label table of at most {MOST_BYTES:,} bytes.")
        return labels_tsv.decode(content.decode("utf-8"))
    except OSError as error:
        raise ValueError(f"{table.name}: cannot be read ({error.strerror or error}).") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{table.name}: expected text in UTF-8.") from error
    except ValueError as error:
        raise ValueError(f"{table.name}: {error}") from error
