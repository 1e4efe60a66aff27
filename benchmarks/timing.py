"""How long calls take, one by one."""

from __future__ import annotations

import time
from collections.abc import Callable


def milliseconds(
    action: Callable[[], object], times: int, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Return the ms of each of some calls, by `clock`."""
    took = []
    for _ in range(times):
        began = clock()
        action()
        took.append((clock() - began) * 1000)
    return took
