"""Folders that the workers of others do not see."""

from __future__ import annotations

import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path

import cloudpickle
import pytest

from dashboard.cluster.executor import DaskExecutor
from tests.cluster.watching import eventually

cloudpickle.register_pickle_by_value(sys.modules[__name__])
# What each process sees here is its own current folder, as each machine has its own disk.
HERE = Path("/proc/self/cwd")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The folder of a worker, which is not that of the server."""
    (tmp_path / "server" / "cache").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "server")
    home = tmp_path / "worker"
    home.mkdir()
    return home


def test_a_folder_that_all_see_is_no_trouble(remote, tmp_path):
    remote.start_worker()
    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        assert executor.blind(tmp_path) == []

    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
@pytest.mark.skipif(not HERE.exists(), reason="needs /proc")
def test_workers_that_do_not_see_a_folder_or_one_of_its_name_are_named(remote, home):
    remote.start_bare_worker(home)
    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        assert eventually(lambda: executor.state.startswith("ready"), 60)

        (blind,) = executor.blind(HERE / "cache")
        (home / "cache").mkdir()

        assert blind.startswith("tcp://127.0.0.1:")
        assert executor.blind(HERE / "cache") == [blind]


@pytest.mark.skipif(not HERE.exists(), reason="needs /proc")
def test_a_kernel_on_a_worker_that_does_not_see_its_folder_fails_with_a_sentence(remote, home):
    remote.start_bare_worker(home)
    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        view = executor.patient(folder=HERE / "cache")

        with pytest.raises(BrokenExecutor, match="does not see /proc/self/cwd/cache: choose"):
            view.submit(pow, 2, 5).result(60)

        (home / "cache").mkdir()
        assert view.submit(pow, 2, 5).result(60) == 32


def test_without_a_connection_it_is_said(tmp_path):
    with (
        DaskExecutor.connect("tcp://127.0.0.1:1", deadline=0.2) as executor,
        pytest.raises(BrokenExecutor),
    ):
        executor.blind(tmp_path)


def test_an_embedded_cluster_sees_what_the_server_sees(executor):
    assert executor.blind(Path("/not/there")) == []
