r"""Label tables as FreeSurfer keeps them, a lookup table (LUT): ``index name R G B A``.

3D Slicer's ``.ctbl`` is the same.

References
----------
FreeSurfer wiki, "AnatomicalROI/FreeSurferColorLUT".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from workers.label_rows import Row, color_of, is_whole, must_be_unique, one_line, rgb, row_lines

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


def decode(text: str) -> tuple[Row, ...]:
    """Return the rows of a table.

    The last column may be missing, and a name have blanks; comments, empty lines, a byte order
    mark and line ends of any system are tolerated.

    Raises
    ------
    ValueError
        If a line is none of a table, or a value comes twice; the sentence names the line.
    """
    rows = tuple(_row(number, line) for number, line in row_lines(text))
    must_be_unique(rows)
    return rows


def is_like(line: str) -> bool:
    """Tell whether a line is one of such a table, as far as can be seen."""
    fields = line.split()
    return len(fields) >= 5 and all(is_whole(field) for field in (fields[0], *fields[-3:]))


def _line(value, name, color):
    name = _BLANKS.sub("_", one_line(name)) or "_"
    return f"{value:<4d} {name:<36s} " + "".join(f"{channel:<4d}" for channel in color) + "0\n"


def _row(number, line):
    fields = line.split()
    if not is_like(line):
        raise ValueError(
            f"Line {number} of the label table must be like 17 Left-Hippocampus 220 216 20 0, as "
            f'FreeSurfer writes it; got "{line.strip()[:60]}".'
        )
    has_alpha = len(fields) > 5 and is_whole(fields[-4])
    last = -4 if has_alpha else -3
    channels = fields[last:][:3]
    return Row(int(fields[0]), " ".join(fields[1:last]), color_of(number, channels))
