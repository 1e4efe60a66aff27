"""Ways to a cluster of others: an address with TLS, a scheduler file, a function of the user's."""

from __future__ import annotations

import json
import sys
from concurrent.futures import BrokenExecutor

import cloudpickle
import dask
import pytest
from distributed import Client, LocalCluster

from dashboard.cluster.executor import DaskExecutor
from tests.cluster.kernels import pid_of_worker
from tests.cluster.remote import Remote, certificates
from tests.cluster.watching import connection_of, eventually

cloudpickle.register_pickle_by_value(sys.modules[__name__])


def refusal(executor):
    """The sentence that answers a kernel."""
    refused = executor.submit(pow, 2, 5).exception(60)
    assert isinstance(refused, BrokenExecutor)
    assert executor.state == f"lost: {refused}"
    return str(refused)


@pytest.fixture
def a_cluster_of_threads():
    """A function that makes a cluster in this process, and what it has made."""
    made = []

    def make():
        made.append(LocalCluster(1, 1, processes=False, dashboard_address=None))
        return made[-1]

    make.made = made
    yield make
    for cluster in made:
        cluster.close()


@pytest.mark.slow
def test_a_scheduler_file_is_read_again_when_the_scheduler_has_moved(remote, tmp_path):
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"type": "Scheduler", "address": remote.address}))
    remote.start_worker()
    moved = Remote()
    try:
        with DaskExecutor.at(file=file) as executor:
            first = executor.submit(pid_of_worker).result(60)
            moved.start_scheduler()
            moved.start_worker()
            file.write_text(json.dumps({"type": "Scheduler", "address": moved.address}))

            remote.kill_scheduler()

            assert eventually(lambda: executor.state.startswith("lost"), 10)
            assert eventually(lambda: executor.state.startswith("ready"), 60)
            assert executor.submit(pid_of_worker).result(60) != first
    finally:
        moved.stop()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: No such file"),
        ("half a f", "names no address"),
        ("[]", "names no address"),
        ("{}", "names no address"),
    ],
)
def test_a_scheduler_file_that_is_none_is_said(tmp_path, text, said):
    file = tmp_path / "scheduler.json"
    if text is not None:
        file.write_text(text)

    with DaskExecutor.at(file=file) as executor:
        assert said in refusal(executor)


def test_a_cluster_that_a_function_returns_is_used_and_closed(a_cluster_of_threads):
    with DaskExecutor.at(function=a_cluster_of_threads) as executor:
        assert executor.submit(pow, 2, 5).result(60) == 32
        (made,) = a_cluster_of_threads.made
        assert made.status.name == "running"

    assert made.status.name == "closed"


def test_a_client_or_an_address_that_a_function_returns_is_left_as_it_is(a_cluster_of_threads):
    cluster = a_cluster_of_threads()
    with Client(cluster, set_as_default=False) as client:
        for made in (client, cluster.scheduler_address):
            with DaskExecutor.at(function=lambda made=made: made) as executor:
                assert executor.submit(pow, 2, 5).result(60) == 32

        assert cluster.status.name == "running"
        assert client.submit(pow, 2, 6).result() == 64


def test_a_function_that_fails_or_returns_something_else_is_said():
    def fail():
        raise LookupError("no queue")

    async def make():
        return None

    with DaskExecutor.at(function=fail) as executor:
        assert "fail failed: LookupError: no queue" in refusal(executor)
    with DaskExecutor.at(function=make) as executor:
        assert "a client or an address; got coroutine" in refusal(executor)
    with DaskExecutor.at(function=lambda: 3) as executor:
        assert "a client or an address; got int" in refusal(executor)


@pytest.mark.slow
def test_a_number_of_workers_is_that_of_processes():
    with DaskExecutor.at(workers=2) as executor:
        assert executor.submit(pow, 2, 5).result(60) == 32
        assert eventually(lambda: executor.state.startswith("ready: 2 workers"))


def test_a_function_may_return_a_cluster_with_tls(executor):
    """Its certificates come with it, as an object that only lives in this process."""
    executor.submit(pow, 2, 5).result(30)

    class Cluster:
        scheduler_address = connection_of(executor).client.scheduler.address
        security = connection_of(executor).client.security
        closed = False

        def close(self):
            Cluster.closed = True

    with DaskExecutor.at(function=Cluster) as guest:
        assert guest.submit(pow, 2, 6).result(30) == 64

    assert Cluster.closed
    assert executor.submit(pow, 2, 5).result(30) == 32


def test_a_scheduler_with_tls_that_is_named_without_is_said(executor):
    executor.submit(pow, 2, 5).result(30)
    plain = connection_of(executor).client.scheduler.address.replace("tls://", "tcp://")

    with DaskExecutor.at(plain) as guest:
        assert refusal(guest).endswith("hangs up: if it uses TLS, name it tls://…")


def test_certificates_of_another_authority_are_said(executor, tmp_path):
    executor.submit(pow, 2, 5).result(30)

    with (
        dask.config.set(certificates(tmp_path)),
        DaskExecutor.at(connection_of(executor).client.scheduler.address) as guest,
    ):
        assert "do not take each other's certificates" in refusal(guest)


@pytest.mark.parametrize("named", [{}, {"ca-file": "gone.pem", "client.cert": "gone.pem"}])
def test_tls_without_certificates_names_the_settings(named):
    with (
        dask.config.set({f"distributed.comm.tls.{key}": name for key, name in named.items()}),
        DaskExecutor.at("tls://127.0.0.1:1") as executor,
    ):
        assert "name them with DASK_DISTRIBUTED__COMM__TLS__CA_FILE" in refusal(executor)
