"""A measured figure, what it stands beside, and the goal it is held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Figure:
    """One row of the table.

    Attributes
    ----------
    name : str
        What was measured, and by which clock if it is not the process's.
    values : (n,) sequence of float
        All that was measured; the row shows `percentile` of them.
    unit : str
        ``"ms"``, ``"s"``, ``"MB"`` (10⁶ bytes), ``"MiB"``, ``"/s"``, ``"×"`` …
    percentile : float, optional
        50 is the median.
    at_most, at_least : float, optional
        The goal, in `unit`.
    """

    name: str
    values: Sequence[float]
    unit: str
    percentile: float = 50
    at_most: float | None = None
    at_least: float | None = None

    @property
    def value(self) -> float:
        """The percentile that is shown; an interpolated one where `values` are few."""
        return float(np.percentile(self.values, self.percentile))

    @property
    def goal(self) -> str:
        """The goal, and whether it was reached."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g} {verdict(self.value <= self.at_most)}"
        if self.at_least is not None:
            return f"≥ {self.at_least:g} {verdict(self.value >= self.at_least)}"
        return ""

    @property
    def statistic(self) -> str:
        """How many values there are, and what is shown of them."""
        if len(self.values) == 1:
            return "n=1"
        shown = "median" if self.percentile == 50 else f"p{self.percentile:g}"
        return f"{shown} of {len(self.values)}"

    @property
    def spread(self) -> str:
        """Smallest and largest value."""
        low, high = min(self.values), max(self.values)
        return "" if len(self.values) == 1 else f"{digits(low)} … {digits(high)}"

    def row(self) -> str:
        """Return the figure as a line of the table."""
        told = f"{self.name:<58} {digits(self.value):>8} {self.unit:<4}"
        return f"  {told} {self.statistic:<13} {self.spread:<18} {self.goal}".rstrip()


def ratio(name: str, of: Figure, to: Figure, *, at_least: float | None = None) -> Figure:
    """Return how many times `to` goes into `of`, by the values that their rows show."""
    return Figure(name, [of.value / to.value], "×", at_least=at_least)


def verdict(reached: bool) -> str:
    return "reached" if reached else "MISSED"


def digits(value: float) -> str:
    """Return a number with three significant digits, whole from 100 up."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
