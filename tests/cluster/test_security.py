from __future__ import annotations

import socket
import ssl
import sys

import cloudpickle
import psutil

from tests.cluster.watching import eventually, hung_up, listening, processes_below

cloudpickle.register_pickle_by_value(sys.modules[__name__])
MB = 1_000_000


def sockets():
    """Where the processes below this one listen."""
    return [s for p in processes_below(psutil.Process()) for s in listening(p)]


def test_everything_listens_on_loopback_only(executor):
    executor.submit(pow, 2, 5).result(30)

    # One that was killed by the test before may still be ending.
    assert eventually(lambda: len(sockets()) == 3), "scheduler, nanny and worker: no HTTP server"
    assert {s.ip for s in sockets()} == {"127.0.0.1"}


def test_no_port_answers_without_the_certificate(executor):
    executor.submit(pow, 2, 5).result(30)
    anyone = ssl.create_default_context()
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE

    assert eventually(lambda: len(sockets()) == 3)
    for address in sockets():
        with socket.create_connection(address, timeout=5) as plain:
            plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert hung_up(plain)
        with anyone.wrap_socket(socket.create_connection(address, timeout=5)) as encrypted:
            assert hung_up(encrypted)


def test_a_worker_never_loads_the_page(executor):
    def page():
        return {"panel", "bokeh", "holoviews", "dashboard.app"} & set(sys.modules)

    assert executor.submit(page).result(30) == set()
