"""What jupyter-server-proxy is told to start."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

from dashboard.cli import main
from dashboard.server import jupyter_tile

HOME = Path("/home/anna")


def words(environment=(), home=HOME, root=HOME, base_url="/user/anna/"):
    """The options after `serve`."""
    return jupyter_tile.serve("/run/sv.sock", base_url, dict(environment), home, root)[4:]


def test_a_tile_with_an_icon_of_its_own_is_offered():
    offered = jupyter_tile.tile()

    assert offered["unix_socket"] is True
    assert offered["launcher_entry"]["title"] == "supervox"
    assert ET.parse(offered["launcher_entry"]["icon_path"]).getroot().tag.endswith("svg")  # noqa: S314 - ours


def test_it_serves_the_home_at_the_users_prefix_under_the_users_name():
    assert words({"JUPYTERHUB_USER": "anna"}) == [
        "--unix-socket=/run/sv.sock",
        "--prefix=/user/anna/supervox",
        "--user=anna",
        "--folder=/home/anna",
        "--folder-url=/user/anna/files/",
        "--origin-from-proxy",
    ]


def test_the_hosts_public_name_is_the_only_origin_where_the_hub_tells_it():
    given = words({"JUPYTERHUB_PUBLIC_URL": "https://hub.example.org:8443/user/anna/"})

    assert "--allow-websocket-origin=hub.example.org:8443" in given
    assert "--origin-from-proxy" not in given


def test_volumes_take_a_quarter_of_the_memory_that_the_hub_allows():
    assert "--memory-budget=1" in words({"MEM_LIMIT": "4000000000"})


def test_an_administrator_adds_options_and_they_count():
    given = words({"SUPERVOX_OPTIONS": "--cluster ours:start --folder '/data/of all'"})

    asked = main.build_parser().parse_args(["serve", *given])
    assert asked.folder == Path("/data/of all")
    assert asked.cluster == "ours:start"


@pytest.mark.parametrize(
    ("home", "root", "url"),
    [
        ("/home/anna", "/home/anna", "/user/anna/files/"),
        ("/home/anna b", "/home", "/user/anna/files/anna%20b"),
        ("/home/anna", "/home/anna/work", ""),
        ("/srv/.homes/anna", "/srv", ""),
    ],
)
def test_files_are_linked_where_jupyterlab_shows_them(home, root, url):
    assert jupyter_tile.folder_url("/user/anna/", Path(home), Path(root)) == url


def test_braces_in_a_name_are_not_filled_in(monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/{anna}"))

    given = [word.format(unix_socket="wrong") for word in jupyter_tile.command("/run/sv.sock", "/")]

    assert "--folder=/home/{anna}" in given


def test_the_folder_that_jupyterlab_shows_is_that_of_its_server(monkeypatch):
    running = SimpleNamespace(
        initialized=lambda: True, instance=lambda: SimpleNamespace(root_dir="/data")
    )
    monkeypatch.setitem(
        jupyter_tile.sys.modules, "jupyter_server.serverapp", SimpleNamespace(ServerApp=running)
    )

    assert jupyter_tile.root_of_jupyter() == Path("/data")
