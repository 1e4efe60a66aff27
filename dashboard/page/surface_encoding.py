"""Surfaces as few bytes: numbers as their differences, which are mostly small."""

from __future__ import annotations

import zlib
from typing import NamedTuple

import numpy as np

from dashboard.page.encoding import planes

STEPS = 65_535  # along each edge of a surface's box: 0.004 mm in 250 mm


class Encoded(NamedTuple):
    """A surface as the page's script reads it.

    Attributes
    ----------
    vertices, faces : int
        How many.
    low, step : tuple of float
        Of the vertices along x, y and z: the lowest in mm, and what one step is in mm.
    data : bytes
        Deflated: steps of the vertices as uint16, then indices of the faces as uint32, each less
        the one before in its column, and all first bytes before all second ones.
    """

    vertices: int
    faces: int
    low: tuple[float, ...]
    step: tuple[float, ...]
    data: bytes


def encode(vertices: np.ndarray, faces: np.ndarray) -> Encoded:
    """Return a surface of at least one vertex as it travels.

    Parameters
    ----------
    vertices : (n, 3) ndarray of float32
        In mm.
    faces : (m, 3) ndarray of int32
        Indices of vertices.
    """
    low = vertices.min(axis=0).astype(np.float64)
    extent = vertices.max(axis=0) - low
    step = np.where(extent > 0, extent, 1) / STEPS
    steps = np.rint((vertices - low) / step).astype(np.uint16)
    content = b"".join(
        planes(_differences(columns)).tobytes() for columns in (steps, faces.astype(np.uint32))
    )
    told = len(vertices), len(faces), tuple(low.tolist()), tuple(step.tolist())
    return Encoded(*told, zlib.compress(content, 1))


def _differences(columns: np.ndarray) -> np.ndarray:
    """Return each row less the one before, in the numbers' own type: below zero it begins anew."""
    differences = columns.copy()
    differences[1:] -= columns[:-1]
    return differences
