"""The order of slices that lie in files of their own, by the numbers in their names."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

_FULL = 0.75  # of all that the numbers of several volumes could make
_DEPTH = re.compile(r"(^|[^a-z])(z|slice|sl|plane|depth)[^a-z0-9]*$")
_MOST_RUNS = 8
_UNEVEN = "The names of the slices are not alike: they are taken in the order of the names."


class Run(NamedTuple):
    """The slices of one volume.

    Attributes
    ----------
    names : tuple of str
        In their order.
    notes : tuple of str
        What is odd about their numbers: sentences for the user.
    """

    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


class _Name(NamedTuple):
    whole: str
    texts: tuple[str, ...]
    numbers: tuple[int, ...]


def runs(names: Sequence[str]) -> list[Run]:
    """Return the volumes that files make, each with its slices in order.

    One number that varies counts the slices. Of several, that which no two files share does; else
    one that is called z or slice, or has the most values, and the others make volumes, as other
    texts do. What does not fit together so is one volume, in the order of the names.

    Parameters
    ----------
    names : sequence of str
        Of files, with their endings.
    """
    parts = sorted(map(_part_name, names), key=_natural)
    columns = _columns(parts)
    if columns is None:
        return [_run(parts, (_UNEVEN,))]
    alone = [n for n in columns if len(set(_of(parts, n))) == len(parts)]
    if alone or not columns:
        best = min(
            alone, key=lambda n: (not _is_depth(parts, n), *_oddness(parts, n)), default=None
        )
        return [_along(parts, best)]
    depth = _depth(parts, columns)
    volumes = _volumes(parts, depth, columns)
    depths = len(set(_of(parts, depth)))
    if len(volumes) == 1 or len(parts) >= _FULL * len(volumes) * depths:
        return [_along(volume, depth, len(volumes)) for volume in volumes]
    return [_run(parts, (_UNEVEN,))]


def _part_name(name):
    pieces = re.split(r"(\d+)", name.rpartition(".")[0].lower())
    return _Name(name, tuple(pieces[::2]), tuple(map(int, pieces[1::2])))


def _natural(name):
    mixed = [*zip(name.texts, (*name.numbers, 0), strict=True)]
    return mixed, name.whole


def _columns(parts):
    """Return which of the numbers vary; None if the names do not have equally many."""
    if len({len(each.numbers) for each in parts}) > 1:
        return None
    return [n for n in range(len(parts[0].numbers)) if len(set(_of(parts, n))) > 1]


def _of(parts, column):
    return [each.numbers[column] for each in parts]


def _is_depth(parts, column):
    return all(_DEPTH.search(each.texts[column]) for each in parts)


def _oddness(parts, column):
    """Return how many gaps a number leaves, and its step: of a slice's number both are small."""
    numbers = _of(parts, column)
    return len(_gaps_in(numbers)), _step(sorted(set(numbers)))


def _depth(parts, columns):
    """Return which number counts the slices of several volumes."""
    named = [n for n in columns if _is_depth(parts, n)]
    return max(named or columns, key=lambda n: (len(set(_of(parts, n))), n))


def _volumes(parts, depth, columns):
    volumes = defaultdict(list)
    for each in parts:
        others = tuple(each.numbers[n] for n in columns if n != depth)
        volumes[each.texts, others].append(each)
    return [volumes[key] for key in sorted(volumes)]


def _run(parts, notes=()):
    return Run(tuple(each.whole for each in parts), notes)


def _along(parts, column, volumes=1):
    if column is None:
        return _run(parts)
    ordered = sorted(parts, key=lambda each: (each.numbers[column], each.whole))
    first, last = ordered[0].whole, ordered[-1].whole
    which = (f"Its slices are {first} to {last}.",) if volumes > 1 else ()
    return _run(ordered, (*which, *_find_repeated(_of(parts, column)), *_gaps(_of(parts, column))))


def _step(there):
    return math.gcd(*(b - a for a, b in itertools.pairwise(there))) or 1


def _gaps_in(numbers):
    """Return the first and last number of each gap, and the step in which they count."""
    there = sorted(set(numbers))
    step = _step(there)
    pairs = itertools.pairwise(there)
    return [(a + step, b - step, step) for a, b in pairs if b - a > step]


def _find_repeated(numbers):
    twice = sorted(n for n, count in Counter(numbers).items() if count > 1)
    if twice:
        said = "the number" if len(twice) == 1 else "the numbers"
        yield (f"Several slices have {said} {_list(twice)}: all are shown, one behind the "
               "other.")  # fmt: skip


def _gaps(numbers):
    gaps = _gaps_in(numbers)
    if not gaps:
        return
    said = ", ".join(map(_gap, gaps[:_MOST_RUNS])) + (" and more" if gaps[_MOST_RUNS:] else "")
    verb = "is" if len(gaps) == 1 and gaps[0][0] == gaps[0][1] else "are"
    yield (f"Of the slices {min(numbers)} to {max(numbers)}, {said} {verb} missing: those that are "
           "there are shown as if nothing lay between.")  # fmt: skip


def _gap(gap):
    first, last, step = gap
    count = (last - first) // step + 1
    if count <= 3:
        return _list(range(first, last + 1, step))
    return f"{first} to {last}"


def _list(numbers):
    return ", ".join(map(str, list(numbers)[:_MOST_RUNS]))
