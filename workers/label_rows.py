"""What the files of label tables share: a label's row, its name as one line, its colour."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

LINE_END = re.compile(r"\r\n|\r|\n")
BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")


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
    tolerated.
    """
    lines = enumerate(LINE_END.split(text.removeprefix("\ufeff")), 1)
    return [(n, line) for n, line in lines if line.strip() and not line.lstrip().startswith("#")]


def one_line(name: str) -> str:
    """Return a name without control characters and line breaks, each run of which is a space."""
    return BREAKS.sub(" ", name).strip()


def rgb(color: str) -> tuple[int, int, int]:
    """Return ``#rrggbb`` as three numbers from 0 to 255; grey where there is none."""
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5)) if color else (128, 128, 128)


def color_of(number: int, channels: Iterable[str]) -> str:
    """Return three channels, as texts in line `number` of a file, as ``#rrggbb``.

    Raises
    ------
    ValueError
        If one is no whole number from 0 to 255.
    """
    channels = list(channels)
    for channel in channels:
        if not is_whole(channel) or int(channel) > 255:
            raise ValueError(
                f"Line {number} of the label table must have red, green and blue from 0 to 255; "
                f'got "{channel}".'
            )
    return "#" + "".join(f"{int(channel):02x}" for channel in channels)


def is_whole(text: str) -> bool:
    """Tell whether a text is a whole number from 0, of so few digits that it may be one."""
    return text.isascii() and text.isdigit() and len(text) <= 10


def must_be_unique(rows: Iterable[Row]) -> None:
    """Refuse rows of which two have the same value.

    Raises
    ------
    ValueError
        With the value.
    """
    for value, times in Counter(row.value for row in rows).items():
        if times > 1:
            raise ValueError(f"Each index of a label table must come once; {value} comes again.")
