"""Panel's server as `supervox serve` runs it: signed, closed to others, and looked after."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Callable
from pathlib import Path

from bokeh.settings import settings
from panel.command.serve import Serve
from panel.config import config

from dashboard.server import gate, login
from dashboard.server.access import Plan
from dashboard.server.compression import compressed
from dashboard.server.headers import Headers
from dashboard.server.health import HealthHandler, ServerWatch
from dashboard.server.secret import Secrets
from dashboard.server.server_internals import application_of, take_all_origins
from dashboard.server.user import Identity, signed_in

TOKEN_S = 300  # how long a page may take to connect
LARGEST_MESSAGE = 8 << 20  # uploads come in pieces of 4 MB
HTTP = {"max_body_size": 100_000, "body_timeout": 10}  # of a login; nothing else has a body
CLOSED_UMASK = 0o177


class Command(Serve):
    """Panel's command, told by a plan instead of a command line.

    Parameters
    ----------
    plan : Plan
        Where to listen, and whom to let in.
    secrets : Secrets
        Of this server; on no command line and in no environment.
    compute_state : callable
        Tells how the executor is that all pages share.
    """

    def __init__(self, plan: Plan, secrets: Secrets, compute_state: Callable[[], str]) -> None:
        super().__init__(argparse.ArgumentParser())
        self._plan, self._secrets = plan, secrets
        self._umask: int | None = None
        self._watch = ServerWatch(self._count, compute_state)
        self._contexts: tuple = ()

    def run(self, app: Path, arguments: list[str]) -> None:
        """Serve until interrupted.

        Raises
        ------
        ValueError
            If Panel cannot do what the plan says, such as sign in by OAuth without a key.
        """
        told = [str(app), *panels_options(self._plan), "--args", *arguments]
        # It listens before Bokeh hears SIGTERM; until then one would leave the socket behind.
        signal.signal(signal.SIGTERM, _end)
        try:
            self.invoke(self.parser.parse_args(told))
        finally:
            if self._plan.unix_socket:
                self._plan.unix_socket.unlink(missing_ok=True)

    def customize_applications(self, args: argparse.Namespace, applications: dict) -> dict:
        """Let pages know who looks at them."""
        applications = super().customize_applications(args, applications)
        for application in applications.values():
            application.add(Identity(self._plan.user))
        return applications

    def customize_kwargs(self, args: argparse.Namespace, server_kwargs: dict) -> dict:
        """Sign, keep cookies and headers out of the page, ask who it is, add what we serve."""
        plan, secrets = self._plan, self._secrets
        config.cookie_secret = secrets.cookie_key
        config.oauth_key = secrets.oauth_key or config.oauth_key
        config.oauth_secret = secrets.oauth_secret or config.oauth_secret
        config.oauth_encryption_key = secrets.encryption_key
        kwargs = super().customize_kwargs(args, server_kwargs)
        if plan.accounts:
            kwargs["auth_provider"] = login.Login(plan.accounts)
        elif plan.oauth:
            kwargs["auth_provider"] = login.by_oauth()
        health = {"watch": self._watch, "may_see": self._may_see_health}
        kwargs["extra_patterns"].append((r"/healthz", HealthHandler, health))
        if plan.unix_socket:
            # From the moment it exists until its mode is set, nobody else may enter it.
            self._umask = os.umask(CLOSED_UMASK)
        return kwargs | {
            "sign_sessions": True,
            "secret_key": secrets.session_key,
            "include_headers": [],
            "include_cookies": [],
            "transforms": [Headers, compressed],
            "http_server_kwargs": {**HTTP},
            "safe": True,
        }

    def customize_server(self, server):
        """Close the gate, and begin to watch."""
        if self._umask is not None:
            os.umask(self._umask)
        application = application_of(server)
        self._contexts = tuple(application.applications.values())
        gate.close(application, self._plan)
        if self._plan.origin_from_proxy:
            # The gate has compared them; Bokeh knows only hosts that are named at the start.
            take_all_origins(application)
        self._watch.begin()
        return super().customize_server(server)

    def _count(self) -> int:
        return sum(len(list(context.sessions)) for context in self._contexts)

    def _may_see_health(self, request) -> bool:
        return not self._plan.has_login or bool(signed_in(request))


def _end(number: int, _frame) -> None:
    raise SystemExit(128 + number)


def serve(
    plan: Plan,
    secrets: Secrets,
    app: Path,
    arguments: list[str],
    compute_state: Callable[[], str],
) -> None:
    """Serve `app`, which is given `arguments`, until interrupted."""
    if secrets.certificate_password:
        settings.ssl_password.set_value(secrets.certificate_password)
    Command(plan, secrets, compute_state).run(app, arguments)


def panels_options(plan: Plan) -> list[str]:
    """Return a plan in the words of ``panel serve``; these hold no secret."""
    valued = {
        "address": plan.host,
        "port": str(plan.port or ""),
        "unix-socket": str(plan.unix_socket or ""),
        "prefix": plan.prefix,
        "ssl-certfile": str(plan.certificate or ""),
        "ssl-keyfile": str(plan.key or ""),
        "log-level": "warning",
        "session-token-expiration": str(TOKEN_S),
        "websocket-max-message-size": str(LARGEST_MESSAGE),
        **{f"oauth-{name}": value for name, value in plan.oauth.items()},
    }
    switches = {"use-xheaders": plan.behind_proxy, "dev": plan.dev, "admin": plan.admin}
    told = [f"--{name}={value}" for name, value in valued.items() if value]
    told += [f"--allow-websocket-origin={origin}" for origin in plan.origins]
    return told + [f"--{name}" for name, on in switches.items() if on]
