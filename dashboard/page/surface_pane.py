"""The labels in 3D: a component of the page whose script draws surfaces by vtk.js.

Panel's own pane of vtk.js, VTKJS, takes a whole scene as one file, draws each anew in a window of
its own, whose camera is then lost, and tells of no click: it could not do this without its private
parts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
import param

from dashboard.annotation.label_table import Label
from dashboard.page import encoding
from dashboard.page.outbox import Outbox
from dashboard.page.panel_internals import Messenger
from dashboard.page.surface_encoding import encode
from dashboard.session.surfaces import WHOLE
from dashboard.volumes.grid import Grid

Surface = tuple[np.ndarray, np.ndarray]
Look = tuple[str, bool]


class SurfacePane(Messenger):
    """A translucent surface of the whole, and in it one for each label, in mm.

    It keeps the latest surfaces: what is sent before the script has begun is lost, so then all are
    sent. Messages leave in the order in which they were asked for.

    Parameters
    ----------
    hear : callable
        Called with a verb and its values, by name, for each thing that the script says.
    """

    hear = param.Callable(default=None, precedence=-1, doc="Told what the script says.")

    _rename = {"hear": None}

    def __init__(self, **params) -> None:
        super().__init__(**params)
        self._outbox = Outbox(self.send_message)
        self._begun = False
        self._scene: dict = {}
        self._surfaces: dict[int, Surface] = {}
        self._looks: dict[int, Look] = {}
        self._told: dict[int, Look] = {}
        self._table: tuple[Label, ...] = ()
        self._are_shown = True

    def take_message(self, message: dict) -> None:
        """Hear a verb, with its values by name."""
        values = dict(message)
        self.hear(values.pop("verb"), values)

    async def deliver(self) -> None:
        """Send what is to be sent, for as long as the page lives."""
        await self._outbox.deliver()

    def open(self, volume: Grid) -> None:
        """Begin with another volume."""
        self._surfaces, self._told = {}, {}
        self._scene = {
            "digest": volume.digest,
            "oriented": volume.oriented,
            "inset": min(volume.spacing) / 2,
        }
        self._send("scene", **self._scene)

    def paint(self, table: tuple[Label, ...]) -> None:
        """Give the surfaces the colours of the labels, and hide those of hidden ones."""
        if table is not self._table:
            self._table = table
            self._looks = {label.value: (label.color, label.visible) for label in table}
            self._send_looks()

    def show(self, label: int, vertices: np.ndarray, faces: np.ndarray) -> None:
        """Put a label's surface in place of the one it had; without faces it goes.

        Parameters
        ----------
        label : int
            Which; 0 is the whole.
        vertices : (n, 3) ndarray of float32
            In RAS mm.
        faces : (m, 3) ndarray of int32
            Indices of vertices.
        """
        if len(faces):
            self._surfaces[label] = vertices, faces
            self._send_looks()
            self._send_surface(label)
        elif self._surfaces.pop(label, None):
            self._told.pop(label, None)
            self._send("gone", label=label)

    def set_visible(self, visible: bool) -> None:
        """Show or hide the labels; the whole stays."""
        self._are_shown = visible
        self._send("shown", value=visible)

    def begin(self) -> None:
        """Send all, to a script that has just begun."""
        self._begun, self._told = True, {}
        if self._scene:
            self._send("scene", **self._scene)
        self._send("shown", value=self._are_shown)
        self._send_looks()
        for label in self._surfaces:
            self._send_surface(label)

    def _post(self, item: dict | Callable) -> None:
        if self._begun:
            self._outbox.put(item)

    def _send(self, kind: str, **values) -> None:
        self._post({"kind": kind, **values})

    def _send_looks(self) -> None:
        """Send how labels look that have a surface, where the page does not know it."""
        if not self._begun:
            return
        there = {label: self._looks.get(label) for label in self._surfaces if label != WHOLE}
        new = {n: look for n, look in there.items() if look and look != self._told.get(n)}
        if new:
            self._told |= new
            names = "label", "color", "visible"
            looks = [dict(zip(names, (n, *look), strict=True)) for n, look in new.items()]
            self._send("looks", looks=looks)

    def _send_surface(self, label: int) -> None:
        surface = self._surfaces[label]

        async def send() -> None:
            if self._surfaces.get(label) is not surface:  # another has come, which is sent too
                return
            encoded = await asyncio.to_thread(encode, *surface)
            if self._surfaces.get(label) is not surface:
                return
            parts = encoding.split_message(encoded.data)
            for part, data in enumerate(parts):
                told = encoded._asdict() | {"part": part, "parts": len(parts), "data": data}
                self.send_message({"kind": "surface", "label": label, **told})

        self._post(send)
