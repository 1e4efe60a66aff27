"""All that was done to one volume, and who holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dashboard.model.journal import Journal
from dashboard.model.labels import LabelMap
from dashboard.model.palette import Label
from dashboard.model.settings import Settings
from dashboard.model.superpixels import Superpixels


@dataclass
class Case:
    """The annotation of one volume: what a session changes and a reload brings back."""

    labels: LabelMap
    table: tuple[Label, ...]
    cursor: tuple[int, int, int]
    label: int = 1
    revision: int = 0
    journal: Journal = field(default_factory=Journal)
    superpixels: Superpixels | None = None
    threshold: float | None = None
    settings: Settings | None = None
    first_table: tuple[Label, ...] = ()

    def __post_init__(self) -> None:
        self.first_table = self.table

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was done to it that cannot be computed again."""
        return not self.journal.titles and self.table == self.first_table


class Cases:
    """The cases that this process remembers, by user and volume, each with one holder.

    A page that is loaded again, or a second one, takes the case over from the page that held it.
    """

    def __init__(self) -> None:
        self._cases: dict[tuple[str, str], Case] = {}
        self._losers: dict[tuple[str, str], Callable[[], None]] = {}

    def take(
        self, key: tuple[str, str], begin: Callable[[], Case], on_lost: Callable[[], None]
    ) -> Case:
        """Return the case of `key`, begun if there is none; its last holder is told."""
        if lose := self._losers.pop(key, None):
            lose()
        self._losers[key] = on_lost
        if key not in self._cases:
            self._cases[key] = begin()
        return self._cases[key]

    def leave(self, key: tuple[str, str], on_lost: Callable[[], None]) -> None:
        """Give the case of `key` back, unless somebody has taken it already.

        It is remembered as long as the process lives if it holds an edit.
        """
        if self._losers.get(key) == on_lost:
            del self._losers[key]
            if self._cases[key].is_untouched:
                del self._cases[key]
