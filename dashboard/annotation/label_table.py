"""The table of labels: value, name, colour, whether it is shown and locked."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable
from typing import NamedTuple

# Those of Okabe and Ito (2008), moved as far apart as keeps them what they are, and then always the
# one that is farthest from all before it, in OKLab, whoever sees it: also protanopes, deuteranopes
# and tritanopes. What follows differs less and less.
COLORS = (
    "#66c2ff",
    "#eb5c0a",
    "#f5eb00",
    "#9900ff",
    "#5c9966",
    "#ebad3d",
    "#b87ab8",
    "#2966a3",
    "#ad330a",
    "#a3f5b8",
    "#3d99ff",
    "#99cc8f",
    "#c20ac2",
    "#cc99cc",
    "#52e0ff",
    "#eb52eb",
    "#85ad7a",
    "#cc4700",
    "#f5cc5c",
    "#993d85",
)
MOST_KEYS = 9
MOST_LABEL = 65535
MOST_NAME = 80

_COLOR = re.compile("#[0-9a-f]{6}")
_GOLDEN = 0.618034  # of a turn: however many hues follow each other so, none comes near the last
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class Label(NamedTuple):
    """What the annotator means by a number: 1 to 65535; colour as ``#rrggbb``.

    One that is not `visible` is not drawn; one that is `locked` is never painted over.
    """

    value: int
    name: str
    color: str
    visible: bool = True
    locked: bool = False


Table = tuple[Label, ...]
Relabelling = tuple[tuple[Label | None, Label | None], ...]
"""Labels before and after, where None stands for one that is not there."""


class Index:
    """A table of labels, looked into at the same cost however long it is.

    Attributes
    ----------
    by_value : dict of int to Label
    locked : tuple of int
        Values of those that are never painted over.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.by_value = {label.value: label for label in table}
        self.locked = tuple(label.value for label in table if label.locked)


def first_labels(names: tuple[str, ...] = ()) -> tuple[Label, ...]:
    """Return the labels to begin with: four, or one for each of `names`."""
    names = names or tuple(f"label {value}" for value in range(1, 5))
    return tuple(Label(i, name, color_of(i)) for i, name in enumerate(names, 1))


def color_of(value: int) -> str:
    """Return the colour that a label `value` has as long as nobody chose one."""
    if value <= len(COLORS):
        return COLORS[value - 1]
    shades = ((0.55, 0.95), (0.7, 0.75), (0.35, 0.85))
    color = colorsys.hsv_to_rgb(value * _GOLDEN % 1, *shades[value % len(shades)])
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in color)


def is_color(text: str) -> bool:
    """Tell whether a text is ``#rrggbb``, in lower case."""
    return bool(_COLOR.fullmatch(text))


def named(text: str) -> str:
    """Return a text as the name of a label: one line of at most 80 letters, or none."""
    return " ".join(_CONTROLS.sub(" ", text).split())[:MOST_NAME].rstrip()


def next_free(table: Table) -> int | None:
    """Return the lowest value that no label has; None if all are taken."""
    used = {label.value for label in table}
    return next((value for value in range(1, MOST_LABEL + 1) if value not in used), None)


def nearest(table: Table, value: int) -> int | None:
    """Return the value of the label that comes first from `value` on, or last before it."""
    values = [label.value for label in table]
    return next((each for each in values if each >= value), values[-1] if values else None)


def imported(table: Table, rows: Iterable[tuple[int, str, str, bool | None]]) -> Relabelling:
    """Return the change that gives `table` the labels of a file; its others stay.

    Where the file has no name or no colour, a label keeps its own.
    """
    known = {label.value: label for label in table}
    pairs = []
    for value, name, color, visible in rows:
        was = known.get(value)
        own = was or Label(value, f"label {value}", color_of(value), visible is not False)
        label = own._replace(name=named(name) or own.name, color=color or own.color)
        if label != was:
            pairs.append((was, label))
    return tuple(pairs)


def with_visibility(table: Table, visible: dict[int, bool]) -> Table:
    """Return `table` with labels drawn or not as `visible` tells by value."""
    return tuple(label._replace(visible=visible.get(label.value, label.visible)) for label in table)


def relabelled(table: Table, change: Relabelling) -> Table:
    """Return `table` after `change`, itself if there is none.

    A label that stays is seen and locked as it was.
    """
    if not change:
        return table
    known = {label.value: label for label in table}
    for before, after in change:
        was = known.pop((before or after).value, None)
        if after is not None:
            seen = {"visible": was.visible, "locked": was.locked} if was else {}
            known[after.value] = after._replace(**seen)
    return tuple(known[value] for value in sorted(known))


def inverse(change: Relabelling) -> Relabelling:
    """Return what takes `change` back."""
    return tuple((after, before) for before, after in change)


def missing(table: Table, values: list[int]) -> Relabelling:
    """Return the change that adds a label for each of `values` that has none in `table`."""
    known = {label.value for label in table}
    return tuple((None, Label(v, f"label {v}", color_of(v))) for v in values if v not in known)
