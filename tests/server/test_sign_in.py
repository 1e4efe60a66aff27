"""Signing in and out, when somebody else wants it otherwise."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.server.conftest import serve
from tests.server.intruder import ask, token_of


@pytest.fixture(scope="module")
def guarded(house, accounts):
    """A server with a login, as people find it."""
    serving = serve(house, "sign-in", "--basic-auth", str(accounts))
    yield serving.wait()
    serving.stop()


def sign_in(server, name="anna", password="correct horse", **headers):  # noqa: S107 - a test's own
    body = urlencode({"username": name, "password": password}).encode()
    return ask(server.port, "/login", "POST", body, **headers)


def cookie_of(answer):
    return answer.headers.get("set-cookie", "").partition("user=")[2].partition(";")[0]


@pytest.fixture(scope="module")
def anna(guarded):
    """Anna's cookie."""
    return f"user={cookie_of(sign_in(guarded))}"


FOREIGN = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": ""},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Sec_Fetch_Site": "same-origin", "Origin": "http://evil.example"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", ["/login", "/logout"])
def test_the_page_of_another_site_signs_nobody_in_or_out(guarded, anna, headers, path):
    body = urlencode({"username": "anna", "password": "correct horse"}).encode()

    answer = ask(guarded.port, path, "POST", body, Cookie=anna, **headers)

    assert answer.status == 403
    assert "set-cookie" not in answer.headers


def test_ones_own_page_signs_in(guarded):
    own = f"http://127.0.0.1:{guarded.port}"

    for headers in ({"Origin": own}, {"Origin": own, "Sec_Fetch_Site": "same-origin"},
                    {"Origin": "null", "Sec_Fetch_Site": "same-origin"}, {}):  # fmt: skip
        assert cookie_of(sign_in(guarded, **headers)), headers


def test_a_link_to_the_way_out_only_asks(guarded, anna):
    asked = ask(guarded.port, "/logout", Cookie=anna)

    assert asked.status == 200
    assert '<form method="post">' in asked.text
    assert "set-cookie" not in asked.headers


def test_the_button_there_signs_out(guarded, anna):
    answer = ask(guarded.port, "/logout", "POST", b"x=1", Cookie=anna)

    assert answer.status == 200
    assert "You have signed out" in answer.text
    assert 'user="";' in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/", "/app", "/healthz", "/login", "/logout"])
def test_head_is_answered_as_get_and_makes_no_page(guarded, anna, path):
    before = ask(guarded.port, "/healthz", Cookie=anna).text

    head = ask(guarded.port, path, "HEAD", Cookie=anna)

    get = ask(guarded.port, path, Cookie=anna) if path != "/app" else None
    assert head.text == ""
    assert head.status == (get.status if get else 200)
    assert '"sessions": 0' in before
    assert '"sessions": 0' in ask(guarded.port, "/healthz", Cookie=anna).text or path != "/app"


def test_head_without_a_login_leads_to_it_as_get_does(guarded):
    answer = ask(guarded.port, "/app", "HEAD")

    assert (answer.status, answer.headers["location"].partition("?")[0]) == (302, "./login")


def test_a_page_is_there_after_all_that(guarded, anna):
    assert token_of(ask(guarded.port, "/app", Cookie=anna).text)
