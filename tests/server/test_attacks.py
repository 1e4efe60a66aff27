"""What another account of the machine, or a page of a stranger, tries; none may succeed."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from urllib.parse import quote

import psutil
import pytest
from bokeh.util.token import generate_jwt_token, generate_session_id, get_token_payload
from distributed import Client

from dashboard.server.command import LARGEST_MESSAGE
from dashboard.server.gate import MOST_HALF_OPEN
from tests.server.conftest import PRIVATE
from tests.server.intruder import (
    IS_ROOT,
    WebSocket,
    as_nobody,
    ask,
    connects,
    knock,
    open_page,
    token_of,
)

SCRIPT = "/static/js/bokeh.min.js"
STARTS = ["/static/", "/static/extensions/panel/", "/app/static/", "/components/", "/"]
UPWARDS = ["../", "%2e%2e/", "..%2f", "%2e%2e%2f", "..%5c", "%252e%252e/", "..%c0%af"]
other_account = pytest.mark.skipif(not IS_ROOT, reason="only root can act as another account")
GET = """
family = socket.AF_INET6 if sys.argv[2].startswith("::") else socket.AF_INET
client = socket.socket(family)
client.connect((sys.argv[2], int(sys.argv[1])))
client.sendall(f"GET {sys.argv[3]} HTTP/1.1\\r\\nHost: 127.0.0.1:{sys.argv[1]}\\r\\n".encode())
client.sendall(sys.argv[4].encode() + b"\\r\\n")
print(client.recv(100).split()[1].decode())
"""


def memory_mb(server):
    return psutil.Process(server.process.pid).memory_info().rss / 1e6


def listening(server):
    """The addresses at which the server and all it has started listen, by process."""
    process = psutil.Process(server.process.pid)
    found = {}
    for each in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            found[each.pid] = [
                connection.laddr
                for connection in each.net_connections(kind="inet")
                if connection.status == psutil.CONN_LISTEN
            ]
    return found


def ports_of_the_cluster(server):
    """Those of the scheduler, the worker and its nanny."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = listening(server)
        ports = [
            at.port for pid, all_at in found.items() if pid != server.process.pid for at in all_at
        ]
        if len(ports) >= 3:
            return ports
        time.sleep(0.1)
    raise AssertionError(f"The cluster does not listen: {found}")


def test_the_owner_comes_in(server, page):
    assert connects(server.port, token_of(page))


# Tokens and ids


def test_a_token_that_the_client_made_is_refused(server):
    forged = generate_jwt_token(generate_session_id(signed=False), signed=False)

    assert knock(server.port, forged) == 403


@pytest.mark.parametrize("key", [b"", b"guessed", b"\0" * 32])
def test_a_token_signed_with_another_key_is_refused(server, key):
    chosen = generate_session_id(key, signed=True)
    forged = generate_jwt_token(chosen, key, signed=True, extra_payload={"headers": {}})

    assert knock(server.port, forged) == 403


def test_a_token_whose_claims_were_changed_is_refused(server, page):
    payload, signature = token_of(page).split(".", 1)
    other = generate_jwt_token("chosen", signed=False, extra_payload={"supervox_user": "admin"})

    assert knock(server.port, f"{other}.{signature}") == 403
    assert knock(server.port, payload) == 403


@pytest.mark.parametrize("token", [None, "", ".", "a.b", "é", "e30", "e30.e30", "A" * 9000])
def test_a_socket_without_a_token_is_refused(server, token):
    assert knock(server.port, token) in (400, 403)


def test_a_known_session_is_not_given_to_who_asks_by_its_id(server, page):
    from bokeh.util.token import get_session_id

    known = get_session_id(token_of(page))

    answers = [
        ask(server.port, f"/app?bokeh-session-id={known}"),
        ask(server.port, f"/app?bokeh-token={token_of(page)}"),
        ask(server.port, Bokeh_Session_Id=known),
        ask(server.port, f"/app/?x=1&bokeh%2Dsession%2Did={known}"),
    ]
    assert [answer.status for answer in answers] == [403] * 4
    assert not any('"token"' in answer.text for answer in answers)


def test_nobody_chooses_the_id_of_a_session(server):
    assert ask(server.port, "/app?bokeh-session-id=chosen").status == 403
    assert ask(server.port, "/app/ws?bokeh-session-id=chosen").status == 403


def test_the_page_holds_no_header_and_no_cookie(server):
    page = open_page(server.port, Cookie="user=anna; other=1", X_Remote_User="admin")

    payload = get_token_payload(token_of(page))
    assert (payload["headers"], payload["cookies"], payload["supervox_user"]) == ({}, {}, "")
    assert not any(word in page for word in ("anna", "admin", "X-Remote"))


# Other pages


FOREIGN = [
    None,
    "null",
    "http://evil.example",
    "http://127.0.0.1:{port}.evil.example",
    "http://127.0.0.1.evil.example:{port}",
    "http://127.0.0.1:{port}@evil.example",
    "http://evil.example/127.0.0.1:{port}",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "http://0.0.0.0:{port}",
    "file://",
    "",
]


def test_a_socket_from_another_page_is_refused(server, page):
    token = token_of(page)

    for origin in FOREIGN:
        sent = origin and origin.format(port=server.port)
        assert not connects(server.port, token, Origin=sent), origin
    assert connects(server.port, token), "refused for something else than its origin"


@pytest.mark.parametrize("host", ["evil.example:{port}", "evil.example", "127.0.0.1.nip.io:{port}"])
@pytest.mark.parametrize("path", ["/app", "/", "/healthz", SCRIPT])
def test_a_name_that_was_rebound_to_this_machine_is_refused(server, host, path):
    answer = ask(server.port, path, host=host.format(port=server.port))

    assert answer.status == 403


@pytest.mark.parametrize("path", ["/app/autoload.js?bokeh-autoload-element=x", "/app/metadata"])
def test_the_page_cannot_be_loaded_into_another(server, path):
    answer = ask(server.port, path, Origin="http://evil.example")

    assert answer.status == 404
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X"])
@pytest.mark.parametrize("path", ["/app", "/healthz", "/app/ws"])
def test_nothing_but_get_is_answered(server, method, path):
    assert ask(server.port, path, method, body=b"x=1").status in (400, 405)


@pytest.mark.parametrize("path", ["/app", "/healthz", SCRIPT, "/none", "/app/ws"])
def test_every_answer_forbids_the_browser_what_it_does_not_need(server, path):
    answer = ask(server.port, path)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors" in policy
    assert "*" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[-1].split(";")[0]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "server" not in answer.headers


def test_headers_cannot_be_injected(server):
    split = "%0d%0aSet-Cookie:%20user=anna"

    for path in (f"/app?x={split}", f"/{split}", f"/login?next=/{split}", f"/app/{split}"):
        assert "set-cookie" not in ask(server.port, path).headers


# Files


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("up", UPWARDS)
def test_no_path_leads_to_a_file_of_the_server(server, house, start, up):
    for target in (str(house / "secret.txt"), "/etc/passwd"):
        for path in (start + up * 12 + quote(target.lstrip("/")), start + quote(target)):
            answer = ask(server.port, path)

            assert PRIVATE not in answer.text
            assert "root:x:" not in answer.text
            assert answer.status != 200 or '"token"' in answer.text


# The cluster


def test_nothing_listens_beyond_this_machine(server):
    ports_of_the_cluster(server)

    addresses = {at.ip for all_at in listening(server).values() for at in all_at}
    assert addresses == {"127.0.0.1"}


def test_a_plain_client_is_refused_by_the_scheduler_and_the_worker(server):
    for port in ports_of_the_cluster(server):
        with pytest.raises(OSError, match=r"(?i)timed out|in <TCP"):
            Client(f"tcp://127.0.0.1:{port}", timeout=3)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_client_without_a_certificate_is_refused_by_the_scheduler_and_the_worker(server, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]

    for port in ports_of_the_cluster(server):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            assert is_refused(context, client)


def is_refused(context, client):
    """Shake hands and wait for a word: with TLS 1.3 one is told only then that one is refused."""
    try:
        with context.wrap_socket(client) as secure:
            secure.sendall(b"\0" * 16)
            return not secure.recv(1)
    except (ssl.SSLError, ConnectionError):
        return True


def test_there_is_no_dashboard(server):
    for port in ports_of_the_cluster(server):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
            client.settimeout(2)
            with contextlib.suppress(OSError):
                assert not client.recv(100).startswith(b"HTTP")


# Another account of this machine


@other_account
@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("path", ["/app", "/", "/healthz", SCRIPT])
def test_another_account_sees_nothing(server, address, path):
    if address == "127.0.0.2":
        with pytest.raises(AssertionError, match="ConnectionRefusedError"):
            as_nobody(GET, server.port, address, path, "")
    else:
        assert as_nobody(GET, server.port, address, path, "") == "403"


@other_account
def test_another_account_cannot_take_a_token_that_it_has_seen(server, page):
    wanted = (
        f"Origin: http://127.0.0.1:{server.port}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Protocol: bokeh, {token_of(page)}\r\n"
    )

    assert as_nobody(GET, server.port, "127.0.0.1", "/app/ws", wanted) == "403"


@other_account
def test_another_account_cannot_read_what_the_server_was_told(server):
    script = "print(open(f'/proc/{sys.argv[1]}/environ').read())"

    with pytest.raises(AssertionError, match="PermissionError"):
        as_nobody(script, server.process.pid)


# Too much


def test_a_frame_of_21_mb_ends_its_own_connection_only(server, page):
    before = memory_mb(server)
    intruder, owner = WebSocket(server.port, token_of(page)), token_of(open_page(server.port))

    with contextlib.suppress(ConnectionError):
        intruder.say(b"\0" * 21_000_000)
    while heard := intruder.hear():
        if heard[0] == 8:
            break

    assert LARGEST_MESSAGE < 21_000_000
    assert memory_mb(server) < before + 100
    assert connects(server.port, owner)
    intruder.close()


@pytest.mark.parametrize(
    "times", [12, pytest.param(500, marks=[pytest.mark.torture, pytest.mark.timeout(900)])]
)
def test_pages_that_never_connect_leave_memory_and_service(server, page, times):
    owner = WebSocket(server.port, token_of(page))
    before = memory_mb(server)

    statuses = [ask(server.port).status for _ in range(times)]

    assert set(statuses) == {200, 503}
    assert statuses.count(200) < 10 * MOST_HALF_OPEN
    assert memory_mb(server) < before + 100 * MOST_HALF_OPEN
    began = time.monotonic()
    assert ask(server.port, "/healthz").status == 200
    assert time.monotonic() - began < 5
    assert owner.hear() is not None
    owner.close()


def test_sockets_that_say_nothing_leave_the_service(server):
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(500)]
    for each in silent:
        each.sendall(b"GET /app HTTP/1.1\r\n")

    assert ask(server.port, "/healthz").status == 200

    for each in silent:
        each.close()
