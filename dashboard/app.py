"""What ``panel serve`` runs once for each page: builds executors, session and page."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import holoviews as hv
import panel as pn

from dashboard import options
from dashboard.cluster import DaskExecutor
from dashboard.model.case import Cases
from dashboard.model.folder import Folder
from dashboard.session import Session
from dashboard.views.guard import guarded
from dashboard.views.page import Page


def start_executor(scheduler: str | None) -> DaskExecutor:
    """Return the process's one Dask client, which starts in the background."""
    return DaskExecutor.connect(scheduler) if scheduler else DaskExecutor.local()


def open_page() -> None:
    """Show a new session with the volume that was asked for."""
    asked = options.parse(sys.argv[1:])
    cached = pn.state.as_cached
    document = pn.state.curdoc
    session = Session(
        executor=cached("supervox-executor", start_executor, scheduler=asked.scheduler),
        files=cached("supervox-files", ThreadPoolExecutor, max_workers=2),
        schedule=document.add_next_tick_callback,
        cases=cached("supervox-cases", Cases),
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
