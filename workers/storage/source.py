"""A volume in a file of any kind, to be read piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from workers.runtime.box import Box


_HELD = {"b1": np.dtype("u1"), "f2": np.dtype("f4")}


def held_dtype(dtype: np.dtype) -> np.dtype:
    """Return the native dtype in which values of a file's are held: one that NIfTI has, too."""
    kind = dtype.str[1:]  # which names one of the types that C has twice
    return _HELD.get(kind, np.dtype(kind))


class StoredLevel(NamedTuple):
    """A resolution that lies on disk already, as `dashboard.volumes.stored_volume.Level`."""

    path: str
    shape: tuple[int, int, int]
    strides: tuple[int, int, int]


class Source(NamedTuple):
    """A volume in an open file, of which nothing but where it lies was read yet.

    Attributes
    ----------
    shape : tuple of int
        (I, J, K).
    dtype : dtype
        Of the values, in native byte order.
    affine : (4, 4) ndarray of float64
        Voxel to RAS+ mm.
    header : bytes
        A NIfTI header block that says where it lies, for the encoders.
    notes : tuple of str
        What the user should know of how it was understood. Text, never markup.
    files : tuple of Path
        Where it lies, the file that was asked for or its header first; empty for bytes.
    parts : callable
        ``parts(steps)`` yields boxes with their values, once, in the order of the file: every
        voxel in just one. No box crosses a multiple of `steps` (3,) along the file's slowest axis;
        a file that can be read anywhere gives boxes that begin at multiples of them. It ends only
        when the file was read to its end and found whole.
    levels : tuple of StoredLevel
        Those that can be used where they lie, from the finest; mostly none.
    oriented : bool
        Whether the file can say where left and right of a patient are; else its affine lays x to
        the left, y to the back and z upwards, as ITK does.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype
    affine: np.ndarray
    header: bytes
    notes: tuple[str, ...]
    files: tuple[Path, ...]
    parts: Callable[[tuple[int, int, int]], Iterator[tuple[Box, np.ndarray]]]
    levels: tuple[StoredLevel, ...] = ()
    oriented: bool = True

    def read(self) -> np.ndarray:
        """Return all of it: C-contiguous, read-only."""
        data = np.empty(self.shape, self.dtype)
        for box, values in self.parts(self.shape):
            data[box] = values
        data.flags.writeable = False
        return data
