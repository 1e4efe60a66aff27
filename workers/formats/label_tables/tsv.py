"""Label tables as BIDS keeps them: ``_dseg.tsv`` with index, name and colour.

References
----------
BIDS specification, "Imaging data type derivatives: discrete segmentations".
"""

from __future__ import annotations

from collections.abc import Iterable

from workers.formats.label_tables.cells import mark
from workers.formats.label_tables.columns import read_below_head
from workers.formats.label_tables.head import head_of
from workers.formats.label_tables.row import one_line

_COLUMNS = ("index", "name", "color")


def encode(rows: Iterable[tuple[int, str, str]]) -> str:
    r"""Return the text of a table.

    Parameters
    ----------
    rows : iterable of (value, name, color)
        ``color`` is ``#rrggbb``. A tab, a line break or another control character in a name
        becomes a space, so that it stays one cell; a name of nothing else becomes ``n/a``. One
        that a spreadsheet would take for a formula gets a ``'`` before it, which spreadsheets
        read as "this is text" and `decode` takes away; one in quotes is quoted again.

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
    in lower case; empty lines, comments, a byte order mark and line ends of any system are
    tolerated.

    Raises
    ------
    ValueError
        If a column index or name is missing, a cell is, or a value is no non-negative integer,
        comes twice, or a colour is not ``#rrggbb``; the sentence names the line.
    """
    head = head_of(text)
    if head is None:
        raise ValueError(
            "A label table must begin with a line that names its columns, "
            "index, name and color, parted by tabs."
        )
    return tuple(row[:3] for row in read_below_head(text, head))


def _cell(name):
    return mark(one_line(name) or "n/a")
