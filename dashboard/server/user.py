"""Who is at a page: put into its signed token by the server, so that no cookie need be in it."""

from __future__ import annotations

import panel as pn
from bokeh.application.handlers import Handler
from bokeh.document import Document
from panel.config import config
from tornado.httputil import HTTPServerRequest
from tornado.web import decode_signed_value

CLAIM = "supervox_user"


def signed_in(request: HTTPServerRequest) -> str:
    """Return the name under which the sender of a request has signed in; "" for nobody."""
    cookie = request.cookies.get("user")
    if cookie is None or config.cookie_secret is None:
        return ""
    days = config.oauth_expiry
    name = decode_signed_value(config.cookie_secret, "user", cookie.value, max_age_days=days)
    return name.decode() if name else ""


class Identity(Handler):
    """Puts the user's name into the token of a page.

    Parameters
    ----------
    name : str, optional
        Whom the proxy before us lets in; "" if everybody signs in here, or nobody.
    """

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self._name = name

    def modify_document(self, doc: Document) -> None:
        """Leave the page as it is."""

    def process_request(self, request: HTTPServerRequest) -> dict[str, str]:
        """Return what the token is to say of who asks."""
        return {CLAIM: self._name or signed_in(request)}


def current() -> str:
    """Return the name of the user of the page that is being made; "" without a login."""
    context = pn.state.curdoc.session_context
    return context.token_payload.get(CLAIM) or pn.state.user or ""
