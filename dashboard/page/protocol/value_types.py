"""The types of which a message's values may be: plain descriptions.

`read_value` reads values by them, `write` writes them for the page's script.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

COUNTABLE = 2**53
"""Integer numbers up to here are exact in a browser."""


@dataclass(frozen=True)
class Integer:
    """A whole number within bounds; from the page also one that came as text."""

    least: int = -COUNTABLE
    most: int = COUNTABLE


@dataclass(frozen=True)
class Number:
    """A number; a finite one, unless it was measured from intensities that are not."""

    is_finite: bool = True


@dataclass(frozen=True)
class Text:
    """Characters, at most so many."""

    most: int = 65_536


@dataclass(frozen=True)
class Flag:
    """True or false."""


@dataclass(frozen=True)
class Bytes:
    """Bytes, which a browser has as an ArrayBuffer."""


@dataclass(frozen=True)
class Nothing:
    """What stands where there is no value."""


@dataclass(frozen=True)
class Anything:
    """Whatever it is, it is looked at later."""


@dataclass(frozen=True)
class OneOf:
    """One of some words."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class ListOf:
    """Values of one type, at most so many."""

    each: Type
    most: int = 10_000_000


@dataclass(frozen=True)
class TupleOf:
    """So many values, each of its own type."""

    types: tuple[Type, ...]


@dataclass(frozen=True)
class ByName:
    """Values of one type, by any names."""

    each: Type


@dataclass(frozen=True)
class Either:
    """A value of the first of some types that fits."""

    types: tuple[Type, ...]


@dataclass(frozen=True)
class Fields:
    """Values by name: those that must be there, those that may, and no others."""

    must: Mapping[str, Type] = field(default_factory=dict)
    may: Mapping[str, Type] = field(default_factory=dict)


Type = (
    Integer | Number | Text | Flag | Bytes | Nothing | Anything
    | OneOf | ListOf | TupleOf | ByName | Either | Fields
)  # fmt: skip


def fields(may: Mapping[str, Type] | None = None, /, **must: Type) -> Fields:
    """Return the type of values by name: those of `must`, and perhaps those of `may`."""
    return Fields(must, may or {})


def one_of(*words: str) -> OneOf:
    """Return the type of some words."""
    return OneOf(words)


def tuple_of(*types: Type) -> TupleOf:
    """Return the type of so many values."""
    return TupleOf(types)


def optional(of: Type) -> Either:
    """Return the type of a value that may be missing."""
    return Either((of, Nothing()))
