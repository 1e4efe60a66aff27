"""Reads a value as what the protocol says that it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import singledispatch
from numbers import Integral, Real

from dashboard.page.protocol.value_types import (
    Anything,
    ByName,
    Bytes,
    Either,
    Fields,
    Flag,
    Integer,
    ListOf,
    Nothing,
    Number,
    OneOf,
    Text,
    TupleOf,
    Type,
)


class Misfit(ValueError):
    """A value is not of its type; the message says where, and what was expected."""


@singledispatch
def read(of: Type, value: object) -> object:
    """Return a value as a type has it.

    Raises
    ------
    Misfit
        If it is not of that type.
    """
    raise TypeError(f"Expected a type of the protocol to read {value!r} by; got {of!r}.")


@read.register
def _integer(of: Integer, value: object) -> int:
    number = _float(value, "a whole number")
    if not of.least <= number <= of.most or number != math.floor(number):
        raise Misfit(f"expected a whole number from {of.least} to {of.most}")
    return int(value) if isinstance(value, Integral) else int(number)


@read.register
def _number(of: Number, value: object) -> float:
    number = _float(value, "a number")
    if of.is_finite and not math.isfinite(number):
        raise Misfit("expected a finite number")
    return number


def _float(value: object, expected: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real | str):
        raise Misfit(f"expected {expected}")
    try:
        return float(value)
    except (ValueError, OverflowError):
        raise Misfit(f"expected {expected}") from None


@read.register
def _text(of: Text, value: object) -> str:
    if not isinstance(value, str) or len(value) > of.most:
        raise Misfit(f"expected a text of at most {of.most} characters")
    return value


@read.register
def _flag(_: Flag, value: object) -> bool:
    if not isinstance(value, bool):
        raise Misfit("expected true or false")
    return value


@read.register
def _bytes(_: Bytes, value: object) -> bytes:
    if not isinstance(value, bytes):
        raise Misfit("expected bytes")
    return value


@read.register
def _nothing(_: Nothing, value: object) -> None:
    if value is not None:
        raise Misfit("expected nothing")


@read.register
def _anything(_: Anything, value: object) -> object:
    return value


@read.register
def _one_of(of: OneOf, value: object) -> str:
    if value not in of.words:
        raise Misfit(f"expected one of {', '.join(of.words)}")
    return value


@read.register
def _list(of: ListOf, value: object) -> list:
    if not isinstance(value, list | tuple) or len(value) > of.most:
        raise Misfit(f"expected a list of at most {of.most}")
    return [_read_at(f"[{n}]", of.each, each) for n, each in enumerate(value)]


@read.register
def _tuple(of: TupleOf, value: object) -> tuple:
    if not isinstance(value, list | tuple) or len(value) != len(of.types):
        raise Misfit(f"expected a list of {len(of.types)}")
    pairs = enumerate(zip(of.types, value, strict=True))
    return tuple(_read_at(f"[{n}]", kind, each) for n, (kind, each) in pairs)


@read.register
def _by_name(of: ByName, value: object) -> dict:
    _must_be_by_name(value)
    return {read(Text(), name): _read_at(name, of.each, each) for name, each in value.items()}


@read.register
def _either(of: Either, value: object) -> object:
    misfits = []
    for each in of.types:
        try:
            return read(each, value)
        except Misfit as misfit:
            misfits.append(str(misfit))
    raise Misfit("; or ".join(misfits))


@read.register
def _fields(of: Fields, value: object) -> dict:
    _must_be_by_name(value)
    known = {**of.must, **of.may}
    if missing := of.must.keys() - value.keys():
        raise Misfit(f"{min(missing)}: missing")
    if more := value.keys() - known.keys():
        raise Misfit(f"{min(map(str, more))[:40]}: unknown")
    return {name: _read_at(name, known[name], each) for name, each in value.items()}


def _must_be_by_name(value: object) -> None:
    if not isinstance(value, Mapping):
        raise Misfit("expected values by name")


def _read_at(place: str, of: Type, value: object) -> object:
    try:
        return read(of, value)
    except Misfit as misfit:
        raise Misfit(f"{place}: {misfit}") from None
