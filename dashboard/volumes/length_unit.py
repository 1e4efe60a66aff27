"""The unit in which the lengths of a volume read best."""

from __future__ import annotations

from typing import NamedTuple


class LengthUnit(NamedTuple):
    """A unit of length.

    Attributes
    ----------
    name : str
        As it is shown.
    mm : float
        How many it has.
    """

    name: str
    mm: float


_UNITS = tuple(LengthUnit(*each) for each in (
    ("km", 1e6), ("m", 1e3), ("mm", 1.0), ("µm", 1e-3), ("nm", 1e-6), ("pm", 1e-9),
))  # fmt: skip
_LEAST = (1e6, 1e4, 1e-2, 1e-4, 1e-7)  # mm of the longest voxel edge, from which on one is taken


def unit_of(spacing: tuple[float, float, float]) -> LengthUnit:
    """Return the unit for a volume of these voxel edges in mm: mm, unless they are far from one."""
    longest = max(spacing)
    fits = (unit for unit, least in zip(_UNITS, _LEAST, strict=False) if longest >= least)
    return next(fits, _UNITS[-1])


def edges_said(spacing: tuple[float, float, float]) -> str:
    """Return voxel edges in mm as text, such as ``"4 × 4 × 40 nm"``; equal ones once."""
    unit = unit_of(spacing)
    edges = [f"{edge / unit.mm:.3g}" for edge in spacing]
    return f"{edges[0] if len(set(edges)) == 1 else ' × '.join(edges)} {unit.name}"
