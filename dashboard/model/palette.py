"""Names and colours of labels."""

from __future__ import annotations

from typing import NamedTuple

COLORS = (
    "#7aa7ff",
    "#f4b860",
    "#e85d61",
    "#8ddb8c",
    "#c58af9",
    "#4dd0b8",
    "#ff9ecb",
    "#d9e36b",
    "#b8a08a",
)
MOST_KEYS = 9


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


def first_labels(names: tuple[str, ...] = ()) -> tuple[Label, ...]:
    """Return the labels to begin with: four, or one for each of `names`."""
    names = names or tuple(f"label {value}" for value in range(1, 5))
    return tuple(Label(i, name, color_of(i)) for i, name in enumerate(names, 1))


def color_of(value: int) -> str:
    """Return the colour that a label `value` has as long as nobody chose one."""
    return COLORS[(value - 1) % len(COLORS)]


def relabelled(table: Table, change: Relabelling) -> Table:
    """Return `table` after `change`; a label that stays is seen and locked as it was."""
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
