"""From the command line to where the server listens, and whom it lets in; or why it does not."""

from __future__ import annotations

import argparse
import json
import socket
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import psutil

from dashboard import arguments
from workers.storage.regular_file import read_regular

PORT = 5006
MOST_ACCOUNTS = 10_000_000  # bytes of their file
OAUTH = ("provider", "key", "redirect-uri", "extra-params", "jwt-user", "expiry-days")
ACCOUNTS = (
    'a file that only you can read, such as {"anna": "her password"}, '
    "or the password alone in the environment as PANEL_BASIC_AUTH"
)

COMPUTED = "Volumes are computed on all cores without it, by a cluster: see --workers."
ONE_PROCESS = f"supervox serves all pages from one process: leave --num-procs away. {COMPUTED}"
ONE_THREAD = (
    "supervox answers each page in one thread: leave --num-threads, and PANEL_NUM_THREADS in the "
    f"environment, away. {COMPUTED}"
)


class MustNotStart(ValueError):
    """A server that must not start; the message says why and the way out."""


@dataclass(frozen=True)
class Plan:
    """Where a server listens, and whom it lets in.

    Attributes
    ----------
    host : str
        Address of this machine; "" with a unix socket.
    port : int
        0 with a unix socket.
    unix_socket : Path or None
        Where the socket is to lie, which only its owner may enter.
    origins : tuple of str
        Hosts, with their port unless it is 80, whose pages may talk to the server.
    prefix : str
        What the addresses of all pages begin with, such as ``/user/anna``; may be "".
    accounts : dict
        Passwords by name of who may sign in; that of "" is good for any name. Empty without login.
    oauth : dict
        Panel's own options, by their names; empty without.
    certificate, key : Path or None
        Of TLS.
    behind_proxy : bool
        Whether a proxy says by headers who asks, and over TLS or not.
    origin_from_proxy : bool
        Whether the proxy also passes on under which host the browser shows it.
    user : str
        Whom the proxy lets in, and nobody else; "" if it does not say.
    dev, admin : bool
        Whether to load code anew that has changed; whether to show Panel's admin page.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    unix_socket: Path | None = None
    origins: tuple[str, ...] = ()
    prefix: str = ""
    accounts: Mapping[str, str] = field(default_factory=dict, repr=False)
    oauth: Mapping[str, str] = field(default_factory=dict, repr=False)
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    origin_from_proxy: bool = False
    user: str = ""
    dev: bool = False
    admin: bool = False

    @property
    def has_login(self) -> bool:
        """Whether who comes must sign in."""
        return bool(self.accounts or self.oauth)

    @property
    def address(self) -> str:
        """What to open in a browser, as far as the server knows."""
        if self.unix_socket:
            shown_at = self.origins[0] if self.origins else "the host that its proxy passes on"
            return f"{self.unix_socket} (a unix socket, mode 0600), for {shown_at}"
        host = "127.0.0.1" if self.host in ("0.0.0.0", "localhost") else self.host  # noqa: S104
        secure = "s" if self.certificate else ""
        return f"http{secure}://{host}:{self.port}{self.prefix}/"


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``supervox serve`` that are about the server, not about the page."""
    add = parser.add_argument
    add("--port", type=arguments.port, help=f"port (default: {PORT}; 0 takes a free one)")
    add("--host", default="127.0.0.1", help="address to listen on; another needs a login")
    add("--unix-socket", type=Path, metavar="PATH", help="listen there, for you alone, on no port")
    add("--prefix", default="", help="what the addresses of all pages begin with")
    add(
        "--allow-websocket-origin",
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="another address that the browser shows, such as a proxy's; may come several times",
    )
    add(
        "--origin-from-proxy",
        action="store_true",
        help="with --unix-socket: that is the address that the proxy passes on as Host or "
        "X-Forwarded-Host",
    )
    add("--user", default="", metavar="NAME", help="with --unix-socket: whom its proxy lets in")
    add("--basic-auth", type=Path, metavar="FILE", help="login with names and passwords (JSON)")
    for name in OAUTH:
        add(f"--oauth-{name}", metavar="X", help="as Panel's; secrets come by the environment")
    add("--ssl-certfile", type=Path, metavar="FILE", help="certificate, for https")
    add("--ssl-keyfile", type=Path, metavar="FILE", help="its key")
    add("--use-xheaders", action="store_true", help="a proxy's headers say who asks")
    add("--dev", action="store_true", help="for developers: load code anew that has changed")
    add("--autoreload", action="store_true", help=argparse.SUPPRESS)
    add("--admin", action="store_true", help="with --dev: Panel's admin page")
    add("--num-procs", default="1", help=argparse.SUPPRESS)
    add("--num-threads", help=argparse.SUPPRESS)


def plan(given: argparse.Namespace, password: str | None = None) -> Plan:
    """Return what `given` asks for.

    Parameters
    ----------
    given : Namespace
        Of a parser with `add_to`'s options.
    password : str, optional
        From the environment.

    Raises
    ------
    Refused
        If the server would let in whom it must not, or could not be reached.
    """
    check_alone(given)
    check_dev(given)
    check_secure(given)
    check_proxy(given)
    here = where(given)
    accounts = read_accounts(given.basic_auth) if given.basic_auth else {}
    if password:
        accounts = {**accounts, "": password}
    oauth = {name: value for name in OAUTH if (value := getattr(given, attribute(name)))}
    if accounts and oauth:
        raise MustNotStart("Expected one way to sign in; got --basic-auth and --oauth-provider.")
    if not (accounts or oauth or given.unix_socket or is_loopback(given.host)):
        raise MustNotStart(
            f"--host {given.host} lets everybody on the network in: add a login with "
            f"--basic-auth FILE ({ACCOUNTS}) or --oauth-provider, or leave --host away to serve "
            "this machine only."
        )
    return Plan(
        **here,
        prefix=prefix(given.prefix),
        accounts=accounts,
        oauth=oauth,
        certificate=given.ssl_certfile,
        key=given.ssl_keyfile,
        behind_proxy=given.use_xheaders,
        origin_from_proxy=given.origin_from_proxy,
        user=given.user,
        dev=given.dev,
        admin=given.admin,
    )


def attribute(option: str) -> str:
    """Return the name under which argparse keeps one of `OAUTH`."""
    return f"oauth_{option.replace('-', '_')}"


def check_alone(given: argparse.Namespace) -> None:
    """Refuse processes and threads that pages cannot share."""
    if given.num_procs != "1":
        raise MustNotStart(ONE_PROCESS)
    if given.num_threads is not None:
        raise MustNotStart(ONE_THREAD)


def check_dev(given: argparse.Namespace) -> None:
    """Refuse what opens a server to others, but for developers."""
    if given.dev:
        return
    for option in ("autoreload", "admin"):
        if getattr(given, option):
            raise MustNotStart(f"--{option} is for developers only: add --dev, or leave it away.")
    for origin in given.allow_websocket_origin:
        if "*" in origin:
            raise MustNotStart(
                f"--allow-websocket-origin {origin} lets the pages of strangers in: name each "
                "host, such as hub.example.org or 10.0.0.7:5006."
            )


def check_secure(given: argparse.Namespace) -> None:
    """Refuse half of what TLS needs."""
    if bool(given.ssl_certfile) != bool(given.ssl_keyfile):
        raise MustNotStart("TLS needs both --ssl-certfile and --ssl-keyfile.")
    for file in filter(None, (given.ssl_certfile, given.ssl_keyfile)):
        if not file.is_file():
            raise MustNotStart(f"Expected a file of TLS; there is none at {file}.")


def check_proxy(given: argparse.Namespace) -> None:
    """Refuse to believe a proxy where anybody could pose as one."""
    if given.unix_socket is None and (given.origin_from_proxy or given.user):
        raise MustNotStart(
            "--origin-from-proxy and --user believe whoever connects: add --unix-socket PATH, "
            "which only your own account can enter."
        )
    if given.user and (given.basic_auth or given.oauth_provider):
        raise MustNotStart("Expected --user or a login; got both.")


def where(given: argparse.Namespace) -> dict:
    """Return `Plan`'s host, port, socket and origins."""
    named = tuple(given.allow_websocket_origin)
    if given.unix_socket is None:
        port = PORT if given.port is None else given.port or free_port()
        check_address(given.host, port)
        return {"host": given.host, "port": port, "origins": (*origins(given.host, port), *named)}
    if given.port is not None or given.host != "127.0.0.1" or given.ssl_certfile:
        raise MustNotStart("A unix socket has no --host, no --port and no TLS: leave them away.")
    if not (named or given.origin_from_proxy):
        raise MustNotStart(
            "A unix socket is reached through a proxy: add --allow-websocket-origin HOST[:PORT] "
            "with the address that the browser shows, or --origin-from-proxy if it passes that on."
        )
    path = given.unix_socket.expanduser().absolute()
    check_socket(path)
    return {"host": "", "port": 0, "unix_socket": path, "origins": named}


def check_address(host: str, port: int) -> None:
    """Refuse an address of another machine, and a port that is taken."""
    if ":" in host:
        raise MustNotStart(f"--host {host} is IPv6, which is not supported: name an IPv4 address.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            if not is_loopback(host) and not is_ours(host):
                raise MustNotStart(f"--host {host} is no address of this machine.") from error
            raise MustNotStart(refusal_of(port, error)) from error


def refusal_of(port: int, error: Exception) -> str:
    """Return in a sentence why one cannot listen on a port of this machine."""
    if isinstance(error, OverflowError):
        return f"--port is a whole number from 0 to {arguments.MOST_PORT}; got {port}."
    if isinstance(error, PermissionError):
        return f"Port {port} is not for this account: choose one above 1023 with --port."
    return f"Port {port} is taken: choose another with --port."


def check_socket(path: Path) -> None:
    """Refuse to put a unix socket over what is none, or over one at which somebody listens."""
    if not path.parent.is_dir():
        raise MustNotStart(f"--unix-socket needs a folder that exists; there is no {path.parent}.")
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise MustNotStart(f"{path} is there and is no socket: choose another --unix-socket.")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return  # left by a server that was killed
        except OSError as error:
            raise MustNotStart(f"{path} cannot be used ({error.strerror}).") from error
    raise MustNotStart(f"Another server listens at {path}: choose another --unix-socket.")


def origins(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses under which a browser may show this server; never a wildcard."""
    names = ["127.0.0.1", "localhost"]
    if not is_loopback(host):
        wide = ip_of(host) is not None and ip_of(host).is_unspecified
        names += [*own_addresses(), socket.gethostname()] if wide else [host]
    return tuple(f"{name.lower()}:{port}" for name in dict.fromkeys(names))


def own_addresses() -> list[str]:
    """Return the IPv4 addresses of this machine."""
    found = [each for addresses in psutil.net_if_addrs().values() for each in addresses]
    return [each.address for each in found if each.family == socket.AF_INET]


def is_ours(host: str) -> bool:
    """Tell whether one can listen on an address at all."""
    with socket.socket() as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
    return True


def ip_of(host: str):
    """Return a numeric address, or None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Tell whether an address reaches this machine only."""
    ip = ip_of(host)
    return host == "localhost" if ip is None else ip.is_loopback


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def prefix(text: str) -> str:
    """Return a prefix as ``/a/b``."""
    inner = text.strip("/")
    return f"/{inner}" if inner else ""


def read_accounts(path: Path) -> dict[str, str]:
    """Return the passwords by name in a file.

    Raises
    ------
    Refused
        If it is not there, holds something else, or others can read it.
    """
    if not path.is_file():
        raise MustNotStart(f"--basic-auth expects {ACCOUNTS}.")
    if is_exposed(path.absolute()):
        raise MustNotStart(f"Others can read the passwords in {path}: chmod 600 it first.")
    try:
        accounts = json.loads(read_regular(path, MOST_ACCOUNTS))
    except (ValueError, RecursionError):
        accounts = None
    if not isinstance(accounts, dict) or not accounts:
        raise MustNotStart(f'Expected a file such as {{"anna": "her password"}} at {path}.')
    if not all(name and isinstance(each, str) and each for name, each in accounts.items()):
        raise MustNotStart(f"Expected a name and a password for each account in {path}.")
    return accounts


def is_exposed(path: Path) -> bool:
    """Tell whether other accounts can read a file: it, and all folders above, let them in."""
    mode = path.stat().st_mode
    for who in (stat.S_IRGRP, stat.S_IROTH):
        enter = who >> 2
        if mode & who and all(folder.stat().st_mode & enter for folder in path.parents):
            return True
    return False
