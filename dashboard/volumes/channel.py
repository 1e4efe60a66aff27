"""One volume of a series: of the patient whose main volume is annotated, on its grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from dashboard.volumes.memory_volume import Volume

MOST_WEIGHT = 10.0


class Origin(NamedTuple):
    """Where a volume of a series came from, so that it is found again.

    Attributes
    ----------
    name : str
        What it is called in the series.
    path : str
        Of its file in the data folder; "" if it came from the user's computer.
    digest : str
        Of the volume as its file has it.
    volume : int or None
        Which one of a 4D file, from 0.
    form : str or None
        Which of qform and sform counts, where they differ.
    """

    name: str
    path: str
    digest: str
    volume: int | None = None
    form: str | None = None


@dataclass(frozen=True, eq=False)
class Channel:
    """A volume that can be shown and cut, on the grid of the main one.

    Attributes
    ----------
    key : int
        Tells it from the others of a session; 0 is the main volume.
    name : str
        Unlike those of the others.
    volume : Grid
        On the main volume's grid; NaN where it is not, if it was resampled.
    is_resampled : bool
        Whether its file lies on another grid.
    origin : Origin or None
        None for the main volume.
    """

    key: int
    name: str
    volume: Volume
    is_resampled: bool = False
    origin: Origin | None = None


Weights = tuple[tuple[str, float], ...]
"""How much the intensities of channels count in a partition, by their names; empty for the main
volume alone."""


def unlike(name: str, taken: set[str]) -> str:
    """Return `name`, with a number behind it if it is taken."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def checked(weights: object, names: list[str]) -> Weights:
    """Return the weights that count, in the order of `names`; empty for the first alone.

    Raises
    ------
    ValueError
        If one is out of range, all are 0, or a volume is not there.
    """
    given = {str(name): float(weight) for name, weight in weights}
    for name, weight in given.items():
        if name not in names:
            raise ValueError(
                f"{name} is not open: add it by Open…, “Another volume of the series”, or "
                "partition without it."
            )
        if not 0 <= weight <= MOST_WEIGHT:
            raise ValueError(
                f"The weight of {name} must be from 0 to {MOST_WEIGHT:g}; got {weight:g}."
            )
    if given and not any(given.values()):
        raise ValueError("Expected a weight above 0 for one volume at least; all are 0.")
    counting = tuple((name, given[name]) for name in names if given.get(name))
    return () if counting == ((names[0], 1.0),) else counting
