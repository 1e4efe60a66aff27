"""What ``panel serve`` runs once for each page: builds executors, session and page."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from functools import partial

import holoviews as hv
import panel as pn
from bokeh.document import Document

from dashboard.cli import serve_options
from dashboard.page import panel_internals
from dashboard.page.errors import guarded
from dashboard.page.page import Page
from dashboard.page.page_thread import PageThread
from dashboard.page.refusal import refusal
from dashboard.server import panel_serve_check, server_internals, single_process, user
from dashboard.session.session import Session
from dashboard.shared import shared
from dashboard.volumes.data_folder import Folder


def open_page() -> None:
    """Show a new session with the volume that was asked for."""
    asked = serve_options.parse(sys.argv[1:])
    folder = Folder(asked.folder, asked.folder_url)
    turn = PageThread(partial(run_later, pn.state.curdoc))
    session = Session(
        **shared(asked.where, asked.data_root, asked.storage)._asdict(),
        schedule=turn,
        user=user.current(),
        is_watched=partial(has_page, pn.state.curdoc),
        folder=folder,
    )
    page = Page(session, folder, turn.begin)
    page.start()
    pn.state.on_session_destroyed(lambda _: turn.end())
    page.bench.servable(title="supervox")
    guarded(session, session.open)(asked.file, asked.file.name)


def refuse(wrong: str) -> None:
    """Show why the page does not open, and say it to whoever has started the server."""
    sys.stderr.write(f"supervox: {wrong}\n")
    refusal(wrong).servable(title="supervox")


def run_later(document: Document, function: Callable[[], None]) -> None:
    """Run a function in a document's turn; never, if the document has gone."""
    # Bokeh takes a document apart before it says so, and who tells of a journal must not end by it.
    with contextlib.suppress(AttributeError):
        document.add_next_tick_callback(function)


def has_page(document: Document) -> bool:
    """Tell whether a browser is connected to a document; one that was just loaded again is not."""
    context = document.session_context
    return bool(context and context.session and context.session.connection_count)


pn.extension("filedropper", theme="dark")
hv.extension("bokeh")
# WebGL halves the frames under software rendering and gains nothing for images.
hv.renderer("bokeh").webgl = False
if not single_process.is_warming_up():
    checks = single_process, panel_serve_check, server_internals, panel_internals
    if wrong := next(filter(None, (check.trouble() for check in checks)), ""):
        refuse(wrong)
    else:
        open_page()
