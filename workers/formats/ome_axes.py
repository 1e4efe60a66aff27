"""Where an image of OME-Zarr lies, by what it says of its axes and levels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workers.formats.units import edges_mm
from workers.storage.unreadable import UnreadableFile

_WORLD = {"x": (0, -1), "y": (1, -1), "z": (2, 1)}
_OLD = "tczyx"  # of OME-NGFF 0.1 and 0.2, which name none


class Axes(NamedTuple):
    """Of the arrays: which are of space, in their order; the others make volumes."""

    names: tuple[str, ...]
    units: tuple[str, ...]

    @property
    def space(self) -> list[int]:
        """Which of them."""
        return [n for n, name in enumerate(self.names) if name in _WORLD]

    @property
    def others(self) -> list[int]:
        """Which of them."""
        return [n for n, name in enumerate(self.names) if name not in _WORLD]


def axes_of(image: dict, count: int) -> Axes:
    """Return the axes of an image whose arrays have so many.

    Raises
    ------
    UnreadableFile
        If x, y and z are not among them.
    """
    told = image.get("axes") or _OLD[-count:]
    told = [each if isinstance(each, dict) else {"name": each} for each in told]
    names = tuple(str(each["name"]).lower() for each in told)
    if sorted(name for name in names if name in _WORLD) != ["x", "y", "z"]:
        raise UnreadableFile(f"expected the axes x, y and z; its are {', '.join(names)}.")
    units = (each.get("unit") for each in told)
    return Axes(names, tuple(unit if isinstance(unit, str) else "" for unit in units))


def read_transform(image: dict, dataset: dict, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return scale and translation of a level, by what its own and the image's steps say.

    Raises
    ------
    UnreadableFile
        If there is a step of another kind, or one that does not fit to so many axes.
    """
    scale, shift = np.ones(count), np.zeros(count)
    for step in (*(dataset.get("coordinateTransformations") or ()),
                 *(image.get("coordinateTransformations") or ())):  # fmt: skip
        if step["type"] == "scale":
            by = _numbers(step, count)
            scale, shift = scale * by, shift * by
        elif step["type"] == "translation":
            shift = shift + _numbers(step, count)
        elif step["type"] != "identity":
            raise UnreadableFile(f"expected a scale and a translation; it has a {step['type']}.")
    return scale, shift


def _numbers(step, count):
    told = step.get(step["type"])
    if not isinstance(told, list) or len(told) != count:
        raise UnreadableFile(f"expected a {step['type']} of {count} numbers; its is {told}.")
    if not all(isinstance(each, int | float) for each in told):
        raise UnreadableFile(f"expected a {step['type']} of numbers; its is {told}.")
    return np.array(told, float)


def affine_of(image: dict, dataset: dict, axes: Axes) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the affine of a level, and notes on what is taken where nothing was told.

    A negative scale is an axis that runs the other way.

    Parameters
    ----------
    image, dataset : dict
        What the file says of the image and of the level.
    axes : Axes

    Raises
    ------
    UnreadableFile
        If an edge is 0 or not finite.
    """
    scale, shift = (each[axes.space] for each in read_transform(image, dataset, len(axes.names)))
    if not (np.isfinite([scale, shift]).all() and scale.all()):
        raise UnreadableFile(f"expected voxel edges above 0; its scale says {scale.tolist()}.")
    names = [axes.names[n] for n in axes.space]
    edges = edges_mm(abs(scale).tolist(), [axes.units[n] for n in axes.space], "".join(names))
    affine = np.eye(4)
    affine[:3, :3] = 0
    for column, name in enumerate(names):
        row, sign = _WORLD[name]
        affine[row, column] = sign * edges.mm[column] * np.sign(scale[column])
        affine[row, 3] = sign * shift[column] * edges.mm[column] / abs(scale[column])
    return affine, edges.notes
