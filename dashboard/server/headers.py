"""What every answer of the server tells the browser to forbid."""

from __future__ import annotations

import re
import secrets

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

HOST = re.compile(r"[a-z0-9.-]+(:\d{1,5})?")
SCRIPT = re.compile(rb"<script(?=[\s>])")
PAGE = "text/html"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOTHING = "default-src 'none'; frame-ancestors 'none'"


def policy(nonce: str, host: str) -> str:
    """Return the Content-Security-Policy of a page.

    Panel loads each component's module from a ``blob:`` (script and connect) and styles shadow
    roots by inline styles. The page itself runs without 'unsafe-eval', but Bokeh's CustomJS and
    what drives browsers in tests evaluate text; it lets nothing in that does not run already.
    """
    sockets = f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
    return "; ".join((
        "default-src 'none'",
        f"script-src 'self' blob: 'unsafe-eval' 'nonce-{nonce}'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        f"connect-src 'self' blob:{sockets}",
        "frame-ancestors 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
    ))  # fmt: skip


class Headers(OutputTransform):
    """Adds the headers to each answer, and to each script of a page its nonce.

    Pages are written at once by Bokeh and Panel, so the first piece is the whole page.
    """

    def __init__(self, request: HTTPServerRequest) -> None:
        self._host = request.host.lower()

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Return the answer with more headers."""
        for name, value in ALWAYS.items():
            headers[name] = value
        headers.pop("Server", None)
        if headers.get("Content-Type", "").startswith(PAGE):
            nonce = secrets.token_urlsafe(16)
            chunk = SCRIPT.sub(f'<script nonce="{nonce}"'.encode(), chunk)
            headers["Content-Security-Policy"] = policy(nonce, self._host)
            headers["Cache-Control"] = "no-store"
            if finishing and "Content-Length" in headers:
                headers["Content-Length"] = str(len(chunk))
        else:
            headers["Content-Security-Policy"] = NOTHING
        return status_code, headers, chunk
