"""Every private name of Panel's and Bokeh's server that is used, and what it is for."""

from __future__ import annotations

from importlib.metadata import version

import panel as pn
from bokeh.server.server import Server
from bokeh.server.tornado import BokehTornado


def application_of(server: Server) -> BokehTornado:
    """Return what answers a server's requests: Bokeh hands it out in no other way.

    Raises
    ------
    SystemExit
        With a sentence, if Bokeh has it no more, or hides it elsewhere: then no gate can be closed.
    """
    found = getattr(server, "_tornado", None)
    if not hasattr(found, "_websocket_origins"):
        raise SystemExit(
            f"bokeh {version('bokeh')} has no Server._tornado as supervox knows it, before which "
            "it closes its gate: install the version of bokeh that supervox asks for."
        )
    return found


def take_all_origins(application: BokehTornado) -> None:
    """Have Bokeh compare no origins: it knows only those that are named at the start."""
    application._websocket_origins = {"*"}  # noqa: SLF001 - this is the module for it


def has_admin() -> bool:
    """Tell whether Panel was started with ``--admin``."""
    return getattr(pn.state, "_admin_context", None) is not None


def trouble() -> str:
    """Return a sentence if Panel does not tell any more whether it has an admin page; else ""."""
    if hasattr(pn.state, "_admin_context"):
        return ""
    return (
        f"panel {version('panel')} has no state._admin_context, by which --admin is noticed: "
        "install the version of panel that supervox asks for."
    )
