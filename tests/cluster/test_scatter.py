from __future__ import annotations

import os
import signal
import sys

import cloudpickle
import numpy as np
import pytest

from tests.cluster.kernels import (
    Result,
    address_of,
    pid_of_worker,
)
from tests.cluster.watching import eventually

cloudpickle.register_pickle_by_value(sys.modules[__name__])
MB = 1_000_000


def test_positional_and_keyword_arguments_arrive_in_order_whatever_their_size(executor, a_volume):
    def shapes(a, b, *, c, d):
        return a.shape, b, c.shape, d

    future = executor.submit(shapes, a_volume, 2, c=np.zeros(MB), d=b"d" * 2 * MB)

    assert future.result(30) == ((100, 120, 200), 2, (MB,), b"d" * 2 * MB)


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_come_back_as_compiled_code_takes_them_and_read_only_if_they_were(executor, order):
    def arrays(order):
        result = Result(np.full((101, 77, 31), 7, np.int64, order=order), np.arange(9), "name")
        result.first.flags.writeable = False
        return result, [5]

    (first, second, name), others = executor.submit(arrays, order).result(30)

    assert first.flags.aligned
    assert second.flags.aligned
    assert (first.flags.writeable, second.flags.writeable) == (False, True)
    assert first.flags.fnc == (order == "F")
    assert (first == 7).all()
    assert (second.tolist(), name, others) == ([*range(9)], "name", [5])


def test_a_named_tuple_keeps_its_names(executor):
    assert executor.submit(Result, 1, 2, 3).result(30).second == 2


def test_a_read_only_array_is_sent_once_and_stays_read_only(executor, a_volume):
    first = executor.submit(address_of, a_volume).result(30)
    second = executor.submit(address_of, array=a_volume).result(30)

    assert first == second
    assert first[1] is False


def test_a_writable_array_is_sent_each_time_and_stays_writable(executor):
    def add_one(array):
        array += 1
        return int(array.sum())

    array = np.zeros(2 * MB, np.uint8)

    assert [executor.submit(add_one, array).result(30) for _ in range(2)] == [2 * MB] * 2


def test_an_array_that_is_gone_here_is_released_there(executor, a_volume):
    def held():
        from distributed import get_worker

        return sum(isinstance(value, np.ndarray) for value in get_worker().data.values())

    executor.submit(address_of, a_volume.copy()).result(30)
    before = executor.submit(held).result(30)
    mine = a_volume.copy()
    mine.flags.writeable = False
    executor.submit(address_of, mine).result(30)
    assert executor.submit(held).result(30) == before + 1

    del mine

    assert eventually(lambda: executor.submit(held).result(30) == before)


def test_a_large_argument_inside_a_list_raises_no_warning(executor):
    arrays = [np.ones(8 * MB, np.uint8), np.ones(8 * MB, np.uint8)]

    assert executor.submit(len, arrays).result(30) == 2


def test_the_volume_is_sent_again_when_its_worker_was_killed(executor, a_volume):
    executor.submit(address_of, a_volume).result(30)
    worker = executor.submit(pid_of_worker).result(30)

    os.kill(worker, signal.SIGKILL)

    assert executor.submit(np.sum, a_volume).result(30) == a_volume.sum()
    assert eventually(lambda: executor.state == "ready: 1 worker, 2 threads")
