"""What a page sends, in the order in which its user did it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class _Arrival(NamedTuple):
    n: int
    after: frozenset[int]
    act: Callable[[], None]


class Arrivals:
    """Takes each number once, and none before those that it follows.

    Strokes and messages come by two ways, of which the one may overtake the other: so each says
    after which numbers it was done of which its page has not heard yet.
    """

    def __init__(self) -> None:
        self._come: set[int] = set()
        self._early: list[_Arrival] = []

    def take(self, n: int, after: Iterable[int], act: Callable[[], None]) -> None:
        """Call `act`, which never raises, when all that it follows has come."""
        if n not in self._come and all(n != early.n for early in self._early):
            self._early.append(_Arrival(n, frozenset(after), act))
            self._go_on()

    def clear(self) -> None:
        """Forget what has come too early: its page keeps it for another time."""
        self._early.clear()

    def _go_on(self) -> None:
        while ready := next((each for each in self._early if each.after <= self._come), None):
            self._early.remove(ready)
            self._come.add(ready.n)
            ready.act()
