"""From the text of a label table to its rows: the columns are found once, for the whole file."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import partial

from workers.formats.label_tables.cells import (
    BLANK,
    SEPARATORS,
    Line,
    lines_of,
    split_cells,
    unmark,
)
from workers.formats.label_tables.head import Head, head_of, told_by_comments
from workers.formats.label_tables.layout import RGB, ColumnLayout
from workers.formats.label_tables.row import (
    COLOUR,
    Row,
    colors_of,
    index_of,
    is_whole,
    must_be_unique,
    one_line,
    row_lines,
)

Cells = tuple[int, dict[str, str]]

_ALPHA = (*RGB, "alpha")
_COLOURED = tuple(ColumnLayout(columns, elastic="name" in columns) for columns in (
    ("index", "name", *_ALPHA), ("index", "name", *RGB),
    ("index", *_ALPHA), ("index", *RGB), ("index", *_ALPHA, "tissue"),
    ("index", *RGB, "name"), ("index", *_ALPHA, "name"),
    ("index", *_ALPHA, "visible", "mesh", "name"),
    ("index", "name", "color"), ("index", "color", "name"),
))  # fmt: skip
# Since FreeSurfer 8 some rows, not all, tell what tissue it is; names are one word there.
_LAYOUTS = (*_COLOURED, ColumnLayout(("index", "name", *_ALPHA, "tissue"), shorter=True))
_PLAIN = ColumnLayout(("index", "name"), elastic=True)
_COMMENT = re.compile(r"\s+#(?:\s.*)?$")
_NO_COLOUR = ("", "n/a")
_NEAR = 1  # how much more doubt another reading may have and still be told of
_MOST_ASKED = 5000  # lines that decide on the columns


def read(text: str) -> tuple[tuple[Row, ...], tuple[str, ...]] | None:
    """Return the rows of a table of any columns, and notes; None if it is none.

    They are told by the line that names them. Where there is none, they are those that most rows
    have, among the layouts that programs write; of two that fit, the one in which names do not
    end in what seems to be colours, opacities are alike, and no name comes again and again. A note
    tells if another was about as likely.

    Raises
    ------
    ValueError
        If a line does not fit, or an index comes twice; the sentence names the line.
    """
    head = head_of(text)
    return (read_below_head(text, head), ()) if head else _headless(text)


def read_below_head(text: str, head: Head) -> tuple[Row, ...]:
    """Return the rows below a line that names the columns.

    Raises
    ------
    ValueError
        As `read`.
    """
    lines = [line for line in lines_of(text, head.separator) if line.number > head.number]
    return _rows([(line.number, _below(line, head)) for line in lines], head.separator)


def _below(line: Line, head: Head) -> dict[str, str]:
    """Return the cells of a line by their columns; a comment behind them may make too many."""
    placed = head.layout.placed(_shorten(line.cells, len(head.layout.columns)))
    if placed is None:
        bare = split_cells(_COMMENT.sub("", line.text), head.separator)
        placed = head.layout.placed(_shorten(bare, len(head.layout.columns)))
    if placed is None:
        raise ValueError(
            f"Line {line.number} of the label table must have {len(head.layout.columns)} cells; "
            f"got {len(line.cells)}."
        )
    return placed


def _shorten(cells: list[str], count: int) -> list[str]:
    """Return cells without the empty ones beyond those that are wanted."""
    while len(cells) > count and not cells[-1]:
        cells = cells[:-1]
    return cells


def _headless(text: str) -> tuple[tuple[Row, ...], tuple[str, ...]] | None:
    some = row_lines(text)[:_MOST_ASKED]
    tables = [
        (separator, lines) for separator in SEPARATORS if (lines := _split_lines(some, separator))
    ]
    told = told_by_comments(text)
    found = _likeliest(tables, [each for each in _LAYOUTS if told is None or _is(each, told)])
    found = found or _likeliest(tables, _LAYOUTS) or _likeliest(tables, [_PLAIN])
    if found is None:
        return None
    separator, layout, rivals = found
    lines = _bare(lines_of(text, separator), separator)
    return _rows(_fit(lines, layout), separator), _notes(lines, layout, rivals)


def _split_lines(some: list[tuple[int, str]], separator: str) -> list[Line]:
    """Return lines in cells if that is what parts them: most begin with an index then."""
    lines = _bare([Line(n, line, split_cells(line, separator)) for n, line in some], separator)
    indexed = sum(len(line.cells) > 1 and is_whole(line.cells[0]) for line in lines)
    return lines if 2 * indexed >= len(lines) else []


def _bare(lines: list[Line], separator: str) -> list[Line]:
    """Return lines without comments behind them, and without empty cells there."""
    bare = _before_comment if separator == BLANK else _before_empty
    return [line._replace(cells=bare(line.cells)) for line in lines]


def _before_empty(cells: list[str]) -> list[str]:
    while cells and (not cells[-1] or (len(cells) > 2 and cells[-1].startswith("# "))):
        cells = cells[:-1]
    return cells


def _before_comment(words: list[str]) -> list[str]:
    """Return words up to a comment; a name may have a word that begins like one."""
    for n, word in enumerate(words[2:], 2):
        if word == "#" or (n >= 5 and word.startswith("#") and not COLOUR.fullmatch(word)):
            return words[:n]
    return words


def _is(layout: ColumnLayout, told: tuple[bool, bool]) -> bool:
    columns = layout.columns
    return layout.has_colours and told == ("name" in columns, "alpha" in columns)


def _likeliest(tables, layouts) -> tuple[str, ColumnLayout, list[ColumnLayout]] | None:
    """Return what parts the columns, which they are, and others that are about as likely."""
    found = [
        (layout.doubt(lines), separator, layout)
        for separator, lines in tables
        for layout in map(partial(_limit_names, separator), layouts)
    ]
    least = min(found, key=lambda each: each[0], default=(math.inf,))
    if least[0] == math.inf:
        return None
    near = [layout for doubt, separator, layout in found
            if separator == least[1] and doubt <= least[0] + _NEAR]  # fmt: skip
    return *least[1:], near


def _notes(lines: list[Line], layout: ColumnLayout, rivals: list[ColumnLayout]) -> tuple[str, ...]:
    """Return what to say of a table of which others would read a name otherwise."""
    for line in lines[:_MOST_ASKED]:
        names = [(each.fitted(line.cells) or {}).get("name") for each in (layout, *rivals)]
        if any(name is not None and name != names[0] for name in names):
            said = ", ".join(layout.columns)
            note = (
                f"Its columns are not named and were taken for {said}: line {line.number} is the "
                f"label “{names[0] or ''}”. Name them in a first line if that is wrong."
            )
            return (note,)
    return ()


def _limit_names(separator: str, layout: ColumnLayout) -> ColumnLayout:
    """Return a layout as it is with a separator: only by blanks a name comes in several cells."""
    return layout._replace(elastic=layout.elastic and separator == BLANK)


def _fit(lines: Sequence[Line], layout: ColumnLayout) -> list[Cells]:
    found = [(line, layout.fitted(line.cells)) for line in lines]
    like = next(line.number for line, cells in found if cells is not None)
    for line, cells in found:
        if cells is None:
            index_of(line.number, (line.cells or [""])[0])
            raise ValueError(
                f"Line {line.number} of the label table must be like line {like} "
                f'({_describe(layout)}); got "{line.text.strip()[:60]}".'
            )
    return [(line.number, cells) for line, cells in found]


def _describe(layout: ColumnLayout) -> str:
    said = ", ".join(layout.columns)
    return (
        f"{said}, as FreeSurfer has them" if layout.columns[:3] == _LAYOUTS[1].columns[:3] else said
    )


def _rows(found: Sequence[Cells], separator: str) -> tuple[Row, ...]:
    named = (lambda name: name) if separator == BLANK else unmark
    values = [(number, index_of(number, cells["index"])) for number, cells in found]
    must_be_unique(values)
    colors = _colors(found)
    return tuple(
        Row(value, named(one_line(cells.get("name", ""))), color, _is_visible(cells))
        for (_, value), (_, cells), color in zip(values, found, colors, strict=True)
    )


def _is_visible(cells: dict[str, str]) -> bool | None:
    said = cells.get("visible", "").casefold()
    return None if said in _NO_COLOUR else said not in ("0", "false", "no")


def _colors(found: Sequence[Cells]) -> list[str]:
    """Return each row's colour; "" where it has none."""
    channels = {n: (number, [cells[name] for name in RGB])
                for n, (number, cells) in enumerate(found)
                if all(cells.get(name, "") not in _NO_COLOUR for name in RGB)}  # fmt: skip
    mixed = dict(zip(channels, colors_of(list(channels.values())), strict=True))
    return [_hex(number, cells) or mixed.get(n, "") for n, (number, cells) in enumerate(found)]


def _hex(number: int, cells: dict[str, str]) -> str:
    color = cells.get("color", "")
    if color in _NO_COLOUR:
        return ""
    if not COLOUR.fullmatch(color):
        raise ValueError(
            f'Line {number} of the label table must have a color like #ff8800; got "{color[:60]}".'
        )
    return color[:7].lower()
