from __future__ import annotations

import os
import socket
import sys

import pytest

from dashboard.server import socket_owner
from tests.server.intruder import IS_ROOT, NOBODY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


@pytest.fixture
def listener():
    """Listens on the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_our_own_connection_is_ours(listener):
    with socket.create_connection(listener.getsockname()) as client:
        assert socket_owner.owner(client.getsockname(), listener.getsockname()) == os.geteuid()
        assert socket_owner.is_own(client.getsockname(), listener.getsockname())


def test_a_connection_of_ipv6_to_an_ipv4_address_is_found(listener):
    with socket.socket(socket.AF_INET6) as client:
        client.connect(("::ffff:127.0.0.1", listener.getsockname()[1]))
        address = ("127.0.0.1", client.getsockname()[1])

        assert socket_owner.owner(address, listener.getsockname()) == os.geteuid()


def test_a_connection_that_is_not_there_is_nobodys(listener):
    assert socket_owner.owner(("127.0.0.1", 1), listener.getsockname()) is None
    assert not socket_owner.is_own(("127.0.0.1", 1), listener.getsockname())


def test_who_has_let_go_of_a_connection_is_not_taken_for_root(listener):
    with socket.create_connection(listener.getsockname()) as client:
        address = client.getsockname()
        accepted, _ = listener.accept()

    with accepted:
        assert socket_owner.owner(address, listener.getsockname()) is None


@pytest.mark.skipif(not IS_ROOT, reason="only root can act as another account")
def test_the_connection_of_another_account_is_not_ours(listener):
    child = os.fork()
    if not child:
        os.setuid(NOBODY)
        with socket.create_connection(listener.getsockname()) as client:
            client.recv(1)
        os._exit(0)
    accepted, address = listener.accept()

    with accepted:
        assert socket_owner.owner(address, listener.getsockname()) == NOBODY
        assert not socket_owner.is_own(address, listener.getsockname())
    assert os.waitpid(child, 0)[1] == 0


def test_this_system_tells():
    assert socket_owner.can_tell()


def test_a_system_without_such_a_table_does_not_tell(monkeypatch, tmp_path):
    monkeypatch.setattr(socket_owner, "TABLES", (tmp_path / "tcp",))

    assert not socket_owner.can_tell()
