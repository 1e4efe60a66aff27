"""A shared server behind nginx, as docs/deploy/nginx.md has it: sign in, paint, download."""

from __future__ import annotations

import ssl
from http.client import HTTPSConnection
from urllib.parse import urljoin, urlsplit

import nibabel as nib
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.driving import Bench
from tests.e2e.phantoms import STORED, phantom
from tests.e2e.serving import Server, free_port
from tests.e2e.traffic import Traffic
from tests.network.nginx import Nginx
from tests.network.tools import path_of

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(1800)]
PREFIX = "/supervox"
SLOW_MACHINE_MS = 300_000
LARGEST_MESSAGE = 8_000_000


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A folder with a volume, and a file of who may sign in."""
    if not path_of("nginx"):
        pytest.skip("needs nginx (Debian: apt install nginx)")
    house = tmp_path_factory.mktemp("house")
    nib.save(phantom(STORED["ras"], seed=99), house / "start.nii.gz")
    accounts = house / "accounts.json"
    accounts.touch(mode=0o600)
    accounts.write_text('{"anna": "correct horse"}')
    return house


@pytest.fixture(scope="module")
def nginx(house):
    """Nginx, and supervox behind it."""
    port = free_port()
    nginx = Nginx(house, port)
    options = ["--prefix", PREFIX, "--basic-auth", str(house / "accounts.json"), "--use-xheaders"]
    server = Server(
        house / "start.nii.gz", house / "server.log", options=options, port=port, seen_at=nginx.port
    )
    server.wait(300)
    yield nginx.wait()
    nginx.stop()
    server.stop()


@pytest.fixture(scope="module")
def page(chromium, nginx):
    """The page of somebody who has signed in."""
    context = chromium.new_context(ignore_https_errors=True, accept_downloads=True)
    context.set_default_timeout(SLOW_MACHINE_MS)
    page = context.new_page()
    bench = Bench(page, Traffic(page))
    page.goto(f"https://127.0.0.1:{nginx.port}{PREFIX}/")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    yield bench.wait_ready(300)
    context.close()


def ask(nginx, path, method="GET", body=None):
    """The answer to somebody who has not signed in."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    connection = HTTPSConnection("127.0.0.1", nginx.port, timeout=60, context=trusting)
    try:
        connection.request(method, path, body)
        return connection.getresponse()
    finally:
        connection.close()


def test_who_has_not_signed_in_is_sent_to_the_login(nginx):
    answer = ask(nginx, f"{PREFIX}/app")

    there = urljoin(f"{PREFIX}/app", answer.headers["Location"])
    assert (answer.status, urlsplit(there).path) == (302, f"{PREFIX}/login")


def test_nothing_else_is_served_and_no_large_body_is_taken(nginx):
    assert ask(nginx, "/").status == 404
    assert ask(nginx, f"{PREFIX}/login", "POST", b"x" * 200_000).status == 413


def test_one_signs_in_paints_and_downloads(page, tmp_path):
    page.go_to((20, 18, 15))
    page.stroke("axial", (20, 18, 15), (24, 18, 15))
    page.wait_settled(revision=1)
    expect(page.mark).to_contain_text("saved")

    label_map = nib.load(page.download("Download labels", tmp_path))

    assert label_map.shape == STORED["ras"].shape
    assert np.asarray(label_map.dataobj)[20, 18, 15] == 1


def test_cookies_travel_over_tls_only_and_no_message_is_too_large(page):
    assert all(cookie["secure"] for cookie in page.page.context.cookies())
    assert page.traffic.foreign == []
    assert page.traffic.errors == []
    assert 0 < page.traffic.largest < LARGEST_MESSAGE
