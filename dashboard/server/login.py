"""Signing in with a name and a password, as Panel does it, with nothing from another host."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Mapping
from pathlib import Path

from panel.auth import BasicAuthProvider, BasicLoginHandler, LogoutHandler, OAuthProvider

from dashboard.server.login_delay import Patience

log = logging.getLogger("supervox")
HERE = Path(__file__).parent
TEMPLATES = {
    "login_template": str(HERE / "login.html"),
    "logout_template": str(HERE / "logout.html"),
}
PAUSE_S = 1.0  # after a wrong password
_SHOWN = 60  # characters of a name that the log shows


class Login(BasicAuthProvider):
    """Lets in who knows a password.

    Parameters
    ----------
    accounts : mapping
        Passwords by name; that of "" is good for any name.
    """

    def __init__(self, accounts: Mapping[str, str]) -> None:
        self._accounts, self._patience = accounts, Patience()
        super().__init__(**TEMPLATES)

    @property
    def login_handler(self) -> type[BasicLoginHandler]:
        """What answers at /login."""
        accounts, patience_ = self._accounts, self._patience

        class Handler(LoginHandler):
            _login_template = self._login_template
            patience = patience_

            def _validate(self, username: str, password: str) -> bool:
                return bool(username) and fits(accounts, username, password)

        return Handler

    @property
    def logout_handler(self) -> type[LogoutHandler]:
        """What answers at /logout."""
        return logout_by(super().logout_handler)


class LoginHandler(BasicLoginHandler):
    """Panel's, but the slower the more was wrong, and with cookies that stay with this site."""

    patience: Patience

    async def post(self) -> None:
        """Sign in, or ask again."""
        name, password = self.get_argument("username", ""), self.get_argument("password", "")
        address = self.request.remote_ip or ""
        wait_s = self.patience.begin(name, address)
        if wait_s is None:
            self._turn_away(address)
            return
        is_right = False
        try:
            await asyncio.sleep(wait_s)
            is_right = self._validate(name, password)
            if not is_right:
                self._note_wrong(name, address)
                await asyncio.sleep(PAUSE_S)
        finally:
            self.patience.end(name, address, is_right=is_right)
        super().post()

    def _turn_away(self, address: str) -> None:
        if self.patience.is_news(address):
            log.warning("Sign-in from %s: too many tries wait there.", address)
        self.set_status(429)
        self.set_header("Retry-After", "20")
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("Too many tries to sign in are waiting: try again in half a minute.\n")

    def _note_wrong(self, name: str, address: str) -> None:
        # What was typed as a name may be anything: it must not look like a line of the log.
        shown = ascii(name[:_SHOWN])
        count = self.patience.failed(name, address)
        log.warning("Sign-in as %s from %s: wrong password (try %d).", shown, address, count)

    def get_argument(self, name: str, *args, **kwargs) -> str:
        """Return what was typed; of a password, blanks at its ends too."""
        if name == "next":  # Panel forgets it after a wrong password
            args = (self.get_cookie("next_url"),)
        return super().get_argument(name, *args, **{"strip": name != "password"} | kwargs)

    def get_cookie(self, name: str, default: str | None = None) -> str | None:
        """Return a cookie; without one, what comes next is the first page of this server."""
        first = f"{self.application.prefix}/"
        return super().get_cookie(name, first if name == "next_url" else default)

    def set_cookie(self, *args, **kwargs) -> None:
        """Let no cookie travel with what other sites ask for, nor without TLS where there is."""
        home = {"samesite": "Lax", "secure": self.request.protocol == "https"}
        super().set_cookie(*args, **home | kwargs)


def fits(accounts: Mapping[str, str], name: str, password: str) -> bool:
    """Tell whether a password is that of `name`, in a time that tells nothing of it."""
    right = accounts.get(name, accounts.get("", ""))
    return bool(right) and hmac.compare_digest(right.encode(), password.encode())


def logout_by(panels: type[LogoutHandler]) -> type[LogoutHandler]:
    """Return what answers at /logout: it asks first, so that no link of others signs one out."""

    class LogoutAsking(panels):
        def get(self) -> None:
            told = {"LOGIN_ENDPOINT": self._login_endpoint, "asks": True}
            self.write(self._logout_template.render(**told))

        def post(self) -> None:
            super().get()

    return LogoutAsking


class ByOAuth(OAuthProvider):
    """Panel's way to sign in by the provider of its configuration."""

    @property
    def logout_handler(self) -> type[LogoutHandler]:
        """What answers at /logout."""
        return logout_by(super().logout_handler)


def by_oauth() -> OAuthProvider:
    """Return Panel's way to sign in by the provider of its configuration."""
    return ByOAuth(**TEMPLATES)
