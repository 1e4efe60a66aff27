"""Many short kernels: sent some at a time over one link, and their results fetched some at a time.

One by one each costs the page's process and the scheduler milliseconds, most of them for its
messages. Only so many are away at a time: the others take no memory on the way, and a worker that
dies takes few with it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dashboard.cluster.task import Carrier, ClusterTask

TOGETHER = 16
TOGETHER_BYTES = 4_000_000
AWAY, AWAY_A_THREAD = 64, 4
GLANCE_S = 0.01
GLANCES = 5  # after which even a few are fetched


class Crowd:
    """Tasks that wait to be sent over a link; used in the launcher's thread."""

    def __init__(self) -> None:
        self._capacity = AWAY
        self._tasks: deque[ClusterTask] = deque()
        self._away = 0

    def __iter__(self) -> Iterator[ClusterTask]:
        return iter([*self._tasks])

    def add(self, task: ClusterTask) -> bool:
        """Have a task sent with others; True for the first, after which `take` is to be called."""
        self._tasks.append(task)
        return len(self._tasks) == 1

    def fit(self, threads: int) -> None:
        """Have enough away for a cluster of so many threads; any thread."""
        self._capacity = max(AWAY, AWAY_A_THREAD * threads)

    def note_return(self, count: int) -> None:
        """So many are there."""
        self._away -= count

    def take(self) -> list[ClusterTask]:
        """Return tasks to be sent now; none, if more had better be sent when more are there."""
        free = min(self._capacity - self._away, TOGETHER)
        if free < min(TOGETHER, len(self._tasks)):
            return []
        taken = [self._tasks.popleft() for _ in range(min(free, len(self._tasks)))]
        self._away += len(taken)
        return taken

    def clear(self) -> list[ClusterTask]:
        """Return all that wait, and wait for none: the link is lost."""
        taken = [*self._tasks]
        self._tasks.clear()
        return taken


class Outstanding:
    """What was sent over one link and has not come back; used on Dask's loop.

    Parameters
    ----------
    link : Carrier
        Over which it comes.
    landed : callable
        Takes the link, and pairs of a task and Dask's future, and the results of those; None
        instead of these if one failed, or was lost with its worker.
    """

    def __init__(self, link: Carrier, landed: Callable[[Carrier, list, list | None], None]) -> None:
        self._link, self._landed = link, landed
        self._awaited: list[tuple[ClusterTask, Any]] = []

    async def expect(self, awaited: list[tuple[ClusterTask, Any]]) -> None:
        """Wait for Dask's futures of some tasks, until they and all that came later are there."""
        is_watched = bool(self._awaited)
        self._awaited += awaited
        glances = 0
        while self._awaited and not is_watched and not self._link.trouble:
            await asyncio.sleep(GLANCE_S)
            there = [each for each in self._awaited if each[1].done()][:TOGETHER]
            glances = glances + 1 if there else 0
            if glances == GLANCES or len(there) in (len(self._awaited), TOGETHER):
                self._awaited = [each for each in self._awaited if each not in there]
                self._link.later(self._fetch, there)
                glances = 0

    async def _fetch(self, there: list[tuple[ClusterTask, Any]]) -> None:
        try:
            futures = [running for _, running in there]
            values = await self._link.client.gather(futures, asynchronous=True)
        except Exception:  # noqa: BLE001 - each is then asked for alone, and says its own
            values = None
        self._landed(self._link, there, values)
