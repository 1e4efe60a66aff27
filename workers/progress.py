"""How far a kernel is: fractions of parts, joined into one that runs from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable

Report = Callable[[float], object]


def silent(fraction: float) -> None:
    """Take a fraction and tell nobody; what a kernel reports to when nobody asks."""


def part(report: Report, start: float, stop: float) -> Report:
    """Return a callable that maps its 0 … 1 to `start` … `stop` of `report`."""
    return lambda fraction: report(start + (stop - start) * fraction)
