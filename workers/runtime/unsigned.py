"""Ids as compiled kernels take them."""

from __future__ import annotations

import numpy as np


def as_unsigned(ids: np.ndarray) -> np.ndarray:
    """Return `ids` as read-only unsigned integers of the same width.

    A kernel is compiled for each type that it is given, writeable or not: with this, once for each
    width. Ids are not negative, so they keep their values; what is, differs from the others still.

    Parameters
    ----------
    ids : (I, J, K) ndarray of int

    Returns
    -------
    ids : (I, J, K) ndarray of unsigned int
        The same memory, unless it lies in neither C nor Fortran order or has foreign byte order.

    Raises
    ------
    ValueError
        If `ids` has not 3 axes or no integers.
    """
    if ids.ndim != 3 or ids.dtype.kind not in "iu":
        raise ValueError(
            f"ids must have 3 axes (i, j, k) and whole numbers; got shape {ids.shape} of "
            f"{ids.dtype}."
        )
    plain = ids.view(f"u{ids.itemsize}")
    if not (ids.flags.forc and ids.flags.aligned and ids.dtype.isnative):
        plain = np.array(ids, f"u{ids.itemsize}", order="C")
    plain.flags.writeable = False
    return plain


def is_turned(ids: np.ndarray) -> bool:
    """Tell whether the first axis of `ids` is the fastest in memory, not the last."""
    return ids.flags.f_contiguous and not ids.flags.c_contiguous
