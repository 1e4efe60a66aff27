"""One slice as HoloViews elements: intensities, labels over them, and the line being drawn."""

from __future__ import annotations

from collections.abc import Callable

import holoviews as hv
import numpy as np
import panel as pn

from dashboard.page.panel_internals import forget_streams

BARE = {
    "xaxis": None,
    "yaxis": None,
    "toolbar": None,
    "default_tools": [],
    "show_frame": False,
    "border": 0,
    "responsive": True,
    "bgcolor": "black",
}


def slice_view(name: str, on_strokes: Callable[[dict], None]) -> pn.pane.HoloViews:
    """Return the pane of one plane; the page's script writes its slices into the glyphs.

    Parameters
    ----------
    name : str
        ``"axial"``, ``"coronal"``, ``"sagittal"``, or ``"compare"`` for one of them beside another
        volume: the figure is named after it.
    on_strokes : callable
        Told the columns of all strokes that the page still holds: ``xs``, ``ys``, ``stroke``.
    """
    volume = hv.Image(np.zeros((2, 2), np.float32), vdims="intensity").opts(
        cmap="gray", hooks=[call_renderer("volume")]
    )
    over = hv.RGB(np.zeros((2, 2, 4), np.uint8), vdims=list("RGBA")).opts(
        hooks=[call_renderer("over")]
    )
    labels = hv.RGB(np.zeros((2, 2, 4), np.uint8), vdims=list("RGBA")).opts(
        hooks=[call_renderer("labels")]
    )
    line = hv.Path([], vdims="stroke").opts(
        line_alpha=0.9, hooks=[call_renderer("stroke"), call_figure(name)]
    )
    # Unlimited objects: a stroke leaves the source only once the server has taken it.
    stream = hv.streams.FreehandDraw(source=line, num_objects=0, empty_value="")
    stream.add_subscriber(lambda data: on_strokes(data or {}))
    overlay = (volume * over * labels * line).opts(**BARE, active_tools=["freehand_draw"])
    # linked_axes, or Panel links the axes of all three planes.
    return pn.pane.HoloViews(overlay, linked_axes=False, margin=0, sizing_mode="stretch_both")


def clean(pane: pn.pane.HoloViews) -> None:
    """Take a pane's streams out of HoloViews' register, which would keep them for ever."""
    forget_streams(pane.object.traverse(lambda element: element, [hv.Path]))


def call_renderer(name: str) -> Callable:
    """Return a hook that names an element's renderer, by which the page's script finds it."""

    def hook(plot, _element) -> None:
        plot.handles["glyph_renderer"].name = name

    return hook


def call_figure(name: str) -> Callable:
    """Return a hook that names the figure and gives it the whole pane."""

    def hook(plot, _element) -> None:
        figure = plot.state
        figure.name = f"supervox-{name}"
        # Text, not HoloViews' array of no floats: the tool pads it with what a stroke is to give.
        plot.handles["source"].data["stroke"] = []
        plot.handles["source"].data["width"] = []
        plot.handles["glyph"].line_width = "width"  # in pixels; 0 is not seen
        figure.outline_line_color = None

    return hook
