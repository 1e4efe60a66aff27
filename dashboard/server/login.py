"""Signing in with a name and a password, as Panel does it, with nothing from another host."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from pathlib import Path

from panel.auth import BasicAuthProvider, BasicLoginHandler, OAuthProvider

HERE = Path(__file__).parent
TEMPLATES = {
    "login_template": str(HERE / "login.html"),
    "logout_template": str(HERE / "logout.html"),
}
PAUSE_S = 1.0  # after a wrong password, so that nobody tries many


class Login(BasicAuthProvider):
    """Lets in who knows a password.

    Parameters
    ----------
    accounts : mapping
        Passwords by name; that of "" is good for any name.
    """

    def __init__(self, accounts: Mapping[str, str]) -> None:
        self._accounts = accounts
        super().__init__(**TEMPLATES)

    @property
    def login_handler(self) -> type[BasicLoginHandler]:
        """What answers at /login."""
        accounts = self._accounts

        class Handler(LoginHandler):
            _login_template = self._login_template

            def _validate(self, username: str, password: str) -> bool:
                return bool(username) and fits(accounts, username, password)

        return Handler


class LoginHandler(BasicLoginHandler):
    """Panel's, but slow to answer what is wrong, and with cookies that stay with this site."""

    async def post(self) -> None:
        """Sign in, or ask again."""
        name, password = self.get_argument("username", ""), self.get_argument("password", "")
        if not self._validate(name, password):
            await asyncio.sleep(PAUSE_S)
        super().post()

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


def by_oauth() -> OAuthProvider:
    """Return Panel's way to sign in by the provider of its configuration."""
    return OAuthProvider(**TEMPLATES)
