"""What stands in which column of a label table, and how likely a table is meant so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from workers.formats.label_tables.cells import Line
from workers.formats.label_tables.row import COLOUR, is_number, is_whole

RGB = ("red", "green", "blue")
_CLEAR = ({0}, {255}, {0, 255}, {1}, {0, 1})  # what opacities mostly are, all over a table
_TISSUES = 10  # FreeSurfer numbers some six of them
_MISFIT = 4  # more than an odd column, less than colours that are taken for names
_SINGLE, _LARGE, _FULL, _BARE = 1, 5, 8, 4
_COLOURS = re.compile(r"(?:[0-9]+[,\s]+){2,}[0-9]+$")  # where a name seems to end in them


class ColumnLayout(NamedTuple):
    """The columns of a table.

    Attributes
    ----------
    columns : tuple of str
        Of index, name, red, green, blue, alpha, tissue, color, visible, mesh, and "" for others.
    elastic : bool
        Whether the name may be several cells: those that the other columns leave.
    shorter : bool
        Whether the last column may be missing.
    """

    columns: tuple[str, ...]
    elastic: bool = False
    shorter: bool = False

    @property
    def has_colours(self) -> bool:
        """Whether one sees of what colour a label is."""
        return "color" in self.columns or "red" in self.columns

    def placed(self, cells: Sequence[str]) -> dict[str, str] | None:
        """Return cells by their columns; None if they are too many or too few."""
        columns = self.columns
        if self.shorter and len(cells) == len(columns) - 1:
            columns = columns[:-1]
        more = len(cells) - len(columns)
        if self.elastic and more > 0:
            at = columns.index("name")
            name = " ".join(cells[at : at + more + 1])
            cells = [*cells[:at], name, *cells[at + more + 1 :]]
        return dict(zip(columns, cells, strict=True)) if len(cells) == len(columns) else None

    def fitted(self, cells: Sequence[str]) -> dict[str, str] | None:
        """Return cells by their columns if they can be what these hold; else None."""
        found = self.placed(cells)
        fits = found is not None and all(_CAN_BE[name](cell) for name, cell in found.items())
        bare = fits and not self.has_colours and _COLOURS.search(found["name"])
        return found if fits and not bare else None

    def doubt(self, lines: Sequence[Line]) -> float:
        """Return how unlikely it is that lines are meant so; infinity if most do not fit."""
        found = [each for line in lines if (each := self.fitted(line.cells)) is not None]
        if not found or 2 * len(found) < len(lines):
            return float("inf")
        names = [each["name"] for each in found if "name" in each]
        doubts = _MISFIT * (len(lines) - len(found)) + sum(map(_doubt_of_name, names))
        columns = [_doubt_of_names(names), _doubt_of_alpha(found), _doubt_of_tissue(found)]
        return doubts / len(lines) + sum(columns)


def _doubt_of_name(name):
    """Numbers at the ends of a name may be colours, most of all what colours often are."""
    words = name.split()
    if all(map(is_number, words)):
        return _BARE + sum(map(_doubt_of_word, words))
    return sum(_doubt_of_word(word) for word in (*_run(words), *_run(words[::-1])))


def _run(words):
    ends = next((n for n, word in enumerate(words) if not is_number(word)), len(words))
    return words[:ends]


def _doubt_of_word(word):
    if not is_whole(word) or int(word) in (0, 255):
        return _FULL
    return _LARGE if int(word) > 99 else _SINGLE


def _doubt_of_names(names):
    different = len(set(names))
    if different == len(names):
        return 0
    return 6 if 2 * different <= len(names) else 2


def _doubt_of_alpha(found):
    alphas = {float(each["alpha"]) for each in found if "alpha" in each}
    return 2 if alphas and not any(alphas <= usual for usual in _CLEAR) else 0


def _doubt_of_tissue(found):
    tissues = [int(each["tissue"]) for each in found if "tissue" in each]
    return 2 if any(abs(tissue) > _TISSUES for tissue in tissues) else 0


def _is_tissue(cell):
    return is_whole(cell.removeprefix("-"))


def _is_anything(_cell):
    return True


_CAN_BE = {
    "index": is_whole,
    "name": _is_anything,
    "color": COLOUR.fullmatch,
    **dict.fromkeys((*RGB, "alpha", "visible", "mesh"), is_number),
    "tissue": _is_tissue,
}
