"""A TIFF file that is opened alone: no other, whatever it names, is opened with it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tifffile import TiffFile

from workers.storage.regular_file import open_regular
from workers.storage.unreadable import UnreadableFile

_MOST_TEXT = 2**25  # bytes of a description, which is parsed as a whole
_DESCRIPTION = 270
_DEFINES = (b"<!DOCTYPE", b"<!ENTITY")


@contextmanager
def opened_alone(
    source: Path | bytes, within: Path | None = None, called: str = "this"
) -> Iterator[TiffFile]:
    """Open a TIFF file for a ``with``.

    Parameters
    ----------
    source, within, called
        As for `workers.storage.regular_file.open_regular`; `source` may be the content.

    Raises
    ------
    UnreadableFile
        If it is no regular file, lies outside of the folder allowed, or its description is too long
        or defines what it is made of.
    """
    is_bytes = isinstance(source, bytes)
    # tifffile looks for other files beside one that has a number and a name.
    with (
        io.BytesIO(source) if is_bytes else open_regular(source, within, called) as raw,
        TiffFile(_Nameless(raw), _multifile=False) as file,
    ):
        _check_description(file)
        yield file


class _Nameless:
    """A file of which nobody can tell where it lies."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.read, self.readinto = raw.read, raw.readinto
        self.seek, self.tell, self.close = raw.seek, raw.tell, raw.close


def _check_description(file):
    tag = file.pages.first.tags.get(_DESCRIPTION)
    if tag is None:
        return
    if tag.count > _MOST_TEXT:
        raise UnreadableFile(
            f"expected a description of at most {_MOST_TEXT:,} bytes; its has {tag.count:,}."
        )
    told = tag.value if isinstance(tag.value, bytes) else str(tag.value).encode(errors="replace")
    if any(each in told for each in _DEFINES):
        raise UnreadableFile(
            "expected OME-XML that defines nothing of its own; it has a DOCTYPE or an ENTITY."
        )
