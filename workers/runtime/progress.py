"""How far a kernel is: fractions of parts, joined into one that runs from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

Report = Callable[[float], object]


def silent(fraction: float) -> None:
    """Take a fraction and tell nobody; what a kernel reports to when nobody asks."""


def part(report: Report, start: float, stop: float) -> Report:
    """Return a callable that maps its 0 … 1 to `start` … `stop` of `report`."""

    def told(fraction: float) -> None:
        report(start + (stop - start) * fraction)

    told.say = partial(say, report)
    return told


def say(report: Report, text: str) -> None:
    """Tell what is being done, such as ``iteration 3 of 10``, if `report` can show that."""
    if tell := getattr(report, "say", None):
        tell(text)
