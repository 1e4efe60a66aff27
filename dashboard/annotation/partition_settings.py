"""How a volume is partitioned."""

from __future__ import annotations

import math
from typing import NamedTuple

MOST_SUPERPIXELS = 1_000_000


class Settings(NamedTuple):
    """What the annotator can turn before a partition.

    Attributes
    ----------
    count : int
        Number of superpixels wanted in the foreground.
    compactness : float
        Weight of distance against intensity, on intensities scaled to the foreground's 1st and
        99th percentile; larger is more cubic.
    sigma_mm : float or None
        Width of the Gaussian that smooths intensities first, in mm; None for what is usual
        for the volume's voxels.
    threshold : float or "auto" or None
        Foreground is what is brighter; None takes every finite voxel.
    """

    count: int = 2500
    compactness: float = 0.1
    sigma_mm: float | None = None
    threshold: float | str | None = "auto"

    def checked(self) -> Settings:
        """Return these settings as numbers.

        Raises
        ------
        ValueError
            Naming the one that is out of range.
        """
        count = number("Count", self.count)
        compactness = number("Compactness", self.compactness)
        sigma = None if self.sigma_mm is None else number("Smoothing", self.sigma_mm)
        if not 1 <= count <= MOST_SUPERPIXELS:
            raise ValueError(f"Count must be from 1 to {MOST_SUPERPIXELS:,}; got {count:,.0f}.")
        if not compactness > 0:
            raise ValueError(f"Compactness must be positive; got {compactness:g}.")
        if sigma is not None and not 0 <= sigma <= 100:
            raise ValueError(f"Smoothing must be from 0 to 100 mm; got {sigma:g}.")
        automatic = self.threshold in ("auto", None)
        threshold = self.threshold if automatic else number("Foreground", self.threshold)
        return Settings(round(count), compactness, sigma, threshold)


def number(name: str, value: object) -> float:
    """Return `value` as a finite number.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(f"{name} must be a number; got {value!r}.")
    return found
