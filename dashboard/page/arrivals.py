"""What a page sends, in the order in which its user did it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class _Arrival(NamedTuple):
    key: tuple[int, str]
    after: tuple[int, str] | None
    act: Callable[[], None]


class Arrivals:
    """Takes each name once for each opening of a volume, and none before the one that it follows.

    Strokes and messages come by two ways, of which the one may overtake the other: so each says
    which was the latest, when it was sent, of those that its page had no answer to.
    """

    def __init__(self) -> None:
        self._come: set[tuple[int, str]] = set()
        self._early: list[_Arrival] = []

    def take(self, opening: int, name: str, after: str, act: Callable[[], None]) -> None:
        """Call `act`, which never raises, when what it follows has come, if it follows any."""
        key = opening, name
        if key not in self._come and all(key != early.key for early in self._early):
            self._early.append(_Arrival(key, (opening, after) if after else None, act))
            self._go_on()

    def clear(self) -> None:
        """Forget what has come too early: its page keeps it for another time."""
        self._early.clear()

    def _go_on(self) -> None:
        while ready := next((each for each in self._early if self._may_come(each)), None):
            self._early.remove(ready)
            self._come.add(ready.key)
            ready.act()

    def _may_come(self, arrival: _Arrival) -> bool:
        return arrival.after is None or arrival.after in self._come
