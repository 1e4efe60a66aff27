"""What an option of the command line may be: types for argparse that refuse in a sentence."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError
from collections.abc import Callable

MOST_PORT = 65535
_SHOWN = 60


def expected(what: str, text: str) -> ArgumentTypeError:
    """Return the refusal of a text where something else is expected."""
    return ArgumentTypeError(f"expected {what}; got {text[:_SHOWN]}")


def whole_number(text: str) -> int:
    """Return a whole number."""
    return _read(int, text, "a whole number")


def number(text: str) -> float:
    """Return a number, not finite ones too: what may be, the kernel says."""
    return _read(float, text, "a number")


def from_one(what: str = "a whole number from 1") -> Callable[[str], int]:
    """Return a type of whole numbers from 1."""
    return lambda text: _held(_read(int, text, what), 1, math.inf, text, what)


def port(text: str) -> int:
    """Return a port."""
    what = f"a port, a whole number from 0 to {MOST_PORT}"
    return _held(_read(int, text, what), 0, MOST_PORT, text, what)


def gigabytes(text: str) -> float:
    """Return a number of gigabytes, 0 or more."""
    what = "gigabytes, 0 or more"
    given = _read(float, text, what)
    return _held(given, 0, math.inf, text, what) if given < math.inf else _refuse(what, text)


def volume(text: str) -> int:
    """Return the index of a volume from its number, which counts from 1."""
    return from_one("the number of a volume, from 1")(text) - 1


def chunks(text: str) -> tuple[int, int, int]:
    """Return the sides of a chunk from ``128,128,128``."""
    what = "three sides of 1 voxel or more, such as 128,128,128"
    sides = tuple(_read(int, side, what, text) for side in text.split(","))
    if len(sides) != 3 or min(sides) < 1:
        _refuse(what, text)
    return sides


def weights(text: str) -> tuple[float, ...]:
    """Return the weights from ``1,0.5``."""
    what = "a weight for each volume, such as 1,0.5"
    return tuple(_read(float, weight, what, text) for weight in text.split(","))


def threshold(text: str) -> float | str | None:
    """Return a threshold from its text: ``auto``, ``none`` or a number."""
    if text in ("auto", "none"):
        return text if text == "auto" else None
    what = "auto, none or a number"
    given = _read(float, text, what)
    return _refuse(what, text) if math.isnan(given) else given


def _read(kind, text, what, shown=None):
    try:
        return kind(text)
    except ValueError:
        raise expected(what, shown or text) from None


def _held(given, least, most, text, what):
    return given if least <= given <= most else _refuse(what, text)


def _refuse(what, text):
    raise expected(what, text)
