"""The text of a label table: how its bytes are encoded, and what is to be said of that."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_REFUSAL = "Expected a label table as text in UTF-8; this file is none: save it as UTF-8."
_LATIN = "It is not in UTF-8 and was read as Latin-1: see that letters such as ä and é are right."


def text_of(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file, and what the user should know of how it was read.

    A mark at the beginning says which of UTF-8, UTF-16 and UTF-32 it is; without one it is UTF-8,
    UTF-16 if every other byte is 0, or else Latin-1 with the additions of Windows.

    Parameters
    ----------
    content : bytes
        Of the whole file.

    Raises
    ------
    ValueError
        With a sentence, if it is no text.
    """
    code = next((code for mark, code in _MARKS if content.startswith(mark)), _without_mark(content))
    try:
        return content.decode(code), ()
    except UnicodeDecodeError:
        return _latin(content, code)


def _without_mark(content):
    first, second = content[0::2], content[1::2]
    if not content or b"\0" not in content:
        return "utf-8"
    if 2 * second.count(0) > len(second):
        return "utf-16-le"
    return "utf-16-be" if 2 * first.count(0) > len(first) else "utf-8"


def _latin(content, code):
    if code != "utf-8" or _NO_TEXT.search(content):
        raise ValueError(_REFUSAL)
    try:
        return content.decode("cp1252"), (_LATIN,)
    except UnicodeDecodeError:
        return content.decode("latin-1"), (_LATIN,)
