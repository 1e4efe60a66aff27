"""The login by itself, without a page behind it."""

from __future__ import annotations

import asyncio
import logging
import time
from urllib.parse import urlencode

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from dashboard.server.login import PAUSE_S, Login
from dashboard.server.login_delay import LIMITS

ODD = "eve\nINFO A page is opened"


@pytest.fixture
def served():
    """Runs a coroutine that is given a function which signs in at a login."""

    def run(talk):
        async def main():
            provider = Login({"anna": "correct horse"})
            routes = [("/login", provider.login_handler), ("/logout", provider.logout_handler)]
            application = Application(routes, cookie_secret="made up")  # noqa: S106 - a test's own
            application.prefix = ""
            sockets = bind_sockets(0, "127.0.0.1")
            server = HTTPServer(application)
            server.add_sockets(sockets)
            client = AsyncHTTPClient(force_instance=True, max_clients=200)

            async def sign_in(name, password):
                body = urlencode({"username": name, "password": password})
                address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/login"
                how = {"method": "POST", "body": body, "follow_redirects": False}
                return await client.fetch(
                    address, **how, raise_error=False, request_timeout=120, connect_timeout=120
                )

            try:
                return await talk(sign_in)
            finally:
                client.close()
                server.stop()
                await server.close_all_connections()

        return asyncio.run(main())

    return run


@pytest.mark.slow
def test_many_wrong_passwords_at_once_are_few_guesses_and_stand_in_the_log(served, caplog):
    async def talk(sign_in):
        return await asyncio.gather(*(sign_in(ODD, f"guess {n}") for n in range(120)))

    began = time.monotonic()
    with caplog.at_level(logging.WARNING, "supervox"):
        answers = served(talk)

    tried = [answer for answer in answers if answer.code == 302]
    assert {answer.code for answer in answers} == {302, 429}
    assert len(tried) <= LIMITS["both"].most_waiting + 3  # some end while others begin
    assert time.monotonic() - began > 5 * PAUSE_S
    lines = [record.getMessage() for record in caplog.records if record.name == "supervox"]
    wrong = [line for line in lines if "wrong password" in line]
    assert len(wrong) == len(tried)
    assert all(r"'eve\nINFO A page is opened' from 127.0.0.1" in line for line in wrong)
    assert any("too many tries" in line for line in lines)
    assert "guess" not in caplog.text


@pytest.mark.slow
def test_another_account_is_signed_in_to_meanwhile(served):
    async def talk(sign_in):
        attack = [asyncio.ensure_future(sign_in("eve", "guess")) for _ in range(20)]
        answer = await sign_in("anna", "correct horse")
        assert not all(each.done() for each in attack)
        await asyncio.gather(*attack)
        return answer

    answer = served(talk)

    assert answer.code == 302
    assert any(cookie.startswith("user=") for cookie in answer.headers.get_list("Set-Cookie"))
