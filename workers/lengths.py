"""Lengths of microscopy files, in mm."""

from __future__ import annotations

import math

_MM = {
    "m": 1e3, "meter": 1e3, "metre": 1e3, "dm": 1e2, "cm": 10.0, "centimeter": 10.0,
    "mm": 1.0, "millimeter": 1.0, "millimetre": 1.0, "inch": 25.4,
    "µm": 1e-3, "μm": 1e-3, "um": 1e-3, "micron": 1e-3, "micrometer": 1e-3, "micrometre": 1e-3,
    "nm": 1e-6, "nanometer": 1e-6, "nanometre": 1e-6, "angstrom": 1e-7, "å": 1e-7,
    "pm": 1e-9, "picometer": 1e-9,
}  # fmt: skip


def in_mm(length: float | str | None, unit: str | None) -> float | None:
    """Return a voxel edge in mm; None if it is no length above 0, or the unit is not known."""
    factor = _MM.get((unit or "").strip().replace("\\u00B5", "µ").lower().removesuffix("s"))
    try:
        edge = float(length) * factor
    except (TypeError, ValueError):
        return None
    return edge if math.isfinite(edge) and edge > 0 else None
