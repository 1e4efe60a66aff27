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
    """What the annotator means by a number: 1 to 65535; colour as ``#rrggbb``."""

    value: int
    name: str
    color: str


def first_labels(names: tuple[str, ...] = ()) -> tuple[Label, ...]:
    """Return the labels to begin with: four, or one for each of `names`."""
    names = names or tuple(f"label {value}" for value in range(1, 5))
    return tuple(Label(i, name, color_of(i)) for i, name in enumerate(names, 1))


def color_of(value: int) -> str:
    """Return the colour that a label `value` has as long as nobody chose one."""
    return COLORS[(value - 1) % len(COLORS)]


def covering(labels: tuple[Label, ...], values: list[int]) -> tuple[Label, ...]:
    """Return `labels` with one more for each of `values` that has none, in order of value."""
    known = {label.value for label in labels}
    new = [Label(v, f"label {v}", color_of(v)) for v in values if v not in known]
    return tuple(sorted((*labels, *new)))
