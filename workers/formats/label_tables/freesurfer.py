r"""Label tables as FreeSurfer keeps them, a lookup table (LUT): ``index name R G B A``.

3D Slicer's ``.ctbl`` is the same. `workers.formats.label_tables.columns` reads both.

References
----------
FreeSurfer wiki, "AnatomicalROI/FreeSurferColorLUT".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from workers.formats.label_tables.row import Row, one_line, rgb

_BLANKS = re.compile(r"\s+")
_HEAD = "#No. Label Name:                            R   G   B   A\n\n"


def encode(rows: Iterable[Row]) -> str:
    r"""Return the text of a table, with FreeSurfer's "Unknown" for 0 before it.

    FreeSurfer parts its columns by blanks: those in a name become ``_``, and a name of nothing
    else ``_`` too. Whether a label is visible it does not hold.

    Returns
    -------
    text : str
        Lines end in ``\n``.
    """
    lines = (_line(row.value, row.name, rgb(row.color)) for row in rows if row.value)
    return _HEAD + _line(0, "Unknown", (0, 0, 0)) + "".join(lines)


def _line(value, name, color):
    name = _BLANKS.sub("_", one_line(name)) or "_"
    return f"{value:<4d} {name:<36s} " + "".join(f"{channel:<4d}" for channel in color) + "0\n"
