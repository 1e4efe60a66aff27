"""Reads a stroke as the page drew it: a row of its source, with what it says of itself."""

from __future__ import annotations

import json

import numpy as np

from dashboard.annotation.partition_settings import number
from dashboard.annotation.slice_geometry import Layout, Plane, layouts
from dashboard.annotation.stroke import Stroke, Tip
from dashboard.page.protocol.read_value import read
from dashboard.page.protocol.table import ASKED, LINE, STROKE, read_as
from dashboard.session.messages import Refused
from dashboard.volumes.grid import Grid

MOST_RADIUS_MM = 1000  # and as many voxels, where these are longer than a mm


def read_context(text: str) -> dict:
    """Return what a stroke says of itself, of which only what it is asked for under is read.

    By that it is answered, whatever is wrong with the rest.

    Raises
    ------
    Refused
        If it has no name, or does not say what it follows, and on which opening.
    """
    try:
        context = json.loads(text)
        return context | read(ASKED, {name: context[name] for name in ASKED.must})
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Refused("A stroke did not arrive whole: draw it again.") from None


def read_stroke(
    context: dict, xs: list, ys: list, volume: Grid, radiological: dict[str, Layout]
) -> Stroke:
    """Return a stroke on the slice that it says, in the voxels of a volume.

    `radiological` is how the volume's slices lie in that view.

    Raises
    ------
    Refused
        If it cannot have been drawn on this volume.
    """
    context = read_as(STROKE, "stroke", context)
    xs, ys = read_as(LINE, "line", {"xs": xs, "ys": ys}).values()
    if len(xs) != len(ys):
        raise Refused("The stroke did not arrive whole: draw it again.")
    laid = radiological
    if not context.get("radiological", True):
        laid = layouts(volume.affine, volume.shape, radiological=False)
    if context["plane"] not in laid:
        raise Refused("The stroke was drawn on a slice that is unknown here: reload the page.")
    plane = Plane(laid[context["plane"]], context["index"])
    most_mm = MOST_RADIUS_MM * max(1.0, min(volume.spacing))
    tip = tip_of(most_mm, **context.get("tip", {}))
    return Stroke(plane, np.column_stack((xs, ys)), context["label"], tip)


def tip_of(
    most_mm: float,
    /,
    kind: str = "superpixels",
    radius_mm: float = 0,
    is_ball: bool = False,
    is_within: bool = False,
) -> Tip:
    """Return what the page draws with, its radius being at most `most_mm`.

    Raises
    ------
    Refused
        If the radius is out of range.
    """
    radius = number("Radius", radius_mm)
    if not 0 <= radius <= most_mm:
        raise Refused(f"Radius must be from 0 to {most_mm:g} mm; got {radius:g}.")
    return Tip(kind, radius, is_ball, is_within)
