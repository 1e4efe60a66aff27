"""Voxel sizes that OME-XML tells: read by a parser that takes no document type.

References
----------
OME-XML, https://docs.openmicroscopy.org/ome-model
"""

from __future__ import annotations

from typing import NamedTuple
from xml.parsers import expat

from workers.storage.unreadable import UnreadableFile

_DEFAULT_UNIT = "µm"  # of the schema, where no unit is told at all


class Pixels(NamedTuple):
    """What OME-XML says of one image; along x, y, z.

    Attributes
    ----------
    shape : tuple of str
        ``SizeX`` and so on, "" where it is missing.
    sizes : tuple of str
        ``PhysicalSizeX`` and so on.
    units : tuple of str
        Of these.
    """

    shape: tuple[str, ...]
    sizes: tuple[str, ...]
    units: tuple[str, ...]


def pixels_in(content: bytes) -> tuple[Pixels, ...]:
    """Return what a description says of its images, in their order; nothing, if it is no OME-XML.

    Parameters
    ----------
    content : bytes
        Of the ImageDescription of a TIFF file, in the encoding that it declares; one that is not
        as it declares is taken for Windows-1252.

    Raises
    ------
    UnreadableFile
        If it has a document type: entities that are declared there may be a bomb.
    """
    content = (
        content.strip(b"\0 \t\r\n") if content[:2] not in (b"\xff\xfe", b"\xfe\xff") else content
    )
    if b"<" not in content[:8]:
        return ()
    for text in (content, content.decode("cp1252", "replace")):
        listener = _Listener()
        try:
            listener.parse(text)
        except UnreadableFile:
            raise
        except (expat.ExpatError, ValueError, LookupError):  # not XML, or in an unknown encoding
            continue
        return tuple(listener.found)
    return ()


class _Listener:
    """Hears the elements of OME-XML, of whatever year and however its names are prefixed."""

    def __init__(self) -> None:
        self.found: list[Pixels] = []
        self._root = ""

    def parse(self, text) -> None:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = self._begin
        parser.Parse(text, True)

    def _begin(self, tag, attributes):
        name = tag.rpartition(":")[2]
        self._root = self._root or name
        if name == "Pixels" and self._root == "OME":
            self.found.append(_pixels(attributes))


def _refuse(*_):
    raise UnreadableFile(
        "expected OME-XML without a document type (DOCTYPE), which may hide a bomb: save the file "
        "again without."
    )


def _pixels(told):
    sizes = [f"PhysicalSize{axis}" for axis in "XYZ"]
    units = tuple(told.get(f"{size}Unit", "") for size in sizes)
    return Pixels(
        tuple(told.get(f"Size{axis}", "") for axis in "XYZ"),
        tuple(told.get(size, "") for size in sizes),
        units if any(units) else (_DEFAULT_UNIT,) * 3,
    )
