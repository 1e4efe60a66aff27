from __future__ import annotations

import socket
from types import SimpleNamespace

import panel as pn
import pytest

from dashboard.server import panel_serve_check


@pytest.fixture
def application(monkeypatch):
    """A server as `panel serve --address 127.0.0.1` makes it; its attributes can be changed."""
    made = SimpleNamespace(
        settings={},
        sign_sessions=False,
        websocket_origins={"127.0.0.1:5006"},
        auth_provider=SimpleNamespace(get_user=None, get_user_async=None),
    )
    monkeypatch.setattr(panel_serve_check, "applications", lambda: iter([made]))
    monkeypatch.setattr(
        panel_serve_check.sys, "orig_argv", ["python", "-m", "panel", "serve", "app.py"]
    )
    return made


def test_one_account_on_the_loopback_is_safe(application):
    assert panel_serve_check.read_served() == (False, "")


def test_a_server_with_a_gate_of_its_own_is_not_looked_at(application):
    application.settings["safe"] = True
    application.websocket_origins.add("*")

    assert panel_serve_check.read_served() == (True, "")


def test_listening_to_the_network_without_a_login_is_not_safe(application):
    with socket.create_server(("0.0.0.0", 0)):  # noqa: S104 - that is the fault
        assert (
            "listens on 0.0.0.0, where everybody may come in"
            in panel_serve_check.read_served().wrong
        )


def test_listening_to_the_network_with_a_login_is_safe(application):
    application.auth_provider.get_user = lambda handler: None
    application.sign_sessions = True

    with socket.create_server(("0.0.0.0", 0)):  # noqa: S104 - as above
        assert panel_serve_check.read_served() == (True, "")


def test_a_login_without_signed_sessions_is_not_safe(application):
    application.auth_provider.get_user_async = lambda handler: None

    assert "not signed" in panel_serve_check.read_served().wrong


def test_a_wildcard_is_not_safe(application):
    application.websocket_origins.add("*:5006")

    assert "the pages of strangers" in panel_serve_check.read_served().wrong


def test_a_wildcard_in_the_environment_is_not_safe(application, monkeypatch):
    monkeypatch.setenv("BOKEH_ALLOW_WS_ORIGIN", "127.0.0.1:5006,*")

    assert "the pages of strangers" in panel_serve_check.read_served().wrong


@pytest.mark.parametrize("argument", ["--autoreload", "--dev"])
def test_loading_code_anew_is_for_developers(application, monkeypatch, argument):
    monkeypatch.setattr(panel_serve_check, "config", SimpleNamespace(autoreload=True))
    panel_serve_check.sys.orig_argv.append(argument)

    assert ("developers only" in panel_serve_check.read_served().wrong) == (
        argument == "--autoreload"
    )


def test_the_admin_page_is_for_developers(application, monkeypatch):
    monkeypatch.setattr(pn.state, "_admin_context", object())

    assert "--admin is for developers only" in panel_serve_check.read_served().wrong
