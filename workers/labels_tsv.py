"""Label tables as BIDS keeps them: ``_dseg.tsv`` with index, name and colour.

References
----------
BIDS specification, "Imaging data type derivatives: discrete segmentations".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from workers.label_rows import LINE_END, is_whole, one_line

_COLUMNS = ("index", "name", "color")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# What a spreadsheet would run: it looks behind quotes, and takes full-width signs too.
_FORMULA = re.compile(r"""['"]*[=+\-@\uff1d\uff0b\uff0d\uff20]""")


def encode(rows: Iterable[tuple[int, str, str]]) -> str:
    r"""Return the text of a table.

    Parameters
    ----------
    rows : iterable of (value, name, color)
        ``color`` is ``#rrggbb``. A tab, a line break or another control character in a name
        becomes a space, so that it stays one cell; a name of nothing else becomes ``n/a``. One
        that a spreadsheet would take for a formula gets a ``'`` before it, which spreadsheets
        read as "this is text" and `decode` takes away.

    Returns
    -------
    text : str
        Lines end in ``\n``.
    """
    lines = [_COLUMNS, *((str(value), _cell(name), color) for value, name, color in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def decode(text: str) -> tuple[tuple[int, str, str], ...]:
    """Return the rows (value, name, color) of a table.

    Columns may stand in any order among others; a row without a colour has ``""``; colours come
    in lower case; empty lines, a byte order mark and line ends of any system are tolerated.

    Raises
    ------
    ValueError
        If a column index or name is missing, a cell is, or a value is no non-negative integer,
        comes twice, or a colour is not ``#rrggbb``; the sentence names the line.
    """
    lines = LINE_END.split(text.removeprefix("\ufeff"))
    header = lines[0].split("\t")
    if not {"index", "name"} <= set(header):
        raise ValueError(
            "A label table must begin with a line that names its columns, "
            "index, name and color, parted by tabs."
        )
    numbered = [(n, line) for n, line in enumerate(lines[1:], 2) if line.strip()]
    rows = tuple(_row(number, dict(_cells(number, line, header))) for number, line in numbered)
    _check_unique([value for value, _, _ in rows])
    return rows


def _cell(name):
    name = one_line(name) or "n/a"
    return f"'{name}" if _FORMULA.match(name) else name


def _name(cell):
    name = cell.strip()
    return name[1:] if name.startswith("'") and _FORMULA.match(name) else name


def _cells(number, line, header):
    cells = line.split("\t")
    if len(cells) != len(header):
        raise ValueError(
            f"Line {number} of the label table must have {len(header)} cells; got {len(cells)}."
        )
    return zip(header, cells, strict=True)


def _row(number, cells):
    value, color = cells["index"].strip(), cells.get("color", "").strip()
    if not is_whole(value):
        raise ValueError(
            f'Line {number} of the label table must have an index from 0; got "{value}".'
        )
    if color in ("", "n/a"):
        return int(value), _name(cells["name"]), ""
    if not _COLOUR.fullmatch(color):
        raise ValueError(
            f'Line {number} of the label table must have a color like #ff8800; got "{color}".'
        )
    return int(value), _name(cells["name"]), color.lower()


def _check_unique(values):
    for value, times in Counter(values).items():
        if times > 1:
            raise ValueError(f"Each index of a label table must come once; {value} comes again.")
