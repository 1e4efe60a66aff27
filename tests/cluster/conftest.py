"""One embedded cluster for the tests that leave it as it was."""

from __future__ import annotations

import numpy as np
import psutil
import pytest

from dashboard.cluster.executor import DaskExecutor
from tests.cluster.remote import Remote


@pytest.fixture(scope="package")
def executor():
    """An embedded cluster: one worker process with two threads."""
    executor = DaskExecutor.local(threads_per_worker=2)
    yield executor
    executor.shutdown(cancel_futures=True)
    assert executor.state == "closed"
    assert not psutil.Process().children(recursive=True)


@pytest.fixture
def remote():
    """A scheduler of others, without workers."""
    remote = Remote()
    remote.start_scheduler()
    yield remote
    remote.stop()


@pytest.fixture
def a_volume():
    """A read-only, non-cubic array of 2.4 MB."""
    volume = np.arange(100 * 120 * 200, dtype=np.uint8).reshape(100, 120, 200)
    volume.flags.writeable = False
    return volume
