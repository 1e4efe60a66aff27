from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from tornado.httputil import HTTPHeaders

from dashboard.server.headers import Headers

PAGE = b"<head><script src=a></script><script>\nb</script><scripted>&lt;script></head>"


def transformed(chunk, kind, host="127.0.0.1:5006"):
    headers = HTTPHeaders({"Content-Type": kind, "Content-Length": str(len(chunk)), "Server": "T"})
    transform = Headers(SimpleNamespace(host=host))
    _, headers, chunk = transform.transform_first_chunk(200, headers, chunk, True)
    return headers, chunk


def test_each_script_of_a_page_has_the_nonce_of_this_answer_and_no_other():
    headers, chunk = transformed(PAGE, "text/html; charset=UTF-8")
    _, again = transformed(PAGE, "text/html")

    (nonce,) = set(re.findall(rb'<script nonce="([^"]+)"', chunk))
    assert chunk.count(nonce) == 2
    assert f"'nonce-{nonce.decode()}'" in headers["Content-Security-Policy"]
    assert int(headers["Content-Length"]) == len(chunk)
    assert headers["Cache-Control"] == "no-store"
    assert nonce not in again


def test_what_is_no_page_is_left_as_it_is_and_may_load_nothing():
    headers, chunk = transformed(PAGE, "application/javascript")

    assert chunk == PAGE
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in headers


@pytest.mark.parametrize("host", ["evil; script-src *", "a'b", "x\ty", "a b", "é"])
def test_a_strange_host_does_not_get_into_the_policy(host):
    headers, _ = transformed(PAGE, "text/html", host)

    assert host not in headers["Content-Security-Policy"]


def test_the_page_may_talk_to_its_own_server_only():
    headers, _ = transformed(PAGE, "text/html", "hub.example.org")

    (connect,) = re.findall("connect-src ([^;]+)", headers["Content-Security-Policy"])
    assert connect == "'self' blob: ws://hub.example.org wss://hub.example.org"
