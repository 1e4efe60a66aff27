"""The intensities of each label as a plot, on the page's own dark ground."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

import holoviews as hv
import numpy as np
import panel as pn

from dashboard.session.measure import Spread
from dashboard.session.session import Refused, Session

WIDTH, HEIGHT = 760, 340
MOST_STEPS = 96
CUT = 0.001
"""Of the voxels of each label at both ends: they would make the plot too wide to be read."""

NOTE = "The share of each label’s voxels at each intensity; 0.1 % is left out at both ends."
NOTHING = "That was not counted: close this, and open it again."

_FONT = 'Inter, "Segoe UI", "DejaVu Sans", system-ui, sans-serif'
_GROUND, _LINE, _TEXT, _DIM = "#161a20", "#2a313b", "#dfe4ea", "#95a0ae"


class IntensitiesView:
    """A plot that stays on the page, and what it is given when it is opened.

    Parameters
    ----------
    session : Session
    send : callable
        Sends the page a message: a kind, and values by name.
    guard : callable
        Returns a function so that what it raises is shown to the user.

    Attributes
    ----------
    view : panel.pane.HoloViews
    """

    def __init__(
        self, session: Session, send: Callable[..., None], guard: Callable[[Callable], Callable]
    ) -> None:
        self._session, self._send, self._guard = session, send, guard
        self._pipe = hv.streams.Pipe(data=[])
        plot = hv.DynamicMap(curves, streams=[self._pipe])
        # The same figure for good: a page whose parts are exchanged would be drawn anew.
        self.view = pn.pane.HoloViews(plot, linked_axes=False, margin=0, width=WIDTH, height=HEIGHT)

    def ask(self) -> None:
        """Open it on the page, and count the intensities as they are now."""
        self._send("intensities", labels=None, said="")
        try:
            counted = self._session.measure_spread()
        except Refused as refused:
            self._send("intensities", labels=[], said=str(refused))
            return
        counted.add_done_callback(self._guard(self._show))

    def _show(self, counted: Future) -> None:
        spread = counted.result()
        if spread is None:  # the session has said why
            self._send("intensities", labels=[], said=NOTHING)
            return
        self._pipe.send(outlines(spread))
        counts = spread.counts
        labels = [
            {"name": each.name, "color": each.color, "voxels": int(counts[each.value].sum())}
            for each in spread.labels
            if each.value in counts
        ]
        self._send("intensities", labels=labels, said=NOTE)


def curves(data: list[dict]) -> hv.Segments:
    """Return the plot of some `outlines`."""
    data = data or [{"x": np.zeros(2), "y": np.zeros(2), "color": _GROUND}]
    columns = {name: np.concatenate([_ends_of(each[name]) for each in data]) for name in "xy"}
    colors = np.repeat([each["color"] for each in data], [len(each["x"]) - 1 for each in data])
    starts, stops = ({name: each[:, n] for name, each in columns.items()} for n in range(2))
    sides = starts["x"], starts["y"], stops["x"], stops["y"], colors
    return hv.Segments(sides, ["x0", "y0", "x1", "y1"], "color").opts(
        color=hv.dim("color"), line_width=2, framewise=True, width=WIDTH, height=HEIGHT,
        xlabel="intensity", ylabel="% of the label’s voxels", toolbar=None, default_tools=[],
        bgcolor=_GROUND, show_frame=False, show_grid=True, hooks=[darken],
    )  # fmt: skip


def _ends_of(corners: np.ndarray) -> np.ndarray:
    """Return both ends (n - 1, 2) of what joins n corners, on one axis."""
    return np.column_stack((corners[:-1], corners[1:]))


def darken(plot, _element) -> None:
    """Give a figure the page's colours."""
    figure = plot.state
    figure.background_fill_color = figure.border_fill_color = _GROUND
    figure.outline_line_color = None
    figure.y_range.start = 0
    for axis in figure.axis:
        axis.axis_label_text_color = axis.major_label_text_color = _TEXT
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_text_font = axis.major_label_text_font = _FONT
        axis.axis_label_text_font_size = axis.major_label_text_font_size = "12px"
        axis.minor_tick_line_color = None
        axis.axis_line_color = axis.major_tick_line_color = _DIM
    for grid in figure.grid:
        grid.grid_line_color = _LINE


def outlines(spread: Spread) -> list[dict]:
    """Return for each label of a spread the steps of its histogram, as `curves` takes them.

    All are drawn over the same bins: as many of the counted ones joined as leave some hundred.
    """
    counts = {label: spread.counts.get(label.value) for label in spread.labels}
    counts = {label: each for label, each in counts.items() if each is not None and each.any()}
    if not counts:
        return []
    ends = np.array([_ends(each) for each in counts.values()])
    first, last = ends[:, 0].min(), ends[:, 1].max()
    joined = -(-(last - first) // MOST_STEPS)
    starts = np.arange(first, last, joined)
    n = len(next(iter(counts.values())))
    width = (spread.high - spread.low) / n
    edges = spread.low + width * np.append(starts, min(n, starts[-1] + joined))
    return [
        {"x": np.repeat(edges, 2), "y": _steps(each, starts, joined), "color": label.color}
        for label, each in counts.items()
    ]


def _ends(counts: np.ndarray) -> tuple[int, int]:
    """Return the bins within which all but `CUT` at both ends lie; the last half open."""
    up_to = np.cumsum(counts) / counts.sum()
    return int(np.searchsorted(up_to, CUT)), int(np.searchsorted(up_to, 1 - CUT)) + 1


def _steps(counts: np.ndarray, starts: np.ndarray, joined: int) -> np.ndarray:
    sums = np.array([counts[start : start + joined].sum() for start in starts])
    return np.concatenate([[0], np.repeat(100 * sums / counts.sum(), 2), [0]])
