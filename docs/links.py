"""Dead links among Markdown files: to files, to headings, to pictures. No network is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"

_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
# The text of a link may hold a picture.
_TEXT = r"(?P<text>(?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*)"
_LINK = re.compile(r"(?P<image>!?)\[" + _TEXT + r"\]\((?P<to>[^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(?P<title>.+?) *$", re.MULTILINE)
_FOREIGN = re.compile(r"^(https?|mailto):")


class Link(NamedTuple):
    """A link or a picture in a page.

    Attributes
    ----------
    page : Path
    text : str
        Of the link; of a picture, what is read where it is not seen.
    to : str
        As it is written.
    is_image : bool
    """

    page: Path
    text: str
    to: str
    is_image: bool


def pages(root: Path = ROOT) -> list[Path]:
    """Return the Markdown files that people read."""
    return [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md"))]


def links(page: Path) -> list[Link]:
    """Return the links of a page that stay in this tree, and its pictures; not what is in code."""
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    found = [
        Link(page, each["text"], each["to"], bool(each["image"])) for each in _LINK.finditer(text)
    ]
    return [each for each in found if each.is_image or not _FOREIGN.match(each.to)]


def anchors(page: Path) -> set[str]:
    """Return what the headings of a page are called in links, as GitHub and MyST call them."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    return {slug(each["title"]) for each in _HEADING.finditer(text)}


def slug(title: str) -> str:
    """Return a heading as it stands in a link."""
    words = re.sub(r"[^\w\- ]", "", title.replace("`", "").lower())
    return words.replace(" ", "-")


def dead(page: Path) -> Iterator[str]:
    """Yield in words what of a page leads nowhere."""
    for link in links(page):
        if _FOREIGN.match(link.to):
            yield f"{page.name}: the picture {link.to} is asked of another host"
            continue
        path, _, anchor = link.to.partition("#")
        target = (page.parent / unquote(path)).resolve() if path else page
        if not target.exists():
            yield f"{page.name}: there is no {link.to}"
        elif anchor and anchor not in anchors(target):
            yield f"{page.name}: {target.name} has no heading {anchor}"
        elif link.is_image and not link.text.strip():
            yield f"{page.name}: {link.to} says nothing to whom it is not shown"
