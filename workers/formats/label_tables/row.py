"""What the files of label tables share: a label's row, its name as one line, its colour."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

LINE_END = re.compile(r"\r\n|\r|\n")
BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


class Row(NamedTuple):
    """One label of a table.

    Attributes
    ----------
    value : int
        From 0; 0 is the background, in the tables that name it.
    name : str
    color : str
        ``#rrggbb``, or ``""`` where the file gives none.
    visible : bool or None
        Whether it is drawn; None where the file does not say.
    """

    value: int
    name: str
    color: str
    visible: bool | None = None


def row_lines(text: str) -> list[tuple[int, str]]:
    """Return the lines of a text that are to hold labels, numbered from 1.

    Those are neither empty nor comments; a byte order mark and line ends of any system are
    tolerated. A line that begins with a colour is no comment.
    """
    lines = enumerate(LINE_END.split(text.removeprefix("\ufeff")), 1)
    return [(n, line) for n, line in lines if line.strip() and not is_comment(line)]


def is_comment(line: str) -> bool:
    """Tell whether a line is a comment: a ``#``, but not that of a colour, begins it."""
    bare = line.lstrip()
    colour = COLOUR.match(bare)
    return bare.startswith("#") and not (colour and bare[colour.end() :][:1] in ("\t", ",", ";"))


def one_line(name: str) -> str:
    """Return a name without control characters and line breaks, each run of which is a space."""
    return BREAKS.sub(" ", name).strip()


def rgb(color: str) -> tuple[int, int, int]:
    """Return ``#rrggbb`` as three numbers from 0 to 255; grey where there is none."""
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5)) if color else (128, 128, 128)


def colors_of(rows: Sequence[tuple[int, Sequence[str]]]) -> list[str]:
    """Return red, green and blue of all rows of a file as ``#rrggbb``.

    They go from 0 to 255; from 0 to 1 if none in the file is larger, and one has a decimal point.

    Parameters
    ----------
    rows : sequence of (number, channels)
        The number of a row's line, and its three channels as texts.

    Raises
    ------
    ValueError
        If one is out of that range, or no number; the sentence names the line.
    """
    channels = [channel for _, given in rows for channel in given]
    numeric = all(map(is_number, channels))
    shares = numeric and any(not is_whole(each) for each in channels)
    if shares and all(0 <= float(channel) <= 1 for channel in channels):
        return [_hex(round(255 * float(channel)) for channel in given) for _, given in rows]
    return [_hex(_level(number, channel) for channel in given) for number, given in rows]


def _level(number, channel):
    if is_number(channel) and 0 <= float(channel) <= 255 and float(channel).is_integer():
        return int(float(channel))
    raise ValueError(
        f"Line {number} of the label table must have red, green and blue from 0 to 255; "
        f'got "{channel}".'
    )


def _hex(levels):
    return "#" + "".join(f"{level:02x}" for level in levels)


def is_number(text: str) -> bool:
    """Tell whether a text is a number as one writes it, with a decimal point or without."""
    return len(text) <= 40 and bool(_NUMBER.fullmatch(text))


def is_whole(text: str) -> bool:
    """Tell whether a text is a whole number from 0, of so few digits that it may be one."""
    return text.isascii() and text.isdigit() and len(text) <= 10


def index_of(number: int, text: str) -> int:
    """Return the index that line `number` of a file gives.

    Raises
    ------
    ValueError
        If it is no whole number from 0; the sentence names the line.
    """
    if not is_whole(text):
        raise ValueError(
            f'Line {number} of the label table must have an index from 0; got "{text[:60]}".'
        )
    return int(text)


def must_be_unique(values: Iterable[tuple[int, int]]) -> None:
    """Refuse a table in which an index comes twice.

    Parameters
    ----------
    values : iterable of (number, value)
        The number of a row's line, and its index.

    Raises
    ------
    ValueError
        With the index and both lines.
    """
    seen: dict[int, int] = {}
    for number, value in values:
        if value in seen:
            raise ValueError(
                f"Each index of a label table must come once; {value} comes again in line "
                f"{number}, after line {seen[value]}."
            )
        seen[value] = number
