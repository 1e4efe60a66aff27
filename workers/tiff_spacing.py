"""Voxel edges that a TIFF file tells, in one of the ways of those who write them."""

from __future__ import annotations

import re

from tifffile import RESUNIT, TiffFile, TiffPage

from workers.lengths import in_mm

Edges = tuple[float | None, float | None, float | None]


def spacing_of(
    file: TiffFile, page: TiffPage
) -> tuple[tuple[float, float, float], tuple[str, ...]]:
    """Return the voxel edges along columns, rows and slices in mm, and notes on what was missing.

    Parameters
    ----------
    file : TiffFile
        OME-TIFF, ImageJ's or any.
    page : TiffPage
        The first one.
    """
    x, y, z = _of_ome(file) or _of_imagej(file, page) or _of_page(page)
    if x is None and y is None and z is None:
        return (1.0, 1.0, 1.0), ("The file tells no voxel size: 1 mm is taken.",)
    x, y = x or y or z, y or x or z
    if z is None:
        return (x, y, x), ("The file tells no distance of slices: that of columns is taken.",)
    return (x, y, z), ()


def _of_ome(file: TiffFile) -> Edges | None:
    """Read ``Pixels`` without an XML parser: a file of strangers may hold a bomb."""
    found = re.search(r"<(?:\w+:)?Pixels\b[^>]*>", (file.is_ome and file.ome_metadata) or "")
    if not found:
        return None
    told = dict(re.findall(r'(PhysicalSize[XYZ](?:Unit)?)="([^"]*)"', found[0]))
    sizes = ((told.get(f"PhysicalSize{a}"), told.get(f"PhysicalSize{a}Unit", "µm")) for a in "XYZ")
    return tuple(in_mm(*size) for size in sizes)


def _of_imagej(file: TiffFile, page: TiffPage) -> Edges | None:
    told = file.imagej_metadata if file.is_imagej else None
    if not told:
        return None
    unit = str(told.get("unit", ""))
    x, y = (1 / each if each else None for each in page.resolution)
    return in_mm(x, unit), in_mm(y, unit), in_mm(told.get("spacing"), unit)


def _of_page(page: TiffPage) -> Edges:
    """Take centimetres alone: dots per inch are those of a printer, whoever wrote the file."""
    if page.resolutionunit != RESUNIT.CENTIMETER:
        return None, None, None
    x, y = (1 / each if each else None for each in page.resolution)
    return in_mm(x, "cm"), in_mm(y, "cm"), None
