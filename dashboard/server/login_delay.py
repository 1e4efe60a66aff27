"""How long who tries to sign in must wait: the longer, the more tries have failed before."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

FORGET_S = 600.0
MOST_WAITING_IN_ALL = 400
MOST_KNOWN = 20_000
_LONGEST_NAME = 200


class Limit(NamedTuple):
    """So many tries are free, each one more doubles the wait, and so many may wait at once."""

    free: int
    longest_s: float
    most_waiting: int


# Who mistypes waits, others hardly: an account is never locked to who comes from elsewhere.
LIMITS = {
    "both": Limit(3, 12.0, 8),
    "address": Limit(12, 12.0, 24),
    "account": Limit(12, 4.0, MOST_WAITING_IN_ALL),
}


class Patience:
    """Counts tries by account, by address, and by both; in bounded memory.

    A try counts from its beginning, so that many at once wait as long as one after the other.

    Parameters
    ----------
    clock : callable, optional
        Tells seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[tuple, tuple[int, float]] = OrderedDict()
        self._waiting: Counter[tuple] = Counter()
        self._in_all = 0
        self._turned_away: set[str] = set()

    def begin(self, account: str, address: str) -> float | None:
        """Return how many seconds a try must wait; None if too many wait there already.

        `end` must be called after one that may be made.
        """
        keys = _keys(account, near(address))
        too_many = self._in_all >= MOST_WAITING_IN_ALL
        if too_many or any(self._waiting[key] >= limit.most_waiting for key, limit in keys):
            return None
        self._in_all += 1
        self._waiting.update(key for key, _ in keys)
        return max(self._counted(key, limit) for key, limit in keys)

    def end(self, account: str, address: str, *, is_right: bool) -> None:
        """Note how a try came out."""
        keys = _keys(account, near(address))
        self._in_all -= 1
        self._waiting -= Counter(key for key, _ in keys)
        self._turned_away.discard(near(address))
        if is_right:
            for key, _ in keys:
                count, last = self._tries.pop(key, (0, 0.0))
                if key[0] == "address" and count > 1:  # others there may have failed
                    self._tries[key] = count - 1, last

    def is_news(self, address: str) -> bool:
        """Tell whether it is the first time that one is turned away, since one there was not."""
        place, known = near(address), len(self._turned_away)
        if known < MOST_WAITING_IN_ALL:
            self._turned_away.add(place)
        return len(self._turned_away) > known

    def failed(self, account: str, address: str) -> int:
        """Return how many tries on an account have failed lately from an address."""
        (key, _), *_ = _keys(account, near(address))
        return self._tries.get(key, (0, 0.0))[0]

    def _counted(self, key: tuple, limit: Limit) -> float:
        now = self._clock()
        count, last = self._tries.pop(key, (0, now))
        count = 1 if now - last > FORGET_S else count + 1
        self._tries[key] = count, now
        while len(self._tries) > MOST_KNOWN:
            self._tries.popitem(last=False)
        more = count - limit.free
        return min(limit.longest_s, 2.0 ** min(more - 1, 30)) if more > 0 else 0.0


def near(address: str) -> str:
    """Return an address; of IPv6 the network, since who has one has 2⁶⁴."""
    try:
        told = ip_address(address)
    except ValueError:
        return address[:_LONGEST_NAME]
    return str(told) if not isinstance(told, IPv6Address) else f"{told.exploded[:19]}::/64"


def _keys(account, place):
    account = account[:_LONGEST_NAME]
    return (
        (("both", account, place), LIMITS["both"]),
        (("address", place), LIMITS["address"]),
        (("account", account), LIMITS["account"]),
    )
