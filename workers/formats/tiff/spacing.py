"""Voxel edges that a TIFF file tells, in one of the ways of those who write them."""

from __future__ import annotations

from typing import NamedTuple

from tifffile import TiffFile, TiffPage, TiffPageSeries

from workers.formats.tiff.ome_xml import Pixels, pixels_in
from workers.formats.units import NOTHING, Edges, edges_mm

_DESCRIPTION, _X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 270, 282, 283, 296
_UNITS = {2: "inch", 3: "cm", 4: "mm", 5: "um"}
_PLACEHOLDERS = (1, 72, 96)  # dots per inch that programs write which know of no size
_DOTS = "The file tells dots per inch, which may be a printer's: the voxel size is taken from them."


class _Told(NamedTuple):
    """Lengths and units along columns, rows and slices, as the file has them."""

    lengths: tuple
    units: tuple
    notes: tuple[str, ...] = ()


def ome_pixels(file: TiffFile) -> tuple[Pixels, ...]:
    """Return what the OME-XML of a file says of its images; to be asked before anything else.

    tifffile too reads what the description of the first page says.

    Raises
    ------
    UnreadableFile
        If its XML has a document type.
    """
    tag = file.pages.first.tags.get(_DESCRIPTION)
    if tag is None:
        return ()
    file.filehandle.seek(tag.valueoffset)
    return pixels_in(file.filehandle.read(tag.count))


def spacing_of(file: TiffFile, series: TiffPageSeries, ome: tuple[Pixels, ...] = ()) -> Edges:
    """Return the voxel edges along columns, rows and slices, and notes on what was missing.

    Parameters
    ----------
    file : TiffFile
        OME-TIFF, ImageJ's or any.
    series : TiffPageSeries
        Which one is read.
    ome : tuple of Pixels, optional
        What `ome_pixels` returned.
    """
    page = series.keyframe
    for told in (_of_ome(series, ome), _of_imagej(file, page), _of_page(page)):
        if told and (found := edges_mm(told.lengths, told.units)).notes != (NOTHING,):
            return Edges(found.mm, (*found.notes, *told.notes))
    return edges_mm((None,) * 3, ("",) * 3)


def _of_ome(series: TiffPageSeries, ome: tuple[Pixels, ...]) -> _Told | None:
    """Return what is told of the image of the series' size, else of the first."""
    sizes = [str(series.sizes.get(name, 1)) for name in ("width", "height", "depth")]
    fits = [each for each in ome if list(each.shape) == sizes]
    pixels = next(iter((*fits, *ome)), None)
    return pixels and _Told(pixels.sizes, pixels.units)


def _of_imagej(file: TiffFile, page: TiffPage) -> _Told | None:
    told = file.imagej_metadata if file.is_imagej else None
    if not told:
        return None
    unit = told.get("unit") or _UNITS.get(page.tags.valueof(_RESOLUTION_UNIT))
    units = (unit, told.get("yunit") or unit, told.get("zunit") or unit)
    lengths = (*_edges_of(page), told.get("spacing"))
    return _Told(lengths, tuple("" if each is None else str(each) for each in units))


def _of_page(page: TiffPage) -> _Told:
    x, y = _edges_of(page)
    unit = _UNITS.get(page.tags.valueof(_RESOLUTION_UNIT), "")
    if unit != "inch":
        return _Told((x, y, None), (unit,) * 3)
    if all(edge is None or 1 / edge in _PLACEHOLDERS for edge in (x, y)):
        return _Told((None,) * 3, ("",) * 3)
    return _Told((x, y, None), (unit,) * 3, (_DOTS,))


def _edges_of(page):
    """Return the lengths of a column and a row in the page's unit; None where it tells none."""
    for code, count in zip((_X_RESOLUTION, _Y_RESOLUTION), page.resolution, strict=True):
        told = page.tags.valueof(code)
        whole = isinstance(told, tuple) and len(told) == 2 and all(told)
        yield 1 / count if whole else None
