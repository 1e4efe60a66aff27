"""What the values of a message from the page must be; a page that is older may send others."""

from __future__ import annotations

import math
from collections.abc import Callable

from dashboard.session.messages import Refused

KINDS = ("volume", "series", "labels", "superpixels", "table")
_MOST = 2**53  # of the whole numbers that a page can count


def whole_number(value: object) -> int:
    """Return a whole number, also one that came as text."""
    number = float(value)
    if isinstance(value, bool) or not abs(number) <= _MOST or number != math.floor(number):
        raise ValueError
    return int(number)


def whole_or_none(value: object) -> int | None:
    """Return a whole number, or None."""
    return None if value is None else whole_number(value)


def text(value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise TypeError
    return value


def kind(value: object) -> str:
    """Return as what a file is to be opened."""
    if value not in KINDS:
        raise ValueError
    return value


def ijk(value: object) -> list[int]:
    """Return three whole numbers."""
    i, j, k = map(whole_number, value)
    return [i, j, k]


def numbers(value: object) -> list[float]:
    """Return finite numbers."""
    found = [float(each) for each in value]
    if not all(map(math.isfinite, found)):
        raise ValueError
    return found


def named_numbers(value: object) -> list[tuple[str, float]]:
    """Return pairs of a name and a number."""
    return [(text(name), float(number)) for name, number in value]


_LABEL = {"label": whole_number}
_VERBS: dict[str, dict[str, Callable]] = {
    "go_to": {"done": whole_number},
    "choose": _LABEL | {"choice": whole_number},
    "rename": _LABEL | {"name": text},
    "recolour": _LABEL | {"color": text},
    "show_label": _LABEL | {"to": bool},
    "lock_label": _LABEL | {"to": bool},
    "show_labels": {"to": bool},
    "fill_holes": _LABEL,
    "keep_largest_island": _LABEL,
    "remove_label": _LABEL,
    "merge_label": _LABEL | {"into": whole_number},
    "remove_volume": {"key": whole_number},
    "cursor": {"ijk": ijk},
    "open": {"path": text, "kind": kind},
    "open_over": {"path": text, "kind": kind},
    "open_volume_of": {"volume": whole_number},
    "open_by": {"form": text},
    "download_table": {"form": text},
    "upload_as": {"kind": kind},
    "list": {"path": text},
    "asked": {"n": whole_number},
    "stroke": {"plane": text, "index": whole_number, "label": whole_number},
    "line": {"xs": numbers, "ys": numbers},
}
_MAY: dict[str, dict[str, Callable]] = {
    "add_label": {"value": whole_or_none, "name": text},
    "list": {"kind": kind},
    "partition": {"weights": named_numbers},
}
_NOTHING = ("undo", "redo", "cancel", "take_over", "open_resampled", "open_together")


def checked(verb: str, values: dict) -> dict:
    """Return the values of a verb, each as what it must be; others as they came.

    Raises
    ------
    Refused
        If one is missing or cannot be; and if there are any where the verb takes none.
    """
    must, may = _VERBS.get(verb, {}), _MAY.get(verb, {})
    try:
        given = {name: read(values[name]) for name, read in must.items()}
        given |= {name: read(values[name]) for name, read in may.items() if name in values}
    except (TypeError, ValueError, LookupError, OverflowError):
        raise _unknown(verb) from None
    more = set(values) - set(given)
    if more and (verb in _NOTHING or (given and verb not in ("asked", "stroke", "partition"))):
        raise _unknown(verb)
    return values | given


def _unknown(verb: str) -> Refused:
    return Refused(
        f"The page asked for “{verb[:40]}” with values that are unknown here: reload it."
    )
