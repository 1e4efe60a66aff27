"""The intensities that are first shown as black and as white."""

from __future__ import annotations

import numpy as np

from workers.intensity.hounsfield import SOFT_TISSUE, is_hounsfield


def first_window(sample: np.ndarray, finite_range: tuple[float, float]) -> tuple[float, float]:
    """Return the window of a volume, before anybody turns it: of a CT, soft tissue.

    Else 0.1 % is cut at both ends. At the bright end those at the lowest intensity do not count:
    around a skull-stripped brain they are most.

    Parameters
    ----------
    sample : (n,) ndarray
        Intensities of the volume; not finite ones are left out.
    finite_range : tuple of float
        The lowest and the highest finite one of the volume.
    """
    sample = sample[np.isfinite(sample)]
    if is_hounsfield(sample):
        return SOFT_TISSUE
    above = sample[sample > finite_range[0]]
    if not above.size:
        return finite_range
    low, high = np.percentile(sample, 0.1), np.percentile(above, 99.9)
    return (float(low), float(high)) if low < high else finite_range
