from __future__ import annotations

import argparse
import socket

import pytest

from dashboard.server import access as planning
from dashboard.server.access import MustNotStart

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is to be refused


def plan(*words, password=None):
    parser = argparse.ArgumentParser()
    planning.add_to(parser)
    return planning.plan(parser.parse_args([str(word) for word in words]), password)


@pytest.fixture
def accounts(tmp_path):
    """A file with one account."""
    path = tmp_path / "accounts.json"
    path.write_text('{"anna": "secret"}')
    path.chmod(0o600)
    return path


@pytest.fixture
def tls(tmp_path):
    """Files that stand for a certificate and its key."""
    paths = tmp_path / "cert.pem", tmp_path / "key.pem"
    for path in paths:
        path.write_text("")
    return paths


def test_by_default_only_this_machine_is_served_under_its_own_names():
    found = plan("--port", "0")

    assert found.host == "127.0.0.1"
    assert found.origins == (f"127.0.0.1:{found.port}", f"localhost:{found.port}")
    assert found.address == f"http://127.0.0.1:{found.port}/"
    assert not found.has_login


@pytest.mark.parametrize("host", [EVERYWHERE, "192.0.2.1", "10.0.0.1", "example.org", "::1"])
def test_the_network_is_not_served_without_a_login(host):
    with pytest.raises(MustNotStart, match=r"login|no address of this machine|IPv6"):
        plan("--host", host, "--port", "0")


def test_the_reason_names_the_way_out():
    with pytest.raises(
        MustNotStart, match=r"--basic-auth FILE .*or --oauth-provider, or leave --host"
    ):
        plan("--host", EVERYWHERE, "--port", "0")


def test_with_a_login_the_network_is_served_under_the_names_of_this_machine(accounts):
    found = plan("--host", EVERYWHERE, "--port", "0", "--basic-auth", accounts)

    assert found.accounts == {"anna": "secret"}
    assert found.has_login
    assert f"127.0.0.1:{found.port}" in found.origins
    assert not any("*" in origin or EVERYWHERE in origin for origin in found.origins)
    assert "secret" not in repr(found)


def test_the_password_may_come_by_the_environment():
    found = plan("--host", EVERYWHERE, "--port", "0", password="secret")  # noqa: S106

    assert found.accounts == {"": "secret"}


def test_an_oauth_provider_is_a_login():
    found = plan("--host", EVERYWHERE, "--port", "0", "--oauth-provider", "github")

    assert found.oauth == {"provider": "github"}


def test_there_is_one_login(accounts):
    with pytest.raises(MustNotStart, match="one way to sign in"):
        plan("--basic-auth", accounts, "--oauth-provider", "github")


@pytest.mark.parametrize("option", ["--oauth-secret", "--oauth-encryption-key", "--cookie-secret"])
def test_no_secret_can_be_put_on_the_command_line(option, capsys):
    with pytest.raises(SystemExit):
        plan(option, "x")

    assert "unrecognized" in capsys.readouterr().err


def test_a_password_on_the_command_line_is_refused():
    with pytest.raises(MustNotStart, match="a file that only you can read"):
        plan("--basic-auth", "hunter2")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_passwords_that_others_can_read_are_refused(accounts, mode, monkeypatch):
    accounts.chmod(mode)
    assert plan("--port", "0", "--basic-auth", accounts).has_login, "Nobody gets to the folder."
    monkeypatch.setattr(type(accounts), "parents", property(lambda _: []))

    with pytest.raises(MustNotStart, match="chmod 600"):
        plan("--port", "0", "--basic-auth", accounts)


@pytest.mark.parametrize(
    "text", ["", "secret", "[]", "{}", '{"anna": 3}', '{"": "x"}', '{"a": ""}']
)
def test_a_file_without_accounts_is_refused(accounts, text):
    accounts.write_text(text)

    with pytest.raises(MustNotStart, match=r"accounts\.json"):
        plan("--basic-auth", accounts)


@pytest.mark.parametrize("option", ["--autoreload", "--admin"])
def test_what_is_for_developers_needs_dev(option):
    with pytest.raises(MustNotStart, match="developers only"):
        plan(option)

    assert plan(option, "--dev", "--port", "0").dev


@pytest.mark.parametrize("origin", ["*", "*:5006", "*.example.org", "hub.example.org:*"])
def test_a_wildcard_for_other_pages_needs_dev(origin):
    with pytest.raises(MustNotStart, match="name each host"):
        plan("--allow-websocket-origin", origin)

    assert origin in plan("--allow-websocket-origin", origin, "--dev", "--port", "0").origins


def test_a_proxys_address_is_added_to_the_origins():
    found = plan("--port", "0", "--allow-websocket-origin", "hub.example.org", "--prefix", "a/b/")

    assert "hub.example.org" in found.origins
    assert found.address.endswith("/a/b/")


def test_tls_needs_both_files(tls):
    with pytest.raises(MustNotStart, match="both"):
        plan("--ssl-certfile", tls[0])
    with pytest.raises(MustNotStart, match="no"):
        plan("--ssl-certfile", tls[0], "--ssl-keyfile", "gone.pem")

    found = plan("--ssl-certfile", *tls[:1], "--ssl-keyfile", tls[1], "--port", "0")
    assert found.address.startswith("https://")


def test_a_port_that_is_taken_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MustNotStart, match=f"Port {port} is taken: choose another with --port"):
            plan("--port", port)


# Unix sockets; their paths may hold a hundred characters only


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    """A folder in which one is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def at(path):
    return plan("--unix-socket", path, "--allow-websocket-origin", "hub.example.org")


def test_a_unix_socket_is_on_no_port(in_folder):
    found = at("sv.sock")

    assert (found.unix_socket, found.host, found.port) == (in_folder / "sv.sock", "", 0)
    assert found.origins == ("hub.example.org",)


def test_a_unix_socket_needs_to_know_the_proxys_address(in_folder):
    with pytest.raises(MustNotStart, match="--allow-websocket-origin"):
        plan("--unix-socket", "sv.sock")


@pytest.mark.parametrize("more", [["--port", "5007"], ["--host", EVERYWHERE]])
def test_a_unix_socket_has_no_port_and_no_host(in_folder, more):
    with pytest.raises(MustNotStart, match="leave them away"):
        plan("--unix-socket", "sv.sock", "--allow-websocket-origin", "hub", *more)


def test_a_file_is_not_replaced_by_a_socket(in_folder):
    (in_folder / "scan.nii").write_text("precious")
    (in_folder / "link").symlink_to("scan.nii")

    for name in ("scan.nii", "link"):
        with pytest.raises(MustNotStart, match="is no socket"):
            at(name)
    assert (in_folder / "scan.nii").read_text() == "precious"


def test_a_socket_of_a_server_that_was_killed_is_taken(in_folder):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind("sv.sock")

    assert at("sv.sock").unix_socket


def test_a_socket_of_a_server_that_lives_is_refused(in_folder):
    with socket.socket(socket.AF_UNIX) as living:
        living.bind("sv.sock")
        living.listen()

        with pytest.raises(MustNotStart, match="Another server listens"):
            at("sv.sock")


def test_a_socket_needs_its_folder(in_folder):
    with pytest.raises(MustNotStart, match="a folder that exists"):
        at("none/sv.sock")


def test_a_proxy_may_say_under_which_host_it_is_seen_and_whom_it_lets_in(in_folder):
    found = plan("--unix-socket", "sv.sock", "--origin-from-proxy", "--user", "anna")

    assert (found.origin_from_proxy, found.user, found.origins) == (True, "anna", ())
    assert "the host that its proxy passes on" in found.address


@pytest.mark.parametrize("believing", [["--origin-from-proxy"], ["--user", "anna"]])
def test_a_proxy_is_believed_on_a_unix_socket_only(believing):
    with pytest.raises(MustNotStart, match="add --unix-socket"):
        plan("--port", "0", *believing)


def test_a_proxys_user_does_not_sign_in_again(in_folder, accounts):
    with pytest.raises(MustNotStart, match="--user or a login"):
        plan("--unix-socket", "sv.sock", "--allow-websocket-origin", "hub", "--user", "anna",
             "--basic-auth", accounts)  # fmt: skip


@pytest.mark.parametrize("words", [("--num-procs", 2), ("--num-procs", 0), ("--num-threads", 4)])
def test_more_processes_or_threads_for_pages_are_refused_with_the_way_out(words):
    with pytest.raises(MustNotStart, match=rf"one (process|thread).*{words[0]}.* away.*--workers"):
        plan("--port", "0", *words)


def test_one_process_may_be_asked_for():
    assert plan("--port", "0", "--num-procs", "1").host == "127.0.0.1"
