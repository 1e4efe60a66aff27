"""What ``panel serve`` runs once for each page: builds executors, session and page."""

from __future__ import annotations

import sys

import holoviews as hv
import panel as pn

from dashboard import options
from dashboard.model.folder import Folder
from dashboard.process import shared
from dashboard.server import unsafe, user
from dashboard.session import Session
from dashboard.turn import Turn
from dashboard.views.guard import guarded
from dashboard.views.page import Page
from dashboard.views.refusal import refusal


def open_page() -> None:
    """Show a new session with the volume that was asked for."""
    asked = options.parse(sys.argv[1:])
    turn = Turn(pn.state.curdoc.add_next_tick_callback)
    session = Session(
        **shared(asked.scheduler)._asdict(),
        schedule=turn,
        user=user.current(),
    )
    page = Page(session, Folder(asked.folder), turn.begin)
    page.start()
    pn.state.on_session_destroyed(lambda _: turn.end())
    page.bench.servable(title="supervox")
    guarded(session, session.open)(asked.file, asked.file.name)


pn.extension("vtk", "filedropper", theme="dark")
hv.extension("bokeh")
# WebGL halves the frames under software rendering and gains nothing for images.
hv.renderer("bokeh").webgl = False
if wrong := unsafe.trouble():
    refusal(wrong).servable(title="supervox")
else:
    open_page()
