"""What is private of Panel's and Bokeh's server is there, or a sentence says that it is not."""

from __future__ import annotations

from types import SimpleNamespace

import panel as pn
import pytest
from bokeh.server.server import Server

from dashboard.server.server_internals import application_of, has_admin, take_all_origins, trouble


@pytest.fixture
def server():
    """A server of Bokeh's that listens on a port of its own."""
    server = Server({}, address="127.0.0.1", port=0)
    yield server
    server.stop()
    server.unlisten()


def test_the_installed_bokeh_and_panel_have_what_is_asked_of_them(server):
    application = application_of(server)

    assert "*" not in application.websocket_origins
    take_all_origins(application)

    assert application.websocket_origins == {"*"}
    assert trouble() == ""
    assert has_admin() is False


def test_a_bokeh_that_lacks_it_is_not_started():
    with pytest.raises(SystemExit, match="install the version of bokeh"):
        application_of(SimpleNamespace())


def test_a_panel_that_lacks_it_is_said(monkeypatch):
    monkeypatch.setattr(pn, "state", SimpleNamespace())

    assert "no state._admin_context, by which --admin is noticed" in trouble()
