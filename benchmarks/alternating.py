"""Ours and a peer's, timed in turns, so that both meet the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.figure import Figure


@dataclass
class Turns:
    """Seconds that ours and the peer took, turn by turn.

    Attributes
    ----------
    clock : callable
        `time.process_time` counts all threads of this process, `time.perf_counter` the wall.
    """

    clock: Callable[[], float] = time.process_time
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    def take(self, ours: Callable[[], object], theirs: Callable[[], object]) -> tuple:
        """Call both, one after the other; returns what they returned."""
        return self._timed(ours, self.ours), self._timed(theirs, self.theirs)

    def _timed(self, action, took):
        began = self.clock()
        result = action()
        took.append(self.clock() - began)
        return result

    def ratio(self, name: str, **goal: float) -> Figure:
        """Return how many times ours goes into the peer's, in each turn."""
        pairs = zip(self.theirs, self.ours, strict=True)
        return Figure(name, [theirs / ours for theirs, ours in pairs], "×", **goal)

    def figures(self, name: str, peer: str, **goal: float) -> list[Figure]:
        """Return the ratio, and below it what both took."""
        return [
            self.ratio(f"{name}: {peer} to ours", **goal),
            Figure(f"    {peer}", self.theirs, "s"),
            Figure("    ours", self.ours, "s"),
        ]


def alternate(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    turns: int = 5,
    clock: Callable[[], float] = time.process_time,
) -> Turns:
    """Call both in turns, `turns` times each."""
    taken = Turns(clock)
    for _ in range(turns):
        taken.take(ours, theirs)
    return taken
