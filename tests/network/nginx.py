"""nginx on the loopback, with the configuration that docs/deploy/nginx.md shows."""

from __future__ import annotations

import os
import socket
import subprocess

from tests.cluster.watching import eventually
from tests.e2e.serving import ROOT, free_port
from tests.network.authority import Authority
from tests.network.tools import path_of

SHOWN = ROOT / "docs" / "deploy" / "nginx.conf"
AROUND = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/supervox.conf;
}}
"""


class Nginx:
    """Serves over TLS what a port of the loopback serves.

    Parameters
    ----------
    folder : Path
        Where its files are.
    behind : int
        The port of supervox.
    """

    def __init__(self, folder, behind):
        self.port, self._folder, self._behind = free_port(), folder, behind
        user = "" if os.geteuid() else "user root;"  # others cannot enter pytest's folders
        (folder / "supervox.conf").write_text(self._here(SHOWN.read_text()))
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
        files = ["-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
        self._process = subprocess.Popen([path_of("nginx"), *map(str, files)])

    def wait(self):
        """Return when it listens."""
        assert eventually(self._listens, 30), (self._folder / "error.log").read_text()
        return self

    def stop(self):
        """End it."""
        self._process.terminate()
        self._process.wait(30)

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _here(self, shown):
        certificate, key = Authority(self._folder / "authority").certify("127.0.0.1")
        for there, here in {
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "/etc/ssl/certs/scans.example.org.pem": certificate,
            "/etc/ssl/private/scans.example.org.key": key,
            "server_name scans.example.org": "server_name 127.0.0.1",
            "127.0.0.1:5006": f"127.0.0.1:{self._behind}",
        }.items():
            assert shown.count(there) == 1
            shown = shown.replace(there, str(here))
        return shown
