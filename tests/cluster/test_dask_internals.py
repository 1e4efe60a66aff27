"""A release of Dask that lacks what is used of it is named in a sentence, before anything runs."""

from __future__ import annotations

import importlib
import sys
from concurrent.futures import BrokenExecutor
from operator import attrgetter
from types import SimpleNamespace

import dask
import distributed
import pytest

from dashboard.cluster import dask_internals
from dashboard.cluster.dask_internals import NEEDS, SETTINGS, Need, complete, missing
from dashboard.cluster.executor import DaskExecutor

GONE = "distributed {} has no {} any more, with which supervox {}: install the release that"

FAILS_ONCE = """
import halved.inner.deep, halved.utils, sys
if not hasattr(sys, "tried"): raise OSError("too early")
"""


class Before:
    """A class of Dask's that has the names, one as an annotation."""

    is_there = True
    is_said: int


def test_the_installed_release_lacks_nothing():
    assert missing() == ""


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: f"{need.holder.__name__}.{need.name}")
def test_each_name_is_missed(monkeypatch, need):
    holder = type(need.holder.__name__, (), {})
    monkeypatch.setattr(dask_internals, "NEEDS", (need._replace(holder=holder),))

    said = missing()

    name = f"{holder.__name__}.{need.name}"
    assert said.startswith(GONE.format(distributed.__version__, name, need.purpose))


@pytest.mark.parametrize(("name", "lacks"), [("is_there", 0), ("is_said", 0), ("is_gone", 1)])
def test_a_name_may_be_an_attribute_or_be_annotated(monkeypatch, name, lacks):
    monkeypatch.setattr(dask_internals, "NEEDS", (Need(Before, name, "does something"),))

    assert bool(missing()) == lacks


@pytest.mark.parametrize("name", SETTINGS)
def test_each_setting_is_missed(name):
    path, _, _ = name.rpartition(".")
    with dask.config.set({path: {}}):
        assert f"has no {name} any more" in missing()


def a_client(address="tls://127.0.0.1:8786"):
    """A client as far as it is looked at."""
    stream = SimpleNamespace(socket=object())
    comm = SimpleNamespace(comm=SimpleNamespace(stream=stream))
    scheduler = SimpleNamespace(address=address)
    return SimpleNamespace(scheduler_comm=comm, status="running", scheduler=scheduler)


@pytest.mark.parametrize(
    "path",
    [
        "status",
        "scheduler_comm",
        "scheduler_comm.comm",
        "scheduler_comm.comm.stream",
        "scheduler_comm.comm.stream.socket",
    ],
)
def test_what_a_client_has_lost_is_missed(path):
    client = a_client()
    assert missing(client) == ""
    above, _, name = path.rpartition(".")

    delattr(attrgetter(above)(client) if above else client, name)

    assert f"has no Client.{path} any more" in missing(client)


@pytest.mark.parametrize("address", ["ucx://127.0.0.1:8786", "tls://127.0.0.1:8786"])
def test_a_connection_without_a_socket_or_one_that_closes_lacks_nothing(address):
    client = a_client(address)
    if address.startswith("ucx"):
        del client.scheduler_comm.comm.stream
    else:
        client.scheduler_comm.comm = None

    assert missing(client) == ""


@pytest.mark.parametrize("way", [{}, {"address": "tcp://127.0.0.1:1"}])
def test_no_cluster_is_opened_then(monkeypatch, way):
    need = Need(Before, "is_gone", "does something")
    monkeypatch.setattr(dask_internals, "NEEDS", (need,))

    with DaskExecutor.at(**way) as executor:
        refused = executor.submit(pow, 2, 5).exception(30)

    assert isinstance(refused, BrokenExecutor)
    assert "has no Before.is_gone any more" in str(refused)


def test_a_package_whose_first_import_failed_half_way_is_whole_after_the_second(
    tmp_path, monkeypatch
):
    package = tmp_path / "halved"
    (package / "inner").mkdir(parents=True)
    for path in ("inner/__init__.py", "inner/deep.py", "utils.py"):
        (package / path).touch()
    (package / "__init__.py").write_text(FAILS_ONCE)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(OSError, match="too early"):
        importlib.import_module("halved")
    monkeypatch.setattr(sys, "tried", True, raising=False)
    halved = importlib.import_module("halved")
    assert not hasattr(halved, "utils")

    complete("halved")

    assert halved.utils is sys.modules["halved.utils"]
    assert halved.inner.deep is sys.modules["halved.inner.deep"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "halved"]:
        monkeypatch.delitem(sys.modules, name)
