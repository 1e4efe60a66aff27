r"""Label tables as ITK-SNAP keeps them: ``IDX R G B A VIS MSH "LABEL"``.

References
----------
ITK-SNAP's *Label Editor*, "Export label descriptions"; ``ColorLabelTable::SaveToFile``.
"""

from __future__ import annotations

from collections.abc import Iterable

from workers.formats.label_tables.row import (
    Row,
    colors_of,
    is_whole,
    must_be_unique,
    one_line,
    rgb,
    row_lines,
)

_RULE = "#" * 48
_HEAD = f"""{_RULE}
# ITK-SnAP Label Description File
# File format:
# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL
# Fields:
#    IDX:   Zero-based index
#    -R-:   Red color component (0..255)
#    -G-:   Green color component (0..255)
#    -B-:   Blue color component (0..255)
#    -A-:   Label transparency (0.00 .. 1.00)
#    VIS:   Label visibility (0 or 1)
#    MSH:   Label mesh visibility (0 or 1)
#  LABEL:   Label description
{_RULE}
"""
_FIELDS = 7


def encode(rows: Iterable[Row]) -> str:
    r"""Return the text of a table, with ITK-SNAP's "Clear Label" for 0 before it.

    ITK-SNAP knows no escape, and ends a name at the next ``"``: one in a name becomes ``'``.
    Control characters and line breaks become spaces.

    Returns
    -------
    text : str
        Lines end in ``\n``.
    """
    clear = _line(0, (0, 0, 0), 0, False, "Clear Label")
    lines = (
        _line(row.value, rgb(row.color), 1, row.visible is not False, row.name)
        for row in rows
        if row.value
    )
    return _HEAD + clear + "".join(lines)


def decode(text: str) -> tuple[Row, ...]:
    """Return the rows of a table.

    Comments, empty lines, a byte order mark and line ends of any system are tolerated; a name goes
    from the first ``"`` to the last. A label is visible if VIS is not 0.

    Raises
    ------
    ValueError
        If a line is none of a table, or a value comes twice; the sentence names the line.
    """
    lines = row_lines(text)
    rows = [_row(number, line) for number, line in lines]
    numbers = [number for number, _ in lines]
    must_be_unique((n, row.value) for n, row in zip(numbers, rows, strict=True))
    colors = colors_of([(n, row.color) for n, row in zip(numbers, rows, strict=True)])
    return tuple(row._replace(color=color) for row, color in zip(rows, colors, strict=True))


def is_like(line: str) -> bool:
    """Tell whether a line is one of such a table, as far as can be seen: numbers, then a quote."""
    fields, quote, _ = line.partition('"')
    return bool(quote) and len(fields.split()) == _FIELDS and is_whole(fields.split()[0])


def _line(value, color, alpha, visible, name):
    red, green, blue = color
    shown = int(visible)
    numbers = f"{value:5d}  {red:4d} {green:4d} {blue:4d} {alpha:8d}  {shown:1d}  {shown:1d}"
    return f'{numbers}    "{one_line(name).replace(chr(34), chr(39))}"\n'


def _row(number, line):
    """Return a row whose colour is still three texts."""
    fields, _, rest = line.partition('"')
    fields = fields.split()
    if not is_like(line) or '"' not in rest:
        raise ValueError(
            f"Line {number} of the label table must be like 1 255 0 0 1 1 1 "
            f'"name", as ITK-SNAP writes it; got "{line.strip()[:60]}".'
        )
    name = rest[: rest.rindex('"')]
    return Row(int(fields[0]), one_line(name), fields[1:4], fields[5] != "0")
