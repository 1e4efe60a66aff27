"""Look through the built site: no link leads nowhere, no page asks another host for anything."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Elements that a browser fetches by itself, and the attribute that says from where.
FETCHED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}
_CSS_URL = re.compile(r"""(?:url\(\s*|@import\s+)["']?(?P<url>[^"')\s]+)""")


class Page(HTMLParser):
    """What a page names, links to and fetches.

    Attributes
    ----------
    ids : set of str
        What may stand behind # in a link to it.
    links, fetched : list of str
        Addresses as they are written.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what an element says."""
        said = {name: value or "" for name, value in attrs}
        self.ids |= {said[name] for name in ("id", "name") if name in said}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag in FETCHED and FETCHED[tag] in said:
            self.fetched.append(said[FETCHED[tag]])


def faults(site: Path) -> Iterator[str]:
    """Yield in words what is wrong in a built site."""
    paths = [path for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in paths}
    if not pages:
        yield f"there is no page in {site}"
    for path, page in pages.items():
        name = path.relative_to(site)
        for url in page.links + page.fetched:
            yield from (f"{name}: {fault}" for fault in dead(path, url, pages))
        yield from (f"{name} asks another host: {url}" for url in page.fetched if is_foreign(url))
    for path in sorted(site.rglob("*.css")):
        urls = [each["url"] for each in _CSS_URL.finditer(path.read_text(encoding="utf-8"))]
        yield from (f"{path.name} asks another host: {url}" for url in urls if is_foreign(url))


def dead(path: Path, url: str, pages: dict[Path, Page]) -> Iterator[str]:
    """Yield why a link in the page at `path` leads nowhere, if it does."""
    parts = urlsplit(url)
    if is_foreign(url) or parts.scheme:
        return
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file():
        yield f"there is no {url}"
    elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
        yield f"{url} has no such place"


def is_foreign(url: str) -> bool:
    """Tell whether an address names a host."""
    parts = urlsplit(url)
    return bool(parts.netloc) and parts.scheme in {"", "http", "https"}


def main(site: str) -> int:
    """Say what is wrong; returns the exit status."""
    found = list(faults(Path(site).resolve()))
    sys.stderr.write("".join(f"{fault}\n" for fault in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
