"""Every private name of Panel, Bokeh and HoloViews that the page uses, and what it is for.

Others of the page's modules use what is public here. `trouble` is asked at each start: of a name
that a new release has taken away some would fail without a word, as an override that nobody calls.
"""

from __future__ import annotations

import hashlib
import inspect
import io
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import panel as pn
import panel_material_ui as pmui
from bokeh.document import Document
from holoviews.plotting.bokeh.callbacks import Callback
from panel.custom import JSComponent

from dashboard.page import script


class Internal(NamedTuple):
    """A private name: in which package, of what, and what is done by it."""

    package: str
    of: type
    name: str
    does: str
    parameters: tuple[str, ...] = ()


PLOTS, MATERIAL = "holoviews", "panel-material-ui"
INTERNALS = (
    Internal(MATERIAL, pmui.FileDownload, "_async_sync_data", "a file is made when it is wanted"),
    Internal(MATERIAL, pmui.FileDownload, "_sync_data", "a file is handed to the browser"),
    Internal("panel", pn.widgets.FileDropper, "_process_event", "what is uploaded is counted"),
    Internal("panel", JSComponent, "_handle_msg", "the page's verbs are heard", ("data",)),
    Internal("panel", JSComponent, "_send_msg", "the page is sent messages", ("data",)),
    Internal("panel", JSComponent, "_render_esm", "the page's script is loaded", ("server",)),
    Internal(PLOTS, Callback, "_callbacks", "the streams of a page that has gone are forgotten"),
)
MADE = (
    Internal("panel", pn.widgets.FileDropper, "_file_buffer", "pieces of a file are forgotten"),
)
"""Names that only what is made of a class has."""


def trouble() -> str:
    """Return a sentence on what the installed packages do not have any more; "" if all is there."""
    lost = [*filter(is_lost, INTERNALS), *(each for each in MADE if is_lost(each, each.of()))]
    if not hasattr(Document().callbacks, "_session_callbacks"):
        lost.append(Internal("bokeh", Document, "_session_callbacks", "a page's timers are ended"))
    return " ".join(map(tell, lost))


def is_lost(internal: Internal, owner: object = None) -> bool:
    """Tell whether a name is gone, or takes other parameters."""
    found = getattr(owner or internal.of, internal.name, None)
    if found is None or not internal.parameters:
        return found is None
    return not {*internal.parameters} <= {*inspect.signature(found).parameters}


def tell(internal: Internal) -> str:
    """Return a sentence on a name that is gone."""
    package, owner = internal.package, internal.of.__name__
    return (
        f"{package} {version(package)} has no {owner}.{internal.name} as supervox knows it, by "
        f"which {internal.does}: install the version of {package} that supervox asks for."
    )


class FileButton(pmui.FileDownload):
    """A FileDownload whose file is made in the background when it is pressed: `make` does it."""

    async def make(self) -> None:
        """Make the file, and call `give`, if there is one."""
        raise NotImplementedError

    def give(self, name: str, content: bytes) -> None:
        """Let the browser save a file, in one message."""
        # Equal labels give equal bytes, and equal data would not count as a change.
        self.data = None
        self.filename = name
        self._sync_data(io.BytesIO(content))

    async def _async_sync_data(self) -> None:
        await self.make()


class FilePieces(pn.widgets.FileDropper):
    """A FileDropper that may look at each piece of a file before it is kept: `takes` does it."""

    def takes(self, event: object) -> bool:
        """Tell whether Panel is to be given what has come: a piece of a file, or that it goes."""
        raise NotImplementedError

    def forget_pieces(self) -> None:
        """Let go of the pieces of a file that is not whole yet."""
        self._file_buffer.clear()

    def _process_event(self, event: object) -> None:
        if self.takes(event):
            super()._process_event(event)


class Messenger(JSComponent):
    """A component whose script and server send each other messages.

    Its script is in the page's one file, by the name of its class. That has one address for all
    components, as it is known here, and another one when it has changed: so browsers load it once,
    keep it, and ask for it again when there is another.
    """

    __abstract = True

    _bundle = script.BUILT

    @classmethod
    def _render_esm(cls, compiled: bool = True, server: bool = False) -> str:
        script = super()._render_esm(compiled, server=server)
        return f"{script}?v={digest(cls._bundle)}" if server else script

    def take_message(self, message: dict) -> None:
        """Do what the script says."""
        raise NotImplementedError

    def send_message(self, message: dict) -> None:
        """Send a message to the script."""
        self._send_msg(message)

    def _handle_msg(self, data: dict) -> None:
        self.take_message(data)


@cache
def digest(path: Path) -> str:
    """Return what tells a file from another of the same name."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def forget_timers(document: Document) -> None:
    """End what a document is to do later, when Bokeh has taken it apart and cannot do it itself."""
    document.callbacks._session_callbacks.clear()  # noqa: SLF001 - this is the module for it


def forget_streams(sources: Iterable[object]) -> None:
    """Take the streams of some elements out of HoloViews' register, which keeps them for ever."""
    sources = [*sources]
    register = [*Callback._callbacks.values()]  # noqa: SLF001 - HoloViews forgets only the latest
    for callback in register:
        if any(stream.source is each for stream in callback.streams for each in sources):
            callback.cleanup()
