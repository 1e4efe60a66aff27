"""What ``panel serve`` runs once for each page: builds executors, session and page."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import holoviews as hv
import panel as pn
from bokeh.document import Document

from dashboard import options
from dashboard.model.folder import Folder
from dashboard.process import shared
from dashboard.session import Session
from dashboard.views.guard import guarded
from dashboard.views.page import Page


def in_turn_of(document: Document) -> Callable[[Callable[[], None]], None]:
    """Return a function that runs others in the document's thread, as long as it lives."""
    ended = threading.Event()
    pn.state.on_session_destroyed(lambda _: ended.set())

    def schedule(function: Callable[[], None]) -> None:
        if not ended.is_set():
            document.add_next_tick_callback(function)

    return schedule


def open_page() -> None:
    """Show a new session with the volume that was asked for."""
    asked = options.parse(sys.argv[1:])
    session = Session(
        **shared(asked.scheduler)._asdict(),
        schedule=in_turn_of(pn.state.curdoc),
        user=pn.state.user or "",
    )
    page = Page(session, Folder(asked.folder))
    page.start()
    page.bench.servable(title="supervox")
    guarded(session, session.open)(asked.file, asked.file.name)


pn.extension("vtk", "filedropper", theme="dark")
hv.extension("bokeh")
# WebGL halves the frames under software rendering and gains nothing for images.
hv.renderer("bokeh").webgl = False
open_page()
