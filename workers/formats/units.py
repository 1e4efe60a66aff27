"""Lengths that files give, in mm: one rule for all kinds of files.

A sign is no part of a size. A unit that is missing along one axis is that of the others. A unit
that is not known, or of which nothing is said, keeps the numbers, and so the proportions, as mm.

References
----------
OME-XML's UnitsLength, 2016-06; the lengths of UDUNITS that OME-NGFF 0.4 and 0.5 name.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

NOTHING = "The file tells no voxel size: 1 mm is taken."

_PREFIXES = {
    "yotta": ("Y", 24), "zetta": ("Z", 21), "exa": ("E", 18), "peta": ("P", 15), "tera": ("T", 12),
    "giga": ("G", 9), "mega": ("M", 6), "kilo": ("k", 3), "hecto": ("h", 2), "deca": ("da", 1),
    "": ("", 0), "deci": ("d", -1), "centi": ("c", -2), "milli": ("m", -3), "micro": ("u", -6),
    "nano": ("n", -9), "pico": ("p", -12), "femto": ("f", -15), "atto": ("a", -18),
    "zepto": ("z", -21), "yocto": ("y", -24),
}  # fmt: skip
_INCH = 25.4
_AU = 149_597_870_700e3
_MM = {
    "micron": 1e-3, "å": 1e-7, "angstrom": 1e-7, "angstroem": 1e-7, "ångström": 1e-7,
    "in": _INCH, "inch": _INCH, "inche": _INCH, "thou": _INCH / 1000, "mil": _INCH / 1000,
    "li": _INCH / 12, "line": _INCH / 12, "pt": _INCH / 72, "point": _INCH / 72,
    "ft": 12 * _INCH, "foot": 12 * _INCH, "feet": 12 * _INCH, "yd": 36 * _INCH, "yard": 36 * _INCH,
    "mi": 63360 * _INCH, "mile": 63360 * _INCH, "ua": _AU, "astronomicalunit": _AU,
    "ly": 9_460_730_472_580_800e3, "lightyear": 9_460_730_472_580_800e3,
    "pc": _AU * 648_000 / math.pi, "parsec": _AU * 648_000 / math.pi,
}  # fmt: skip
for _name, (_symbol, _power) in _PREFIXES.items():
    _MM |= dict.fromkeys(
        (f"{_symbol}m", f"{_name}meter", f"{_name}metre"), float(f"1e{_power + 3}")
    )
# Capitals count only in symbols: a unit in other capitals than these is none of those beyond km.
_ANY_CASE = {name: mm for name, mm in _MM.items() if name == name.lower()}
_RANGE = (1e-36, 1e36)  # what a header of float32 holds


class Edges(NamedTuple):
    """Voxel edges along some axes.

    Attributes
    ----------
    mm : tuple of float
        All above 0.
    notes : tuple of str
        What the file did not tell, and what is taken instead: sentences for the user.
    """

    mm: tuple[float, ...]
    notes: tuple[str, ...]


def unit_mm(unit: str | None) -> float | None:
    """Return how many mm a unit has; None if it is no known length.

    Names and symbols of the metre and its parts, inches and the like; in the plural, in
    capitals, with blanks and with either µ too.
    """
    plain = _normalise(unit)
    for each in (plain, plain.removesuffix("s") if len(plain) > 2 else plain):
        for known, name in ((_MM, each), (_ANY_CASE, each.lower())):
            if name in known:
                return known[name]
    return None


def _normalise(unit):
    """Return a unit without blanks and brackets, its µ as a u, and ImageJ's escapes undone."""
    text = unit if isinstance(unit, str) else ""
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), text)
    text = unicodedata.normalize("NFKC", text.replace("Âµ", "µ").replace("Î¼", "µ"))
    return re.sub(r"[\s_.()\[\]-]+", "", text).replace("μ", "u")


def edges_mm(
    lengths: Sequence[float | str | None], units: Sequence[str | None], names: str = "xyz"
) -> Edges:
    """Return voxel edges in mm, by the rule of this module.

    Parameters
    ----------
    lengths : sequence of float or str
        One for each axis, as the file has it. What is no number, is 0 or not finite, is none:
        then that of another axis is taken.
    units : sequence of str
        Of each; None or "" where the file has none.
    names : str, optional
        A letter for each axis, for the notes.
    """
    sizes = [_size(length) for length in lengths]
    told = [n for n, size in enumerate(sizes) if size]
    known = [unit_mm(units[n]) for n in told]
    if not any(known) and all(sizes[n] == 1 for n in told):
        return Edges((1.0,) * len(sizes), (NOTHING,))
    common = next((factor for factor in known if factor), 1.0)
    edges: list[float | None] = [None] * len(sizes)
    for n, factor in zip(told, known, strict=True):
        edges[n] = _in_range(sizes[n] * (factor or common))
    if not any(edges):
        return Edges((1.0,) * len(sizes), (NOTHING,))
    return Edges(
        tuple(edge or edges[_like(n, edges)] for n, edge in enumerate(edges)),
        (*_unit_notes(told, known, units, names), *_edge_notes(edges, names)),
    )


def _size(length):
    try:
        size = abs(float(length))
    except (TypeError, ValueError, OverflowError):
        return None
    return size if math.isfinite(size) and size > 0 else None


def _in_range(edge):
    return edge if _RANGE[0] < edge < _RANGE[1] else None


def _like(n, edges):
    """Return the axis whose edge stands in for the one that is missing along `n`."""
    order = (0, 1, 2) if n != 1 else (1, 0, 2)
    return next(m for m in order if edges[m])


def _unit_notes(told, known, units, names):
    missing = [n for n, factor in zip(told, known, strict=True) if factor is None]
    if not missing:
        return ()
    said = sorted({units[n].strip() for n in missing if isinstance(units[n], str)} - {""})
    if len(missing) < len(told):
        axes = " and ".join(names[n] for n in missing)
        odd = f" known unit along {axes} (it says “{said[0]}”)" if said else f" unit along {axes}"
        return (f"The file tells no{odd}: that of the other axes is taken.",)
    if said:
        kept = f"in “{said[0]}”, which is no known length: its numbers are taken for mm."
        return (f"The file gives its voxel size {kept}",)
    return ("The file tells no voxel size with a unit: its numbers are taken for mm.",)


def _edge_notes(edges, names):
    for n, edge in enumerate(edges):
        if edge:
            continue
        if names[n] == "z" and edges[names.index("x")]:
            yield "The file tells no distance of slices: that of columns is taken."
        else:
            other = names[_like(n, edges)]
            yield f"The file tells no voxel size along {names[n]}: that along {other} is taken."
