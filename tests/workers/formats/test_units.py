from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from workers.formats.units import NOTHING, edges_mm, unit_mm

OF_OME = {  # UnitsLength, 2016-06
    "Ym": 1e27, "Zm": 1e24, "Em": 1e21, "Pm": 1e18, "Tm": 1e15, "Gm": 1e12, "Mm": 1e9, "km": 1e6,
    "hm": 1e5, "dam": 1e4, "m": 1e3, "dm": 100, "cm": 10, "mm": 1, "µm": 1e-3, "nm": 1e-6,
    "pm": 1e-9, "fm": 1e-12, "am": 1e-15, "zm": 1e-18, "ym": 1e-21, "Å": 1e-7, "thou": 0.0254,
    "li": 25.4 / 12, "in": 25.4, "ft": 304.8, "yd": 914.4, "mi": 1609344, "ua": 1.495978707e14,
    "ly": 9.4607304725808e18, "pc": 3.0856775814913674e19, "pt": 25.4 / 72,
}  # fmt: skip
OF_NGFF = {
    "angstrom": 1e-7, "attometer": 1e-15, "centimeter": 10, "decimeter": 100, "exameter": 1e21,
    "femtometer": 1e-12, "foot": 304.8, "gigameter": 1e12, "hectometer": 1e5, "inch": 25.4,
    "kilometer": 1e6, "megameter": 1e9, "meter": 1e3, "micrometer": 1e-3, "mile": 1609344,
    "millimeter": 1, "nanometer": 1e-6, "parsec": 3.0856775814913674e19, "petameter": 1e18,
    "picometer": 1e-9, "terameter": 1e15, "yard": 914.4, "yoctometer": 1e-21, "yottameter": 1e27,
    "zeptometer": 1e-18, "zettameter": 1e24,
}  # fmt: skip
AS_PEOPLE_WRITE = {
    "um": 1e-3, "μm": 1e-3, "UM": 1e-3, "Um": 1e-3, "micron": 1e-3, "Microns": 1e-3,
    "\\u00B5m": 1e-3, "\\u03bcm": 1e-3, "micrometre": 1e-3, "Micrometers": 1e-3, " µm ": 1e-3,
    "micro-meter": 1e-3, "[mm]": 1, "MM": 1, "mms": 1, "millimetres": 1, "Inches": 25.4,
    "feet": 304.8, "NM": 1e-6, "Å": 1e-7, "Angstroms": 1e-7, "centimetre": 10, "Âµm": 1e-3,
    "PM": 1e-9,
}  # fmt: skip
NONE = ["pixel", "px", "voxels", "reference frame", "furlong", "", " ", "s", "ms", "gm", None, 3]
TAKEN = "The file tells no voxel size with a unit: its numbers are taken for mm."


@pytest.mark.parametrize(("unit", "mm"), [*(OF_OME | OF_NGFF | AS_PEOPLE_WRITE).items()])
def test_a_unit_has_its_mm_however_it_is_written(unit, mm):
    assert_allclose(unit_mm(unit), mm, rtol=1e-9)


@pytest.mark.parametrize("unit", NONE)
def test_what_is_no_length_has_no_mm(unit):
    assert unit_mm(unit) is None


def test_a_size_has_no_sign():
    assert edges_mm((0.5, -0.5, "-2"), ("um",) * 3) == ((5e-4, 5e-4, 2e-3), ())


@pytest.mark.parametrize(
    ("units", "edges"),
    [
        (("um", "um", ""), (5e-4, 5e-4, 2e-3)),
        (("", None, "nm"), (5e-7, 5e-7, 2e-6)),
        (("pixel", "mm", "mm"), (0.5, 0.5, 2)),
        (("um", "nm", " "), (5e-4, 5e-7, 2e-3)),
    ],
)
def test_a_unit_that_is_missing_is_that_of_the_other_axes(units, edges):
    found = edges_mm((0.5, 0.5, 2), units)

    assert_allclose(found.mm, edges)
    (note,) = found.notes
    assert note.endswith(": that of the other axes is taken.")


def test_each_axis_may_have_a_unit_of_its_own():
    assert edges_mm((3, 4, 5), ("nm", "um", "mm")) == ((3e-6, 4e-3, 5.0), ())


@pytest.mark.parametrize("units", [("",) * 3, (None,) * 3, ("pixel",) * 3, ("", "furlong", "")])
def test_numbers_without_a_known_unit_are_kept_as_mm_and_this_is_said(units):
    found = edges_mm((0.5, 0.5, 2), units)

    assert found.mm == (0.5, 0.5, 2)
    (note,) = found.notes
    assert "taken for mm" in note
    assert note == TAKEN or units[1] in note


@pytest.mark.parametrize("length", [None, 0, "0", "", "nan", float("inf"), "wide", "1e400"])
def test_what_is_no_size_is_that_of_another_axis(length):
    assert edges_mm((3, 4, length), ("mm",) * 3).mm == (3, 4, 3)
    assert edges_mm((length, 4, 5), ("mm",) * 3).mm == (4, 4, 5)
    assert edges_mm((3, length, 5), ("mm",) * 3).mm == (3, 3, 5)
    assert edges_mm((length, length, 5), ("mm",) * 3).mm == (5, 5, 5)
    assert len(edges_mm((length, length, 5), ("mm",) * 3).notes) == 2


@pytest.mark.parametrize(
    ("lengths", "unit"),
    [((None,) * 3, "um"), ((0, "nan", ""), ""), ((1, 1, 1), "pixel"), ((1, 1, None), "")],
)
def test_one_mm_is_taken_only_where_there_are_no_numbers(lengths, unit):
    assert edges_mm(lengths, (unit,) * 3) == ((1, 1, 1), (NOTHING,))


def test_a_size_that_no_header_holds_is_none():
    assert edges_mm((1e30, 2, 2), ("Ym", "mm", "mm")).mm == (2, 2, 2)
