from __future__ import annotations

import sys
import time
from concurrent.futures import wait
from uuid import uuid4

import cloudpickle

from tests.cluster import kernels


def hold_until(path):
    while not path.exists():
        time.sleep(0.01)


def touch(path):
    path.touch()


touch.priority = 1
cloudpickle.register_pickle_by_value(sys.modules[__name__])


def test_what_a_hand_waits_for_never_waits_for_what_runs(executor, tmp_path):
    opened = tmp_path / "opened"
    others = [executor.submit(hold_until, opened) for _ in range(20)]
    executor.submit(touch, opened).result(30)

    assert [other.result(30) for other in others] == [None] * 20


def test_no_more_than_its_threads_run_of_the_others(executor, tmp_path):
    def count(folder):
        mine = folder / uuid4().hex
        mine.touch()
        time.sleep(0.1)
        found = len([*folder.iterdir()])
        mine.unlink()
        return found

    together = [executor.submit(count, tmp_path) for _ in range(8)]

    assert max(each.result(30) for each in together) == 2
    assert executor.state == "ready: 1 worker, 2 threads"


def test_what_a_hand_waits_for_comes_before_what_waited_longer(executor):
    def soon():
        return None

    soon.priority = 1
    ended = []

    def note(name, *call):
        future = executor.submit(*call)
        future.add_done_callback(lambda _: ended.append(name))
        return future

    futures = [note("running", kernels.hold, 1) for _ in range(2)]
    futures += [note("waiting", kernels.hold, 0.2) for _ in range(8)]
    futures.append(note("soon", soon))
    wait(futures, 60)

    assert ended.index("soon") < 6
