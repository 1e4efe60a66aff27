"""The peer of the browser's slices: the usual HoloViews app, whose server picks each slice.

Served beside the workbench; ``?width=…&height=…`` gives it the size of a pane there.
"""

from __future__ import annotations

import holoviews as hv
import numpy as np
import panel as pn

from dashboard import demo
from workers.formats.nifti import nifti


def size_asked() -> tuple[int, int]:
    given = pn.state.session_args
    return tuple(int(given.get(name, [b"500"])[0]) for name in ("width", "height"))


def slices() -> pn.Column:
    volume = pn.state.as_cached("benchmark-volume", lambda: nifti.read(demo.PATH).data)
    width, height = size_asked()
    low, high = int(volume.min()), int(volume.max())
    slider = pn.widgets.IntSlider(name="Axial slice", end=volume.shape[2] - 1, width=width)

    def axial(k: int) -> hv.Image:
        shown = np.ascontiguousarray(volume[:, ::-1, k].T)
        image = hv.Image(shown, bounds=(0, 0, *volume.shape[:2]))
        return image.opts(cmap="gray", clim=(low, high), width=width, height=height, xaxis=None,
                          yaxis=None, toolbar=None, default_tools=[])  # fmt: skip

    return pn.Column(hv.DynamicMap(pn.bind(axial, slider)), slider)


pn.extension()
hv.extension("bokeh")
# As in the workbench, whose frames it halves without a GPU.
hv.renderer("bokeh").webgl = False
slices().servable()
