"""The secrets of a server: made when it starts, or taken out of its environment."""

from __future__ import annotations

import os
import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass, field

from cryptography.fernet import Fernet


@dataclass(frozen=True)
class Secrets:
    """What nobody else may know; its fields are never printed.

    Attributes
    ----------
    session_key : bytes
        Signs the sessions.
    cookie_key : str
        Signs the cookie that says who signed in.
    encryption_key : bytes
        Encrypts what an OAuth provider tells of a user.
    password : str or None
        Lets anybody in who knows it, under any name.
    oauth_key, oauth_secret : str or None
        By which an OAuth provider knows this server.
    certificate_password : str or None
        Of the key of TLS.
    """

    session_key: bytes = field(repr=False)
    cookie_key: str = field(repr=False)
    encryption_key: bytes = field(repr=False)
    password: str | None = field(repr=False)
    oauth_key: str | None = field(repr=False)
    oauth_secret: str | None = field(repr=False)
    certificate_password: str | None = field(repr=False)


def take(environment: MutableMapping[str, str] = os.environ) -> Secrets:
    """Take the secrets out of `environment`, so that no process started later inherits them."""
    take = environment.pop
    session_key = take("BOKEH_SECRET_KEY", None)
    cookie_key = take("BOKEH_COOKIE_SECRET", None)
    cookie_key = take("PANEL_COOKIE_SECRET", None) or cookie_key
    encryption_key = take("PANEL_OAUTH_ENCRYPTION", None)
    return Secrets(
        session_key.encode() if session_key else secrets.token_bytes(32),
        cookie_key or secrets.token_hex(32),
        encryption_key.encode() if encryption_key else Fernet.generate_key(),
        take("PANEL_BASIC_AUTH", None) or None,
        take("PANEL_OAUTH_KEY", None),
        take("PANEL_OAUTH_SECRET", None),
        take("BOKEH_SSL_PASSWORD", None),
    )
