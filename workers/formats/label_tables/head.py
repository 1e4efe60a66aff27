"""The line that names the columns of a label table, also behind comments or as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workers.formats.label_tables.cells import BLANK, SEPARATORS, lines_of, split_cells
from workers.formats.label_tables.layout import RGB, ColumnLayout
from workers.formats.label_tables.row import LINE_END, is_comment

_MOST_COMMENTS = 1000  # lines in which one looks for it
_OTHERS = re.compile(r"[^0-9a-z]+")
# What programs call a column, the likeliest first; "label" is the index where nothing else is.
_CALLED = {
    "index": "index idx labelvalue labelid labelindex labelnumber id value no number key roi label",
    "name": "name labelname structure structurename region regionname roiname segment segmentname "
    "anatomy label description",
    "color": "color colour hex hexcolor colorhex rgbhex",
    "red": "r red colorr",
    "green": "g green colorg",
    "blue": "b blue colorb",
    "alpha": "a alpha colora opacity",
    "visible": "visible vis visibility",
}


class Head(NamedTuple):
    """Where a table names its columns: the line's number, what parts them, and which they are."""

    number: int
    separator: str
    layout: ColumnLayout


def head_of(text: str) -> Head | None:
    """Return the head of a table; None if it has none.

    A comment is one if it names an index and something else, parted by tabs, commas or semicolons,
    and most of the lines have as many cells.

    Raises
    ------
    ValueError
        If it names a column twice.
    """
    for number, line in _beginning(text):
        for separator in SEPARATORS:
            columns = _name_columns(split_cells(line.lstrip("# "), separator))
            if not _names_enough(columns, separator, is_comment(line)):
                continue
            _must_differ(number, columns)
            if not is_comment(line) or _is_shared(text, separator, len(columns)):
                elastic = separator == BLANK and "name" in columns
                return Head(number, separator, ColumnLayout(tuple(columns), elastic))
    return None


def told_by_comments(text: str) -> tuple[bool, bool] | None:
    """Return whether there are names and opacities, if a comment tells of red, green and blue."""
    for _, line in _beginning(text):
        words = [_normalise(word) for word in line.split()]
        columns = [next((name for name in RGB if word in _CALLED[name].split()), word)
                   for word in words]  # fmt: skip
        at = next((n for n in range(len(columns)) if tuple(columns[n : n + 3]) == RGB), None)
        if at is not None and is_comment(line):
            alpha = bool(words[at + 3 :]) and words[at + 3] in _CALLED["alpha"].split()
            return bool({"name", "label"} & set(words)), alpha
    return None


def _beginning(text) -> Iterator[tuple[int, str]]:
    """Yield the comments with which a text begins, and the line behind them."""
    lines = LINE_END.split(text.removeprefix("\ufeff"), _MOST_COMMENTS)[:_MOST_COMMENTS]
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, line
            if not is_comment(line):
                return


def _normalise(cell):
    return _OTHERS.sub("", cell.casefold())


def _name_columns(cells: Sequence[str]) -> list[str]:
    """Return what each cell calls a column, by our names; "" where that is nothing we know."""
    plain, columns = [_normalise(cell) for cell in cells], [""] * len(cells)
    for ours, theirs in _CALLED.items():
        free = [name for name, column in zip(plain, columns, strict=True) if not column]
        called = next((each for each in theirs.split() if each in free), None)
        columns = [
            ours if called and name == called and not column else column
            for name, column in zip(plain, columns, strict=True)
        ]
    return columns


def _names_enough(columns, separator, is_behind):
    if separator == BLANK and (is_behind or "" in columns):
        return False
    return "index" in columns and bool({"name", "color", "red"} & set(columns))


def _is_shared(text, separator, count):
    try:
        lines = lines_of(text, separator)
    except ValueError:
        return False
    return bool(lines) and 2 * sum(len(line.cells) == count for line in lines) >= len(lines)


def _must_differ(number, columns):
    for column in filter(None, columns):
        if columns.count(column) > 1:
            raise ValueError(
                f"Line {number} of the label table must name each column once; it names "
                f"{column} twice."
            )
