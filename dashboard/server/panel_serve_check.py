"""Whether plain ``panel serve`` would let in whom it must not: then the app opens nothing."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from typing import NamedTuple

import panel as pn
import psutil
from bokeh.server.tornado import BokehTornado
from bokeh.settings import settings
from panel.config import config

from dashboard.server import socket_owner
from dashboard.server.access import is_loopback
from dashboard.server.server_internals import has_admin

INSTEAD = "Start it with `supervox serve`, or give Panel --address 127.0.0.1."


class Served(NamedTuple):
    """What is known of the server once for all pages.

    Attributes
    ----------
    guarded : bool
        Whether it is ``supervox serve``, which has its own gate, or asks for a login.
    wrong : str
        Why it must show no page; "" if it may.
    """

    guarded: bool
    wrong: str


def trouble() -> str:
    """Return why the page that is being made must not open, and the way out; "" if it may."""
    served = pn.state.as_cached("supervox served", read_served)
    return served.wrong or ("" if served.guarded else of_visitor())


def read_served() -> Served:
    """Look at the server; takes a moment, since Panel names it nowhere."""
    if any(application.settings.get("safe") for application in applications()):
        return Served(guarded=True, wrong="")
    return Served(any(map(is_asking, applications())), of_server())


def of_server() -> str:
    """Return what is wrong with the server as it was started."""
    served = list(applications())
    has_login = any(is_asking(application) for application in served)
    if not has_login and (open_to := next(network_addresses(), None)):
        return f"This server listens on {open_to}, where everybody may come in. {INSTEAD}"
    if has_login and not all(application.sign_sessions for application in served):
        return (
            "The sessions of this server are not signed, so whoever has signed in can take those "
            "of others. Start it with `supervox serve`, or Panel with --session-ids signed."
        )
    if any("*" in origin for application in served for origin in origins(application)):
        return (
            "This server lets the pages of strangers in (--allow-websocket-origin with a *). "
            "Start it with `supervox serve --allow-websocket-origin HOST`."
        )
    if config.autoreload and "--dev" not in sys.orig_argv:
        return "--autoreload is for developers only: leave it away, or say --dev."
    if has_admin() and "--dev" not in sys.orig_argv:
        return "--admin is for developers only: leave it away, or add --dev."
    return ""


def of_visitor() -> str:
    """Return why the one who asks may not see the page; unknown where a proxy stands between."""
    request = pn.state.curdoc.session_context.request
    stream = getattr(getattr(request, "connection", None), "stream", None)
    if stream is None:
        return ""
    here, there = stream.socket.getsockname(), stream.socket.getpeername()
    if not isinstance(here, tuple) or not pn.state.as_cached("can tell", socket_owner.can_tell):
        return ""
    if is_loopback(there[0]) and socket_owner.is_own(there, here):
        return ""
    return "This supervox belongs to another account. Start your own with `supervox serve`."


def applications() -> Iterator[BokehTornado]:
    """Yield the servers of this process; Panel names them nowhere."""
    return (each for each in gc.get_objects() if issubclass(type(each), BokehTornado))


def is_asking(application: BokehTornado) -> bool:
    """Tell whether one must sign in."""
    provider = application.auth_provider
    return provider.get_user is not None or provider.get_user_async is not None


def origins(application: BokehTornado) -> set[str]:
    """Return the hosts whose pages may talk to a server."""
    return {*application.websocket_origins, *(settings.allowed_ws_origin() or [])}


def network_addresses() -> Iterator[str]:
    """Yield the addresses beyond the loopback on which this process listens."""
    for each in psutil.Process().net_connections(kind="inet"):
        if each.status == psutil.CONN_LISTEN and not is_loopback(each.laddr.ip):
            yield each.laddr.ip
