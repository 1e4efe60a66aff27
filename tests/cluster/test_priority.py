from __future__ import annotations

from concurrent.futures import wait

from tests.cluster import kernels


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
