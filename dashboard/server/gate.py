"""Who is turned away before any page or socket is made."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from bokeh.server.tornado import BokehTornado
from bokeh.util.token import check_token_signature, get_session_id, get_token_payload
from tornado.httputil import HTTPServerRequest
from tornado.routing import Matcher, Rule
from tornado.web import RequestHandler

from dashboard.server import socket_owner
from dashboard.server.access import Plan
from dashboard.server.head_requests import answer_head
from dashboard.server.user import CLAIM, signed_in

MOST_HALF_OPEN = 8  # pages that are made and have not connected: each has a volume in memory
METHODS = {"GET", "HEAD"}
POSTED = {"/login", "/logout"}
OWN_SITES = {"same-origin", "none"}


class Refusal(NamedTuple):
    """Why a request is turned away."""

    status: int
    sentence: str


class TurnedAway(RequestHandler):
    """Says why."""

    def initialize(self, status: int, sentence: str) -> None:
        """Take what is to be said."""
        self._answer = Refusal(status, sentence)

    def prepare(self) -> None:
        """Answer, whatever was asked."""
        self.set_status(self._answer.status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        if self._answer.status == 503:
            self.set_header("Refresh", "3")  # the browser tries again by itself
        self.finish(f"{self._answer.sentence}\n")

    def check_xsrf_cookie(self) -> None:
        """Nothing is done here, so nothing need be checked."""


class Gate(Matcher):
    """Matches what is to be turned away.

    Parameters
    ----------
    plan : Plan
        Whom the server lets in.
    application : BokehTornado
        The server's.
    """

    def __init__(self, plan: Plan, application: BokehTornado) -> None:
        self._plan, self._application = plan, application
        self._hosts = {with_port(origin) for origin in plan.origins}
        # With a login or a socket of one's own, it is not the account that counts.
        self._by_account = not (plan.has_login or plan.unix_socket)
        self._can_tell = self._by_account and socket_owner.can_tell()
        self._known: WeakKeyDictionary = WeakKeyDictionary()
        self._connected: set[str] = set()

    def match(self, request: HTTPServerRequest) -> dict | None:
        """Return how to turn a request away, or None to let it in."""
        checks = self._account, self._host, self._kind, self._post, self._socket, self._crowd
        for check in checks:
            if answer := check(request):
                return {"target_kwargs": answer._asdict()}
        return None

    def _account(self, request: HTTPServerRequest) -> Refusal | None:
        if not self._can_tell or self._is_own(request.connection):
            return None
        return Refusal(
            403,
            "This supervox belongs to another account of this machine. Start your own with: "
            "supervox serve --port 0",
        )

    def _is_own(self, connection) -> bool:
        if connection.context not in self._known:
            with_us = connection.stream.socket
            own = socket_owner.is_own(with_us.getpeername(), with_us.getsockname())
            self._known[connection.context] = own
        return self._known[connection.context]

    def _host(self, request: HTTPServerRequest) -> Refusal | None:
        if not self._by_account or self._plan.dev or with_port(request.host) in self._hosts:
            return None
        return Refusal(
            403,
            "This address is not known here: open the one that supervox printed, or add "
            "--allow-websocket-origin with this one.",
        )

    def _kind(self, request: HTTPServerRequest) -> Refusal | None:
        if request.method not in METHODS and not self._may_post(request):
            return Refusal(405, "Only pages are served here: expected GET.")
        if request.path.endswith(("/autoload.js", "/metadata")):
            return Refusal(404, "This page cannot be put into another one.")
        given = request.arguments.keys() | {name.lower() for name in request.headers}
        if given & {"bokeh-session-id", "bokeh-token"}:
            return Refusal(403, "A session cannot be asked for by its id: open the page anew.")
        return None

    def _may_post(self, request: HTTPServerRequest) -> bool:
        if self._plan.admin:
            return True
        posted = {f"{self._plan.prefix}{path}" for path in POSTED}
        return request.method == "POST" and request.path in posted

    def _post(self, request: HTTPServerRequest) -> Refusal | None:
        """Turn away what another site lets a browser send: it would sign its user in or out."""
        if request.method in METHODS or self._is_of_own_site(request):
            return None
        return Refusal(403, "This was sent by the page of another site: sign in or out here.")

    def _is_of_own_site(self, request: HTTPServerRequest) -> bool:
        if request.headers.get("Sec-Fetch-Site", "none") not in OWN_SITES:
            return False
        told = request.headers.get("Origin")
        if told is None:  # no browser, which says it of whatever it posts
            return True
        if told == "null":  # of a page that does not tell where it is
            return request.headers.get("Sec-Fetch-Site") == "same-origin"
        return origin(request) in self._hosts | shown_at(request)

    def _socket(self, request: HTTPServerRequest) -> Refusal | None:
        if not request.path.endswith("/ws"):
            return None
        if "Origin" not in request.headers:
            return Refusal(403, "Expected a browser, which says from which page it connects.")
        if self._plan.origin_from_proxy and origin(request) not in self._hosts | shown_at(request):
            return Refusal(403, "Expected a page of this server; this one is of another host.")
        claims = self._claims(request)
        if claims is None or claims.get(CLAIM, "") != (self._plan.user or signed_in(request)):
            return Refusal(403, "This page's token is not valid here: load the page anew.")
        self._connected.add(get_session_id(token_of(request)))
        return None

    def _claims(self, request: HTTPServerRequest) -> dict | None:
        """Return what the token says that a socket comes with; None if it is not ours."""
        key, token = self._application.secret_key, token_of(request)
        try:
            if check_token_signature(token, secret_key=key, signed=True):
                return get_token_payload(token)
        except (ValueError, LookupError, TypeError, AttributeError, zlib.error):
            pass  # no token at all
        return None

    def _crowd(self, request: HTTPServerRequest) -> Refusal | None:
        contexts = self._application.applications
        is_page = any(request.path.rstrip("/") == f"{self._plan.prefix}{path}" for path in contexts)
        if not is_page or self._half_open(contexts.values()) < MOST_HALF_OPEN:
            return None
        return Refusal(
            503, "Many pages are being opened just now: this one follows in some seconds."
        )

    def _half_open(self, contexts: Iterable) -> int:
        """Return how many pages have been made to which no browser has ever connected."""
        there = {session.id for context in contexts for session in context.sessions}
        self._connected &= there
        return len(there - self._connected)


def token_of(request: HTTPServerRequest) -> str:
    """Return the token with which a page's socket comes; "" if it has none."""
    return request.headers.get("Sec-WebSocket-Protocol", "").partition(",")[2].strip()


def origin(request: HTTPServerRequest) -> str:
    """Return of which host the page is that asks."""
    return with_port(urlsplit(request.headers["Origin"]).netloc)


def shown_at(request: HTTPServerRequest) -> set[str]:
    """Return the hosts under which a browser may see us, as the proxies between say it.

    No page can set these headers of a socket; behind `Plan.unix_socket` nobody else can, either.
    """
    forwarded = request.headers.get("X-Forwarded-Host", "").split(",")
    return {with_port(host.strip()) for host in (request.host, *forwarded) if host.strip()}


def with_port(host: str) -> str:
    """Return a host as ``name:port``."""
    return host.lower() if ":" in host else f"{host.lower()}:80"


def close(application: BokehTornado, plan: Plan) -> None:
    """Put the gate before all that `application` serves."""
    answer_head(application)
    application.default_router.rules.insert(0, Rule(Gate(plan, application), TurnedAway))
