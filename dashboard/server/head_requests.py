"""HEAD is answered as GET, without a body; of a page none is made for it."""

from __future__ import annotations

from collections.abc import Iterator

from bokeh.server.tornado import BokehTornado
from bokeh.server.views.doc_handler import DocHandler
from bokeh.server.views.session_handler import SessionHandler
from tornado.routing import Router, Rule
from tornado.web import RequestHandler, authenticated
from tornado.websocket import WebSocketHandler


def answer_head(application: BokehTornado) -> None:
    """Let all that answers GET answer HEAD."""
    for rule in _rules(application.default_router):
        handler = rule.target
        if isinstance(handler, type) and issubclass(handler, RequestHandler):
            rule.target = with_head(handler)


def with_head(handler: type[RequestHandler]) -> type[RequestHandler]:
    """Return a class that answers HEAD too; the class itself, if it does so or has no GET."""
    if handler.head is not RequestHandler.head or issubclass(handler, WebSocketHandler):
        return handler
    if issubclass(handler, DocHandler):
        return type(handler.__name__, (handler,), {"head": _page})
    if issubclass(handler, SessionHandler):
        return handler  # what makes a session in another way is turned away by the gate
    return type(handler.__name__, (handler,), {"head": handler.get})


@authenticated
def _page(self: RequestHandler, *_args, **_kwargs) -> None:
    self.set_header("Content-Type", "text/html; charset=UTF-8")
    self.set_header("Cache-Control", "no-store")


def _rules(router: Router) -> Iterator[Rule]:
    for rule in getattr(router, "rules", ()):
        yield rule
        if isinstance(rule.target, Router):
            yield from _rules(rule.target)
