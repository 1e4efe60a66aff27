"""The median of values that come in parts, several times over: exact, in memory that is bounded."""

from __future__ import annotations

import numpy as np

_BITS = 16
_DIGITS = 1 << _BITS


def keys(values: np.ndarray) -> np.ndarray:
    """Return unsigned integers of 16, 32 or 64 bits that are in the order of `values`.

    Parameters
    ----------
    values : (n,) ndarray of bool, int or float
        Without NaN. Of 8 bits and 16-bit floats, the next larger type counts.
    """
    values = np.ascontiguousarray(values, _wide(values.dtype))
    bits = values.view(f"u{values.itemsize}")
    sign = bits.dtype.type(1 << (8 * values.itemsize - 1))
    if values.dtype.kind == "u":
        return bits
    if values.dtype.kind == "i":
        return bits ^ sign
    return np.where(bits & sign, ~bits, bits | sign)


def value_of(key: int, dtype: np.dtype) -> float:
    """Return the value of a `dtype` that has a key."""
    wide = _wide(dtype)
    unsigned = np.dtype(f"u{wide.itemsize}")
    sign = 1 << (8 * wide.itemsize - 1)
    if wide.kind == "i":
        key ^= sign
    elif wide.kind == "f":
        key = key ^ sign if key & sign else key ^ (2 * sign - 1)
    return float(np.array(key, unsigned).view(wide))


class Medians:
    """Medians of many sets of values, by the digits of their keys: the highest 16 bits first.

    All values are shown to it `passes` times, in parts of any order and size; a pass ends with
    `narrow`. What it holds is half a megabyte for each set, or one, however many values there are.

    Parameters
    ----------
    dtype : dtype
        Of the values.

    Attributes
    ----------
    passes : int
        1 for types of up to 16 bits, 2 for 32, 4 for 64.
    """

    def __init__(self, dtype: np.dtype) -> None:
        self._dtype = np.dtype(dtype)
        self._shift = 8 * _wide(self._dtype).itemsize
        self.passes = self._shift // _BITS
        self._counts: dict[tuple[int, int], np.ndarray] = {}  # by set, and by the digits before
        self._sought: dict[int, list[tuple[int, int]]] = {}  # of a set: digits, rank among those

    def count(self, name: int, values: np.ndarray) -> None:
        """Take a part of the values of the set `name` into account; none of them NaN."""
        found = keys(values)
        low = found.dtype.type(self._shift - _BITS)
        digits = (found >> low) & found.dtype.type(_DIGITS - 1)
        if name not in self._sought:
            self._add(name, 0, digits)
            return
        before = found >> found.dtype.type(self._shift)
        for prefix in {prefix for prefix, _ in self._sought[name]}:
            self._add(name, prefix, digits[before == found.dtype.type(prefix)])

    def narrow(self) -> None:
        """End a pass: look up in which digit the middle lies."""
        for name, prefix in list(self._counts):
            if name not in self._sought:
                n = int(self._counts[name, prefix].sum())
                self._sought[name] = [(0, (n - 1) // 2), (0, n // 2)]
        for name, sought in self._sought.items():
            self._sought[name] = [self._next(name, *each) for each in sought]
        self._counts.clear()
        self._shift -= _BITS

    def of(self, name: int) -> float:
        """Return the median of a set: the mean of the two in the middle; NaN of an empty one."""
        if name not in self._sought:
            return float("nan")
        low, high = (value_of(key, self._dtype) for key, _ in self._sought[name])
        return low if low == high else low / 2 + high / 2

    def _add(self, name, prefix, digits):
        if digits.size:
            counts = self._counts.setdefault((name, prefix), np.zeros(_DIGITS, np.int64))
            counts += np.bincount(digits.astype(np.intp), minlength=_DIGITS)

    def _next(self, name, prefix, rank):
        up_to = np.cumsum(self._counts[name, prefix])
        digit = int(np.searchsorted(up_to, rank, side="right"))
        return prefix << _BITS | digit, rank - (int(up_to[digit - 1]) if digit else 0)


def _wide(dtype):
    """Return the type of at least 16 bits, or 32 of floats, that holds the values."""
    least = np.float32 if dtype.kind == "f" else np.int16 if dtype.kind == "i" else np.uint16
    return np.promote_types(dtype, least).newbyteorder("=")
