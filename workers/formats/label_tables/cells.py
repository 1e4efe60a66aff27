"""The lines of a label table cut into cells, by tabs, commas, semicolons or blanks."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import NamedTuple

from workers.formats.label_tables.row import LINE_END, is_comment, row_lines

BLANK = " "
SEPARATORS = ("\t", ";", ",", BLANK)
_WORD = re.compile(r'"([^"]+)"(?=\s|$)|(\S+)')
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_DECIMAL = re.compile(r"([0-9]+),([0-9]+)")  # as semicolons part where a comma is the point
# What a spreadsheet would run: it looks behind quotes, and takes full-width signs too.
_FORMULA = re.compile(r"""['"]*[=+\-@\uff1d\uff0b\uff0d\uff20]""")


class Line(NamedTuple):
    """A line of a table in cells.

    Attributes
    ----------
    number : int
        Counted from 1 in the file.
    text : str
        As it is there.
    cells : list of str
        Without the blanks around them, and without the quotes.
    """

    number: int
    text: str
    cells: list[str]


def lines_of(text: str, separator: str) -> list[Line]:
    """Return the lines that are to hold labels or their columns' names, in cells.

    A cell may stand in quotes, with ``""`` for one of them; only one that commas or semicolons
    part may hold line ends, and by blanks only words are parted, which quotes hold together.

    Raises
    ------
    ValueError
        If a quote is not closed; the sentence names the line.
    """
    if separator in ",;":
        return list(_csv(text, separator))
    split = _words if separator == BLANK else _split_by_tabs
    return [Line(number, line, split(line)) for number, line in row_lines(text)]


def split_cells(line: str, separator: str) -> list[str]:
    """Return the cells of one line."""
    if separator == BLANK:
        return _words(line)
    if separator == "\t":
        return _split_by_tabs(line)
    reader = csv.reader([line], delimiter=separator, skipinitialspace=True)
    try:
        return _strip(next(reader, []), separator)
    except csv.Error:
        return []


def mark(name: str) -> str:
    """Return a name as a cell that no spreadsheet runs, and no reader takes for a quoted one."""
    name = f"'{name}" if _FORMULA.match(name) else name
    return '"' + name.replace('"', '""') + '"' if _is_quoted(name) else name


def unmark(cell: str) -> str:
    """Return the name that `mark` has made a cell of, as far as it is not the reader's part."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _words(line):
    return [inner or word for inner, word in _WORD.findall(line)]


def _split_by_tabs(line):
    cells = (cell.strip() for cell in line.split("\t"))
    return [cell[1:-1].replace('""', '"') if _QUOTED.fullmatch(cell) else cell for cell in cells]


def _strip(cells, separator):
    cells = [cell.strip() for cell in cells]
    return [_DECIMAL.sub(r"\1.\2", cell) if separator == ";" and _DECIMAL.fullmatch(cell) else cell
            for cell in cells]  # fmt: skip


def _is_quoted(cell):
    return len(cell) > 1 and cell[0] == cell[-1] == '"'


def _csv(text, separator) -> Iterator[Line]:
    lines = LINE_END.split(text.removeprefix("\ufeff"))
    # A comment is left out but for its line, so that the lines keep their numbers.
    kept = ["" if is_comment(line) else line for line in lines]
    how = {"delimiter": separator, "strict": True, "skipinitialspace": True}
    reader = csv.reader((f"{line}\n" for line in kept), **how)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise ValueError(
                f"Line {begins} of the label table must close each quote that it opens, and have "
                f'nothing behind it; got "{kept[begins - 1].strip()[:60]}".'
            ) from None
        if any(cell.strip() for cell in cells):
            yield Line(begins, kept[begins - 1], _strip(cells, separator))
        begins = reader.line_num + 1
