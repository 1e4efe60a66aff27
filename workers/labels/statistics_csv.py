"""Statistics of labels as CSV, for spreadsheets and programs."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping

from workers.labels.statistics import Statistics

COLUMNS = (
    "index", "name", "voxels", "volume_mm3", "mean", "sd", "min", "max", "median",
    "centroid_r_mm", "centroid_a_mm", "centroid_s_mm",
    "first_i", "last_i", "first_j", "last_j", "first_k", "last_k",
)  # fmt: skip
NOTHING = "n/a"

# What a spreadsheet would run: it looks behind quotes and blanks, and takes full-width signs too.
_FORMULA = re.compile(r"""['"\s]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]""")
_EXACT = 2**53


def encode(rows: Iterable[Statistics], names: Mapping[int, str]) -> str:
    r"""Return the text of a table.

    Parameters
    ----------
    rows : iterable of Statistics
    names : mapping of int to str
        Of the labels; one that has none there is called after its number. A name that a spreadsheet
        would take for a formula gets a ``'`` before it; a line break in one becomes a space.

    Returns
    -------
    text : str
        Lines end in ``\n``. Numbers have ten significant digits and a point; what is not known is
        ``n/a``.
    """
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n")
    write.writerow(COLUMNS)
    for row in rows:
        name = guard(names.get(row.value, f"label {row.value}"))
        intensities = (row.mean, row.sd, row.min, row.max, row.median)
        numbers = (row.voxels, row.volume_mm3, *intensities, *row.centroid_mm, *row.box)
        write.writerow([row.value, name, *map(number, numbers)])
    return text.getvalue()


def guard(name: str) -> str:
    """Return a name that no spreadsheet runs, on one line."""
    guard = "'" if _FORMULA.match(name) else ""
    return guard + " ".join(name.split())


def number(value: float) -> str:
    """Return a number as text; a whole one without a point."""
    if not math.isfinite(value):
        return NOTHING if math.isnan(value) else str(value)
    if float(value).is_integer() and abs(value) <= _EXACT:
        return str(int(value))
    return f"{value:.10g}"
