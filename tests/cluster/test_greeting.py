"""Workers of others: what they lack is sent or said before a kernel runs there."""

from __future__ import annotations

import re
import sys
from concurrent.futures import BrokenExecutor

import cloudpickle
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.cluster import check_workers, worker_facts
from dashboard.cluster.executor import DaskExecutor
from tests.cluster.watching import connection_of, eventually
from workers.superpixels.partition import partition

cloudpickle.register_pickle_by_value(sys.modules[__name__])


@pytest.fixture
def noise():
    """A small non-cubic volume."""
    return np.random.default_rng(7).integers(0, 200, (20, 24, 18), np.uint8)


def where_the_kernels_are():
    import workers

    return workers.__file__


def compiled_files():
    from pathlib import Path

    import workers

    return len([*Path(workers.__file__).parent.rglob("*.nbc")])


@pytest.mark.slow
def test_a_worker_without_supervox_is_sent_the_kernels_and_computes_the_same_bits(
    remote, noise, tmp_path
):
    remote.start_bare_worker(tmp_path)
    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        found = executor.submit(partition, noise, (1, 1, 2), count=30).result(200)
        place = executor.submit(where_the_kernels_are).result(30)
        kept = executor.submit(compiled_files).result(30)

    assert_array_equal(found.ids, partition(noise, (1, 1, 2), count=30).ids)
    assert place.startswith(str(tmp_path / ".cache" / worker_facts.PUSHED))
    assert kept > 0, "the next worker must not compile them again"


def test_a_worker_that_comes_later_has_the_kernels_before_its_first_task(remote, tmp_path):
    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        assert eventually(lambda: connection_of(executor) is not None, 60)
        waiting = executor.submit(where_the_kernels_are)
        remote.start_bare_worker(tmp_path)

        assert worker_facts.PUSHED in waiting.result(60)


@pytest.mark.torture  # compiles all from nothing
def test_kernels_that_a_server_has_left_there_give_way_to_those_of_another(
    remote, tmp_path, monkeypatch
):
    remote.start_bare_worker(tmp_path)
    with DaskExecutor.connect(remote.address, deadline=60) as before:
        first = before.submit(where_the_kernels_are).result(60)
    other_version(monkeypatch, tmp_path)

    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        second = executor.submit(where_the_kernels_are).result(60)

    assert worker_facts.PUSHED in second
    assert first != second


def test_two_servers_of_one_version_share_a_cluster_and_those_of_two_do_not(
    remote, tmp_path, monkeypatch
):
    remote.start_bare_worker(tmp_path)
    with DaskExecutor.connect(remote.address, deadline=60) as first:
        place = first.submit(where_the_kernels_are).result(60)
        with DaskExecutor.connect(remote.address, deadline=60) as second:
            assert second.submit(where_the_kernels_are).result(60) == place
        other_version(monkeypatch, tmp_path)
        with DaskExecutor.connect(remote.address, deadline=60) as third:
            refused = third.submit(where_the_kernels_are).exception(60)
        assert "of another version uses this Dask cluster" in str(refused)
        assert first.submit(where_the_kernels_are).result(60) == place


def other_version(monkeypatch, folder):
    """Be a server whose kernels differ."""
    other = folder / "other" / "workers"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("OTHER = True\n")
    (other / "team.py").write_text(TEAM)
    monkeypatch.setattr(
        "dashboard.cluster.worker_facts.workers.__file__", str(other / "__init__.py")
    )


TEAM = """
import contextlib

def at_most(threads):
    return contextlib.nullcontext()
"""


def test_a_worker_with_other_kernels_installed_is_refused_until_it_has_gone(remote, monkeypatch):
    remote.start_worker()
    ours = worker_facts.ours()
    monkeypatch.setattr(check_workers, "ours", lambda: ours._replace(content="0" * 16))

    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        with pytest.raises(BrokenExecutor, match=r"has other kernels in .*workers"):
            executor.submit(pow, 2, 5).result(60)

        assert executor.state.startswith("lost: The Dask worker tcp://127.0.0.1:")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"python": "3.9"}, r"The Dask scheduler runs Python 3\.\d+ and this server Python 3\.9"),
        ({}, r"has numba [\d.]+, and supervox needs 99 or newer"),
    ],
)
def test_versions_that_do_not_fit_are_said(remote, monkeypatch, change, said):
    remote.start_worker()
    ours = worker_facts.ours()
    monkeypatch.setattr(check_workers, "ours", lambda: ours._replace(**change))
    monkeypatch.setattr(check_workers, "bounds", lambda: {"numba": "99"})

    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        refused = executor.submit(pow, 2, 5).exception(60)

    assert isinstance(refused, BrokenExecutor)
    assert re.search(said, str(refused))
