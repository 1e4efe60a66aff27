"""The tile in JupyterLab's launcher: how jupyter-server-proxy starts ``supervox serve``.

The function `tile` is an entry point, and runs in the user's Jupyter server: it imports nothing
of the page.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

ICON = Path(__file__).with_name("icon.svg")
NAME = "supervox"
START_S = 180  # a first start from a slow network folder compiles, too
MEMORY_SHARE = 4  # as without a Hub: a quarter of the memory may hold volumes


def tile() -> dict:
    """Return what jupyter-server-proxy is to start, and how."""
    return {
        "command": command,
        # A port of the loopback would let in every account of the machine.
        "unix_socket": True,
        "absolute_url": True,
        "timeout": START_S,
        # A folder `workers` or `dashboard` in somebody's home is not ours.
        "environment": {"PYTHONSAFEPATH": "1"},
        "launcher_entry": {"title": NAME, "icon_path": str(ICON), "category": "Notebook"},
    }


def command(unix_socket: str, base_url: str) -> list[str]:
    """Return the command; jupyter-server-proxy asks for it when the tile is first opened.

    Parameters
    ----------
    unix_socket : str
        Where to listen.
    base_url : str
        Of the user's server, with a slash at its end, such as ``/user/anna/``.
    """
    words = serve(unix_socket, base_url, os.environ, Path.home(), root_of_jupyter())
    return [word.replace("{", "{{").replace("}", "}}") for word in words]  # it fills in {names}


def serve(
    unix_socket: str, base_url: str, environment: Mapping[str, str], home: Path, root: Path
) -> list[str]:
    """Return the words of the command, for an `environment` as a Hub makes it.

    Parameters
    ----------
    home, root : Path
        Where the page may open files, and which folder JupyterLab shows.
    """
    options = {
        "--unix-socket": unix_socket,
        "--prefix": f"{base_url.rstrip('/')}/{NAME}",
        "--user": environment.get("JUPYTERHUB_USER", ""),
        "--folder": str(home),
        "--folder-url": folder_url(base_url, home, root),
        "--allow-websocket-origin": urlsplit(environment.get("JUPYTERHUB_PUBLIC_URL", "")).netloc,
        "--memory-budget": memory_budget(environment.get("MEM_LIMIT", "")),
    }
    given = [f"{name}={value}" for name, value in options.items() if value]
    if "--allow-websocket-origin" not in (word.partition("=")[0] for word in given):
        given.append("--origin-from-proxy")
    more = shlex.split(environment.get("SUPERVOX_OPTIONS", ""))
    return [sys.executable, "-m", "dashboard.cli", "serve", *given, *more]


def folder_url(base_url: str, home: Path, root: Path) -> str:
    """Return where JupyterLab, which shows `root`, hands out the files of `home`; "" if nowhere."""
    if not home.is_relative_to(root):
        return ""
    inside = home.relative_to(root)
    if any(part.startswith(".") for part in inside.parts):
        return ""
    return f"{base_url.rstrip('/')}/files/{quote(inside.as_posix()).removeprefix('.')}"


def memory_budget(limit: str) -> str:
    """Return the gigabytes that volumes may take of what a Hub allows, in bytes; "" if all."""
    return f"{int(limit) / MEMORY_SHARE / 1e9:.3g}" if limit.isdecimal() else ""


def root_of_jupyter() -> Path:
    """Return the folder that the Jupyter server of this process shows."""
    loaded = sys.modules.get("jupyter_server.serverapp")
    if loaded is None or not loaded.ServerApp.initialized():
        return Path.home()
    return Path(loaded.ServerApp.instance().root_dir)
