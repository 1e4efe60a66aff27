"""`supervox serve` with a login behind a prefix, and on a unix socket."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psutil
import pytest
from bokeh.util.token import check_token_signature, get_token_payload

from dashboard.page.workbench import Workbench
from dashboard.server.login import PAUSE_S
from tests.e2e.serving import ROOT
from tests.server.intruder import IS_ROOT, as_nobody, ask, connects, knock, open_page, token_of

SV = "/hub/sv"


def sign_in(server, name, password):
    """The answer to a name and a password, and the cookie that came with it."""
    body = urlencode({"username": name, "password": password}).encode()
    answer = ask(server.port, f"{SV}/login", "POST", body)
    cookie = answer.headers.get("set-cookie", "")
    return answer, f"user={cookie.partition('user=')[2].partition(';')[0]}"


@pytest.fixture(scope="module")
def anna(with_login):
    """Anna's cookie."""
    return sign_in(with_login, "anna", "correct horse")[1]


@pytest.fixture(scope="module")
def ben(with_login):
    """Ben's cookie."""
    return sign_in(with_login, "ben", "battery staple")[1]


@pytest.mark.slow
def test_the_log_tells_memory_and_pages_and_no_file(server):
    page = open_page(server.port)
    assert connects(server.port, token_of(page))

    log = server.log.read_text()
    assert " MB of memory, 1 page open, compute " in log
    assert "start.nii" not in log
    assert "Bokeh" not in log


def test_the_health_of_the_server_is_told_to_its_owner(server):
    answer = ask(server.port, "/healthz")

    told = json.loads(answer.text)
    assert answer.status == 200
    assert set(told) == {"status", "sessions", "memory_mb", "compute"}
    assert told["status"] == "ok"
    assert 50 < told["memory_mb"] < 10_000


# With a login


@pytest.mark.slow
def test_without_a_login_there_is_only_the_login(with_login):
    answers = {path: ask(with_login.port, SV + path) for path in ("/app", "/", "/app/ws")}

    assert {path: answer.status for path, answer in answers.items()} == {
        "/app": 302,
        "/": 302,
        "/app/ws": 403,
    }
    assert not any("token" in answer.text for answer in answers.values())


def test_the_login_asks_no_other_host(with_login):
    page = ask(with_login.port, f"{SV}/login")

    assert page.status == 200
    assert "http" not in page.text
    assert "script" not in page.text


def test_who_signs_in_gets_a_page_and_a_socket(with_login, anna):
    answer = ask(with_login.port, f"{SV}/app", Cookie=anna)

    token = token_of(answer.text)
    payload = get_token_payload(token)
    assert (payload["supervox_user"], payload["cookies"], payload["headers"]) == ("anna", {}, {})
    assert connects(with_login.port, token, path=f"{SV}/app/ws", Cookie=anna)


def test_the_pages_script_is_found_below_the_prefix_and_kept(with_login, anna):
    address = Workbench._render_esm(server=True).removeprefix(".")

    answer = ask(with_login.port, SV + address, Cookie=anna)

    assert (answer.status, answer.headers["cache-control"]) == (200, "max-age=315360000")
    assert ask(with_login.port, address, Cookie=anna).status == 404


def test_who_signs_in_comes_to_the_page_that_was_asked_for(with_login):
    first, _ = sign_in(with_login, "anna", "correct horse")
    asked = ask(with_login.port, f"{SV}/login?next=%2Fhub%2Fsv%2Fapp")
    again = ask(with_login.port, f"{SV}/login?error=x", Cookie="next_url=/hub/sv/app")

    assert first.headers["location"] == f"{SV}/"
    assert "/hub/sv/app" in asked.headers["set-cookie"]
    assert "/hub/sv/app" in again.headers["set-cookie"]


@pytest.mark.parametrize("where", ["http://evil.example", "//evil.example", "/\\evil.example"])
def test_who_signs_in_is_not_sent_to_another_site(with_login, where):
    body = urlencode({"username": "anna", "password": "correct horse"}).encode()

    asked = ask(with_login.port, f"{SV}/login?{urlencode({'next': where})}")
    answer = ask(with_login.port, f"{SV}/login", "POST", body, Cookie=f"next_url={where}")

    assert asked.status == 400
    assert answer.status == 400


def test_the_cookie_stays_with_this_site_and_out_of_scripts(with_login):
    answer, _ = sign_in(with_login, "anna", "correct horse")

    assert answer.status == 302
    assert urlsplit(answer.headers["location"]).netloc == ""
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert "samesite=lax" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("name", "password"),
    [("anna", "battery staple"), ("anna", ""), ("", "correct horse"), ("eve", "correct horse"),
     ("anna", "correct horse "), ("anna", "é")],
)  # fmt: skip
def test_a_wrong_password_lets_nobody_in_and_takes_its_time(with_login, name, password):
    began = time.monotonic()

    answer, _ = sign_in(with_login, name, password)

    assert time.monotonic() - began >= PAUSE_S
    assert "error=" in answer.headers["location"]
    assert "user=" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize(
    "cookie", ["user=anna", "user=", "user=2|1:0|10:1|4:user|8:YW5uYQ==|0", "is_guest=1"]
)
def test_a_cookie_that_was_made_up_lets_nobody_in(with_login, cookie):
    assert ask(with_login.port, f"{SV}/app", Cookie=cookie).status == 302
    assert ask(with_login.port, f"{SV}/app", Cookie=cookie, X_Remote_User="anna").status == 302


def test_one_user_cannot_take_the_token_of_another(with_login, anna, ben):
    token = token_of(ask(with_login.port, f"{SV}/app", Cookie=anna).text)

    assert knock(with_login.port, token, path=f"{SV}/app/ws", Cookie=ben) == 403
    assert knock(with_login.port, token, path=f"{SV}/app/ws") == 403


def test_health_is_told_in_full_to_users_only(with_login, anna):
    assert json.loads(ask(with_login.port, f"{SV}/healthz").text) == {"status": "ok"}
    assert "memory_mb" in json.loads(ask(with_login.port, f"{SV}/healthz", Cookie=anna).text)


def test_no_process_shows_a_secret(with_login):
    """Neither its command line nor, to its children, its environment; nor the log."""
    process = psutil.Process(with_login.process.pid)
    children = process.children(recursive=True)

    seen = [" ".join(each.cmdline()) for each in (process, *children)]
    seen += [str(each.environ()) for each in children]
    assert children
    assert not any("not-to-be-seen" in text for text in (*seen, with_login.log.read_text()))


@pytest.mark.slow
def test_the_secrets_of_the_environment_are_used(with_login):
    password = "not-to-be-seen-PANEL_BASIC_AUTH"  # noqa: S105 - a test's own

    _, cookie = sign_in(with_login, "zoe", password)

    token = token_of(ask(with_login.port, f"{SV}/app", Cookie=cookie).text)
    assert check_token_signature(token, secret_key=b"not-to-be-seen-BOKEH_SECRET_KEY", signed=True)


@pytest.mark.slow
def test_a_server_whose_reader_has_gone_ends_when_it_is_told_to(house):
    command = [sys.executable, "-m", "dashboard.cli", "serve", "--port", "0"]
    command += ["--data-root", str(house / "alone"), str(house / "data/start.nii.gz")]
    with (house / "alone.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    port = int(server.stdout.readline().rstrip("/\n").rpartition(":")[2])
    server.stdout.close()
    until_it_answers(port)

    server.terminate()

    server.wait(60)


def until_it_answers(port):
    while True:
        try:
            ask(port, "/healthz")
        except ConnectionRefusedError:
            continue
        return


# On a unix socket


@pytest.fixture(scope="module")
def by_socket(house):
    """The path of a unix socket at which a server listens, in a folder that all may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "sv.sock"
        with socket.socket(socket.AF_UNIX) as left_by_a_killed_server:
            left_by_a_killed_server.bind(str(path))
        command = [sys.executable, "-m", "dashboard.cli", "serve", "--unix-socket", str(path)]
        command += ["--allow-websocket-origin", "hub.example", str(house / "data/start.nii.gz")]
        with (house / "socket.log").open("wb") as log:
            server = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(lambda: can_connect(path), server)
        yield path
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
        assert not path.exists()


def can_connect(path):
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def wait_for(condition, process, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.slow
def test_a_proxy_reaches_the_page_by_the_socket(by_socket):
    client = http.client.HTTPConnection("hub.example")
    client.sock = socket.socket(socket.AF_UNIX)
    client.sock.connect(str(by_socket))

    client.request("GET", "/app")

    answer = client.getresponse()
    assert answer.status == 200
    assert b'"token"' in answer.read()
    client.close()


@pytest.mark.slow
def test_only_its_owner_may_enter_the_socket(by_socket):
    assert stat.S_IMODE(by_socket.stat().st_mode) == 0o600


@pytest.mark.slow
@pytest.mark.skipif(not IS_ROOT, reason="only root can act as another account")
def test_another_account_cannot_enter_the_socket(by_socket):
    script = "print(socket.socket(socket.AF_UNIX).connect_ex(sys.argv[1]))"

    assert as_nobody(script, by_socket) == "13"
