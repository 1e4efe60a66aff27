from __future__ import annotations

import threading

import pytest

from dashboard import shared as process
from dashboard.cluster.address import Where
from dashboard.volumes.cache.store import Storage
from tests.conftest import Inline


@pytest.fixture(autouse=True)
def no_cluster(monkeypatch):
    """Kernels run inline; no Dask is started."""
    monkeypatch.setattr(process.DaskExecutor, "local", Inline)


def test_what_a_stroke_calls_is_compiled_in_a_thread_before_the_first_page(monkeypatch, tmp_path):
    compiled_in = []
    monkeypatch.setattr(process, "warm_page", lambda: compiled_in.append(threading.get_ident()))

    shared = process.begin(Where(), tmp_path, Storage(tmp_path))

    shared.files.shutdown()
    assert len(compiled_in) == 1
    assert compiled_in[0] != threading.get_ident()


def test_files_are_read_while_it_is_compiled_and_if_it_fails(monkeypatch, tmp_path):
    go_on = threading.Event()

    def fail_late():
        go_on.wait(30)
        raise LookupError("no compiler")

    monkeypatch.setattr(process, "warm_page", fail_late)

    shared = process.begin(Where(), tmp_path, Storage(tmp_path))

    assert shared.files.submit(pow, 2, 5).result(10) == 32
    go_on.set()
    assert [shared.files.submit(pow, 2, n).result(10) for n in range(3)] == [1, 2, 4]
    shared.files.shutdown()
