"""How the page's script comes to the browser: kept there for good, and packed on its way."""

from __future__ import annotations

import gzip
import http.client

import pytest

from dashboard.page.panel_internals import digest
from dashboard.page.script import BUILT
from dashboard.page.workbench import Workbench
from tests.server.intruder import ask

ADDRESS = Workbench._render_esm(server=True).removeprefix(".")
PLAIN = ADDRESS.partition("?")[0]
KEPT = "max-age=315360000"


@pytest.fixture
def fetch(server):
    """Asks for an address as a browser does; returns the answer's headers and its bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)

    def fetch(path, **headers):
        connection.request("GET", path, headers={"Accept-Encoding": "gzip, deflate, br"} | headers)
        answer = connection.getresponse()
        return answer, answer.read()

    yield fetch
    connection.close()


def test_the_address_tells_what_is_in_it_and_a_browser_keeps_it(server):
    answer = ask(server.port, ADDRESS)

    assert ADDRESS.endswith(f"/built/page.js?v={digest(BUILT)}")
    assert answer.status == 200
    assert answer.text == BUILT.read_text(encoding="utf-8")
    assert answer.headers["cache-control"] == KEPT
    assert answer.headers["content-type"].startswith("application/javascript")


def test_without_what_tells_it_apart_it_is_asked_for_each_time(server):
    assert "cache-control" not in ask(server.port, PLAIN).headers


def test_who_has_it_is_not_sent_it_again(fetch):
    first, _ = fetch(PLAIN)

    again, content = fetch(PLAIN, **{"If-None-Match": first.headers["Etag"]})

    assert (again.status, content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["core/main.ts", "build.mjs", "package.json", "built/licences.txt", "__init__.py"]
)
def test_nothing_else_of_that_folder_is_served(server, path):
    address = PLAIN.replace("built/page.js", path)

    assert ask(server.port, address).status in (403, 404)


@pytest.mark.parametrize("path", [ADDRESS, "/static/js/bokeh.min.js"])
def test_scripts_go_packed_to_who_can_unpack_them(fetch, path):
    packed, content = fetch(path)
    plain, whole = fetch(path, **{"Accept-Encoding": "identity"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(content) == whole
    assert len(content) < len(whole) / 2


@pytest.mark.parametrize("path", ["/app", "/healthz"])
def test_what_holds_a_secret_does_not(fetch, path):
    assert "Content-Encoding" not in fetch(path)[0].headers
